#include "api/parts.h"

#include "api/heads.h"
#include "base/array.h"
#include "base/str.h"
#include "text/vocab_unknown.h"

static const size_t CELLS_MOST = (size_t)8 << 20; /* of one text */

LbStatus result_can_be_forced(const LbSession *s, const LbResult *r, const LbHypothesis *h, const char *what,
                              LbError *err)
{
    LbStatus status = check_use(s->models[0], FOR_PAIRS, what, err);
    if (status != LB_OK)
        return status;
    if (s->n_models != 1)
        return fail(err, LB_USAGE, "one model at a time can %s, not an ensemble", what);
    if (h->n_words > CELLS_MOST / r->n_source_words)
        return fail(err, LB_DATA, "the text is too long to look at each of its words; give its sentences");
    return LB_OK;
}

LbStatus result_in_slices(LbSession *s, LbStatus (*body)(void *job), void *job, int *tokens, LbError *err)
{
    LbStatus status = guard(body, job, err);
    for (*tokens = 512; status == LB_MEMORY && *tokens > 0; *tokens /= 512) {
        searcher_release(s->searcher);
        status = guard(body, job, err);
    }
    return status;
}

bool result_was_read(const LbResult *r)
{
    return r->n_source_words > (size_t)r->source_begin + 1 || !head_is_mark(&r->source_words[0]);
}

/* One side of a result. */
typedef struct {
    const LbWord *pieces;
    const int *word; /* of each */
    size_t n;
    const Vocab *vocab;
    Names *unknown; /* of the part; NULL: the model does not copy */
    bool is_source;
} Side;

static int side_id(const Side *s, const char *name)
{
    if (!s->unknown)
        return vocab_id(s->vocab, name);
    return s->is_source ? unknown_source_id(s->vocab, name, s->unknown)
                        : unknown_target_id(s->vocab, name, s->unknown);
}

/* Pieces up to the next mark, beginning at *at, which ends up behind them. A mark before and one behind them
 * are passed over. */
static int take_run(const Side *s, size_t *at, int *ids, int *words, size_t *first_word)
{
    size_t i = *at;
    int n = 0;
    if (i < s->n && head_is_mark(&s->pieces[i]) && text_equal(s->pieces[i].text, "<s>"))
        i++;
    *first_word = i < s->n ? (size_t)s->word[i] : 0;
    for (; i < s->n && !head_is_mark(&s->pieces[i]); i++, n++) {
        ids[n] = side_id(s, s->pieces[i].text);
        words[n] = s->word[i] - (int)*first_word;
    }
    if (i < s->n && text_equal(s->pieces[i].text, "</s>"))
        i++;
    *at = i;
    return n;
}

static void forget(void *names)
{
    names_free(names);
}

LbStatus result_parts(const LbResult *r, size_t hypothesis, const Model *m, Arena *a, ResultPart **out,
                      size_t *n, LbError *err)
{
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    Names unknown = { 0 }, *of_part = model_copies(m) ? &unknown : NULL;
    const Side
        source = { r->source_pieces, r->source_piece_word, r->n_source_pieces, m->source, of_part, true },
        target = { h->pieces, h->piece_word, h->n_pieces, m->target, of_part, false };
    *n = r->n_parts;
    if (*n > 1 && !r->source_begin && !r->source_end)
        return fail(err, LB_DATA, "the text is too long and was read in %zu parts; give them one by one", *n);
    *out = arena_array(a, ResultPart, *n);
    size_t s = 0, t = 0;
    Held held;
    hold(&held, &unknown, forget);
    for (size_t i = 0; i < *n; i++) {
        ResultPart *p = &(*out)[i];
        int *ids = arena_array(a, int, source.n + target.n),
            *words = arena_array(a, int, source.n + target.n);
        int n_source = take_run(&source, &s, ids, words, &p->source_word),
            n_target = take_run(&target, &t, ids + n_source, words + n_source, &p->target_word);
        p->pair = (ErasePair){ ids,      words,    ids + n_source,           words + n_source,
                               n_source, n_target, unknown_keep(&unknown, a) };
        names_free(&unknown);
    }
    let_go(&held);
    assert(s == source.n && t == target.n);
    return LB_OK;
}
