/* translate.c -- lines from standard input through a model; below each, where the model looked.
 *
 *     translate MODEL <lines
 *
 * A hypothesis' `attention` is a matrix with a row for each word of the output and a column for each word of
 * the source, ends of sentence included; every row sums to 1. The largest weight of a row says which source
 * word mattered most when the word was written.
 */
#define _POSIX_C_SOURCE 200809L
#include <lookback.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

static size_t largest(const double *row, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

static void print_result(const LbResult *r)
{
    const LbHypothesis *h = &r->hypotheses[0]; /* the best */
    printf("%s\n", h->text);
    if (!h->attention) /* a model that cannot look back */
        return;
    for (size_t t = 0; t + 1 < h->n_words; t++) { /* the last is the end of sentence */
        const double *row = h->attention + t * r->n_source_words;
        size_t s = largest(row, r->n_source_words);
        printf("    %s <- %s (%.2f)\n", h->words[t].text, r->source_words[s].text, row[s]);
    }
}

static LbStatus translate_lines(const LbModel *model, LbSession *session, LbError *err)
{
    LbTranslateOptions options = lb_translate_default(model);
    options.maps = LB_MAPS_ONE; /* a Transformer computes it only when asked */
    LbStatus status = LB_OK;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while (status == LB_OK && (n = getline(&line, &room, stdin)) >= 0) {
        LbText text = { line, (size_t)(n > 0 && line[n - 1] == '\n' ? n - 1 : n) };
        LbResult *results;
        status = lb_translate(session, &text, 1, NULL, options, &results, err);
        if (status == LB_OK)
            print_result(&results[0]);
        lb_results_free(results);
    }
    free(line);
    return status;
}

int main(int argc, char **argv)
{
    LbModel *model = NULL;
    LbSession *session = NULL;
    LbError err;
    if (argc != 2) {
        fprintf(stderr, "usage: translate MODEL <lines\n");
        return 2;
    }
    LbStatus status = lb_model_load(argv[1], &model, &err);
    if (status == LB_OK)
        status = lb_session_new((const LbModel *const[]){ model }, 1, 0, &session, &err);
    if (status == LB_OK)
        status = translate_lines(model, session, &err);
    if (status != LB_OK)
        fprintf(stderr, "translate: %s\n", err.text);
    lb_session_free(session);
    lb_model_free(model);
    return status == LB_OK ? 0 : 1;
}
