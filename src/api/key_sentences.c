/* key_sentences.c -- how the key sentences of a summary are ranked.
 *
 * The share of attention that a sentence gets grows with its length and depends on where it stands, whatever
 * it says. Its rank is its share over the fourth root of its words, over what a sentence of its place gets on
 * average (1: as much as any). Dividing by the words themselves would be right if a model that looks
 * everywhere alike were the one to compare with; on held-out documents it was worse than no correction, and
 * the fourth root as good (docs/summarize.md).
 *
 * What places get is measured once, on documents that the model was not trained on, and kept in the model's
 * folder: {"documents": 199, "prior": [1.2, 0.9, ...]}, for equal stretches of the list of sentences.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "api/json.h"
#include "base/file.h"

static const char FILE_NAME[] = "key_sentences.json";

enum { STRETCHES = 5, PSEUDO_SENTENCES = 10 }; /* a stretch with few sentences counts as nearly usual */
static const double LENGTH = 0.25;

LbEvidenceOptions lb_key_sentences(const LbModel *m)
{
    assert(m);
    return (LbEvidenceOptions){ LENGTH, m->n_prior > 0 ? m->prior : NULL, m->n_prior };
}

/* ---- reading ---- */

static LbStatus take_prior(LbModel *m, const json_t *list, const char *path, LbError *err)
{
    m->n_prior = json_array_size(list);
    bool good = m->n_prior > 0 && m->n_prior <= MOST_PRIOR;
    for (size_t i = 0; good && i < m->n_prior; i++) {
        m->prior[i] = json_number_value(json_array_get(list, i));
        good = m->prior[i] > 0 && isfinite(m->prior[i]);
    }
    return good ? LB_OK
                : fail(err, LB_FORMAT,
                       "%s: \"prior\" is no list of 1 to %d positive numbers; delete the file, or make it "
                       "again with `summarize --calibrate`",
                       path, MOST_PRIOR);
}

LbStatus key_sentences_load(const char *dir, LbModel *m, LbError *err)
{
    char *path = path_join(dir, FILE_NAME), *text = NULL;
    size_t len;
    LbStatus status = LB_OK;
    if (file_exists(path) && !(text = file_read(path, &len, err)))
        status = LB_FILE;
    if (text) {
        json_t *root = json_loadb(text, len, 0, NULL);
        status = take_prior(m, json_object_get(root, "prior"), path, err);
        json_decref(root);
    }
    free(text);
    free(path);
    return status;
}

/* ---- measuring ---- */

typedef struct {
    double sum[STRETCHES], n[STRETCHES];
    size_t n_documents;
} Places;

/* A document's sentences get 1 on average. */
static void add_places(Places *p, const LbEvidence *e)
{
    double sum = 0;
    size_t n = e->n_sentences;
    for (size_t i = 0; i < n; i++)
        sum += e->sentences[i].n_words > 0
                   ? e->sentences[i].weight / pow((double)e->sentences[i].n_words, LENGTH)
                   : 0;
    if (n < 2 || !(sum > 0))
        return;
    p->n_documents++;
    for (size_t i = 0; i < n; i++) {
        const LbSentence *x = &e->sentences[i];
        if (x->n_words == 0)
            continue;
        p->sum[i * STRETCHES / n] += x->weight / pow((double)x->n_words, LENGTH) / sum * (double)n;
        p->n[i * STRETCHES / n]++;
    }
}

LbStatus lb_key_sentences_learn(const char *dir, const LbEvidence *const *all, size_t n, LbError *err)
{
    assert(dir && (all || n == 0));
    Places p = { 0 };
    for (size_t i = 0; i < n; i++)
        add_places(&p, all[i]);
    if (p.n_documents == 0)
        return fail(err, LB_DATA,
                    "no document has two sentences that the model looked at; nothing can be said of places");
    json_t *prior = json_array();
    for (int i = 0; i < STRETCHES; i++)
        json_array_append_new(prior, json_real((p.sum[i] + PSEUDO_SENTENCES) / (p.n[i] + PSEUDO_SENTENCES)));
    char *text = json_line(json_pack("{sI so}", "documents", (json_int_t)p.n_documents, "prior", prior)),
         *path = path_join(dir, FILE_NAME);
    LbStatus status = file_write(path, text, strlen(text), err);
    free(text);
    free(path);
    return status;
}
