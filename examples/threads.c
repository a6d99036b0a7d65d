/* threads.c -- one model, two threads: the weights are shared, each thread has a session of its own.
 *
 *     threads MODEL LINE [LINE ...]
 *
 * A loaded model never changes, so no lock is needed. Results do not depend on who computes them or on what
 * shares a batch: what each thread gives is compared, byte by byte, with what one thread gave alone.
 */
#include <lookback.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_THREADS = 2 };

typedef struct {
    const LbModel *model;
    const LbText *lines;
    size_t n;
    int batch;
    char **json; /* [n] what came out: text, scores, where it looked */
    LbStatus status;
    LbError err;
} Work;

static void keep_json(Work *w, const LbResult *results)
{
    for (size_t i = 0; i < w->n; i++)
        w->json[i] = lb_result_json(&results[i], true);
}

static void *translate(void *arg)
{
    Work *w = arg;
    LbSession *session = NULL;
    LbResult *results = NULL;
    LbTranslateOptions options = lb_translate_default(w->model);
    options.maps = LB_MAPS_ONE;
    options.batch = w->batch;
    lb_threads(1); /* this thread does its own work: no threads below threads */
    w->status = lb_session_new(&w->model, 1, 0, &session, &w->err);
    if (w->status == LB_OK)
        w->status = lb_translate(session, w->lines, w->n, NULL, options, &results, &w->err);
    if (w->status == LB_OK)
        keep_json(w, results);
    lb_results_free(results);
    lb_session_free(session);
    return NULL;
}

/* One thread alone, then N_THREADS at once with batches of other sizes. */
static void run(Work *alone, Work *together)
{
    pthread_t threads[N_THREADS];
    translate(alone);
    for (int i = 0; i < N_THREADS; i++)
        if (pthread_create(&threads[i], NULL, translate, &together[i]) != 0)
            abort();
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
}

static bool same(const Work *a, const Work *b)
{
    if (a->status != LB_OK || b->status != LB_OK) {
        fprintf(stderr, "threads: %s\n", a->status != LB_OK ? a->err.text : b->err.text);
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->json[i], b->json[i]) == 0)
            continue;
        fprintf(stderr, "threads: line %zu differs:\n%s\n%s\n", i + 1, a->json[i], b->json[i]);
        return false;
    }
    return true;
}

static Work work(const LbModel *model, const LbText *lines, size_t n, int batch)
{
    return (
        Work){ .model = model, .lines = lines, .n = n, .batch = batch, .json = calloc(n, sizeof(char *)) };
}

static void work_free(Work *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->json[i]);
    free(w->json);
}

static bool compare(const LbModel *model, const LbText *lines, size_t n)
{
    Work alone = work(model, lines, n, 64), together[N_THREADS];
    bool good = true;
    for (int i = 0; i < N_THREADS; i++)
        together[i] = work(model, lines, n, i + 1);
    run(&alone, together);
    for (int i = 0; i < N_THREADS; i++) {
        good = same(&alone, &together[i]) && good;
        work_free(&together[i]);
    }
    for (size_t i = 0; good && i < n; i++)
        printf("%s\n", alone.json[i]);
    work_free(&alone);
    return good;
}

int main(int argc, char **argv)
{
    LbModel *model;
    LbError err;
    if (argc < 3) {
        fprintf(stderr, "usage: threads MODEL LINE [LINE ...]\n");
        return 2;
    }
    if (lb_model_load(argv[1], &model, &err) != LB_OK) {
        fprintf(stderr, "threads: %s\n", err.text);
        return 1;
    }
    size_t n = (size_t)argc - 2;
    LbText *lines = calloc(n, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (LbText){ argv[i + 2], strlen(argv[i + 2]) };
    bool good = compare(model, lines, n);
    if (good)
        printf("%d threads gave the same bytes as one\n", N_THREADS);
    free(lines);
    lb_model_free(model);
    return good ? 0 : 1;
}
