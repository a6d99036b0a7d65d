/* whatif.c -- the output of a text, and the output it would have had.
 *
 * Three passes: the text as it is; the changed text; and the first output forced upon the changed text, which
 * says how much less likely it became. What does not change is computed from the same pieces, so it has the
 * same bits.
 */
#include "api/whatif.h"

#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "api/heads.h"
#include "api/job.h"
#include "base/array.h"
#include "explain/edited.h"

typedef struct {
    LbSession *s;
    const Model *m;
    LbText text;
    const LbChanges *c;
    LbTranslateOptions o;
    Piece *pieces; /* array: of the text as it is */
    Piece *prefix; /* array */
    Edited edited;
    OwnWhatif *w;
} Job;

/* ---- words that there are ---- */

enum { LISTED_BYTES = 200 };

/* "it has 3, 0 to 2: 0 The, 1 cat, 2 sat" */
static void list_words(Str *out, const LbWord *words, size_t n)
{
    if (n == 0) {
        str_add(out, "it has none");
        return;
    }
    str_addf(out, "it has %zu, 0 to %zu:", n, n - 1);
    for (size_t i = 0; i < n; i++) {
        if (out->len > LISTED_BYTES) {
            str_add(out, " ...");
            return;
        }
        str_addf(out, "%s %zu %.40s", i ? "," : "", i, words[i].text);
    }
}

static LbStatus fail_word(const char *side, size_t wanted, const LbWord *words, size_t n, LbError *err)
{
    Str list = { 0 };
    list_words(&list, words, n);
    LbStatus status = fail(err, LB_DATA, "there is no word %zu in the %s; %s", wanted, side, list.text);
    str_free(&list);
    return status;
}

/* The words of a source, marks not counted. */
static const LbWord *source_words(const LbResult *r, size_t *n)
{
    *n = r->n_source_words - r->source_begin - r->source_end;
    return r->source_words + r->source_begin;
}

static LbStatus check_source_word(const Job *j, size_t word, LbError *err)
{
    size_t n;
    const LbWord *words = source_words(j->w->before, &n);
    return word < n ? LB_OK : fail_word("source", word, words, n, err);
}

/* ---- the changed source ---- */

static bool is_blank(LbText text)
{
    Span *words = text_words(text.text, text.len);
    bool blank = array_len(words) == 0;
    array_free(words);
    return blank;
}

static LbStatus add_swap(const Job *j, LbSwap swap, WordEdit *edits, LbError *err)
{
    LbStatus status = check_source_word(j, swap.word, err);
    if (status != LB_OK)
        return status;
    if (edits[swap.word].by || edits[swap.word].erased)
        return fail(err, LB_USAGE, "source word %zu is changed twice", swap.word);
    if (is_blank(swap.by))
        return fail(err, LB_USAGE,
                    "source word %zu is replaced by nothing; to take it out, erase it (delete)", swap.word);
    edits[swap.word].by = swap.by.text;
    edits[swap.word].by_len = swap.by.len;
    return LB_OK;
}

static LbStatus list_edits(const Job *j, WordEdit *edits, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < j->c->n_mask && status == LB_OK; i++)
        if ((status = check_source_word(j, j->c->mask[i], err)) == LB_OK)
            edits[j->c->mask[i]].erased = true;
    for (size_t i = 0; i < j->c->n_swaps && status == LB_OK; i++)
        status = add_swap(j, j->c->swaps[i], edits, err);
    return status;
}

static char *clean_text(const char *text, size_t n)
{
    Str out = { 0 };
    str_add(&out, "");
    utf8_repair(&out, text, n);
    return str_take(&out);
}

/* Pieces [first, end) as they are read. */
static char *pieces_text(const Job *j, PieceRange r)
{
    const Piece *p = j->edited.pieces;
    return clean_text(j->edited.raw.text + p[r.first].start, (size_t)(p[r.end - 1].end - p[r.first].start));
}

static void tell_changed(Job *j, const WordEdit *edits)
{
    OwnWhatif *w = j->w;
    size_t n = array_len(j->edited.words);
    w->text = clean_text(j->edited.raw.text, j->edited.raw.len);
    w->changed = memory_get(n + 1, sizeof *w->changed);
    for (size_t i = 0; i < n; i++) {
        PieceRange r = j->edited.words[i];
        if (r.first < r.end)
            w->changed[i] =
                edits[i].erased && j->c->erase == LB_ERASE_UNK ? memory_text("<unk>") : pieces_text(j, r);
    }
    w->pub.n_source = n;
}

static LbStatus edit_source(Job *j, LbError *err)
{
    static const EraseMethod methods[] = { ERASE_UNK, ERASE_DELETE };
    size_t n;
    source_words(j->w->before, &n);
    WordEdit *edits = memory_get(n + 1, sizeof *edits);
    LbStatus status = list_edits(j, edits, err);
    if (status == LB_OK) {
        j->edited =
            edited_new(j->m->source, j->text.text, j->text.len, j->pieces, edits, methods[j->c->erase]);
        assert(array_len(j->edited.words) == n);
        tell_changed(j, edits);
        if (n > 0 && array_len(j->edited.pieces) == 0)
            status = fail(err, LB_DATA,
                          "nothing would be left of the source: leave one word, or erase "
                          "with unk");
    }
    free(edits);
    return status;
}

/* Adds those of pieces [r.first, r.end) of raw that the vocabulary does not have. */
static void add_unknown(Str *out, const char *raw, const Piece *pieces, PieceRange r)
{
    for (int i = r.first; i < r.end && out->len < LISTED_BYTES; i++)
        if (pieces[i].id == VOCAB_UNK) {
            str_add(out, out->len ? ", \"" : "\"");
            utf8_repair(out, raw + pieces[i].start, (size_t)(pieces[i].end - pieces[i].start));
            str_add_char(out, '"');
        }
}

static void find_unknown(Job *j)
{
    Str out = { 0 };
    for (size_t i = 0; i < j->c->n_swaps; i++)
        add_unknown(&out, j->edited.raw.text, j->edited.pieces, j->edited.words[j->c->swaps[i].word]);
    add_unknown(&out, j->c->prefix.text, j->prefix, (PieceRange){ 0, (int)array_len(j->prefix) });
    j->w->unknown = out.len > 0 ? str_take(&out) : NULL;
    str_free(&out);
}

/* ---- passes ---- */

static Piece *copy_pieces(const Piece *pieces)
{
    Piece *copy = NULL;
    for (size_t i = 0; i < array_len(pieces); i++)
        array_push(copy, pieces[i]);
    return copy;
}

/* One line of pieces, for a job to give up. */
static InputLine *line_of(LbText raw, const Piece *pieces)
{
    InputLine *l = memory_get(1, sizeof *l);
    int n = (int)array_len(pieces);
    *l = (InputLine){ .raw = raw, .pieces = copy_pieces(pieces) };
    array_push(l->cuts, 0);
    if (n > 0)
        array_push(l->cuts, n);
    return l;
}

static InputLine *changed_line(const Job *j)
{
    return line_of((LbText){ j->edited.raw.text, j->edited.raw.len }, j->edited.pieces);
}

/* The first n pieces of an output. */
static Piece *output_pieces(const Job *j, const LbHypothesis *h, size_t n)
{
    Piece *pieces = NULL;
    for (size_t i = 0; i < n; i++)
        array_push(pieces, (Piece){ .id = vocab_id(j->m->target, h->pieces[i].text) });
    return pieces;
}

static LbStatus decode_before(Job *j, LbError *err)
{
    LbStatus status = lb_translate(j->s, &j->text, 1, NULL, j->o, &j->w->before, err);
    if (status == LB_OK && j->w->before->n_parts > 1)
        return fail(err, LB_DATA,
                    "the source is longer than the model reads at once (%zu parts): give its sentences one "
                    "by one",
                    j->w->before->n_parts);
    return status;
}

static LbStatus decode_after(Job *j, LbError *err)
{
    InputLine *prefix = j->prefix ? line_of(j->c->prefix, j->prefix) : NULL;
    return job_translate(j->s, changed_line(j), prefix, 1, j->o, &j->w->after, err);
}

static LbStatus force_before(Job *j, LbError *err)
{
    const LbHypothesis *h = &j->w->before->hypotheses[0];
    Piece *pieces = output_pieces(j, h, h->n_pieces - 1);
    LbStatus status =
        job_score(j->s, changed_line(j), line_of((LbText){ 0 }, pieces), 1, 1, j->o.maps, &j->w->forced, err);
    array_free(pieces);
    return status;
}

static LbStatus run_passes(Job *j, LbError *err)
{
    LbStatus status = decode_before(j, err);
    if (status == LB_OK)
        status = edit_source(j, err);
    if (status == LB_OK)
        find_unknown(j);
    if (status == LB_OK)
        status = decode_after(j, err);
    if (status == LB_OK)
        status = force_before(j, err);
    return status;
}

/* ---- begin and end ---- */

static OwnWhatif *whatif_new(const LbChanges *c)
{
    OwnWhatif *w = memory_get(1, sizeof *w);
    w->source_changes = c->n_mask + c->n_swaps > 0;
    w->changes = w->source_changes || c->prefix.len > 0;
    return w;
}

void lb_whatif_free(LbWhatif *whatif)
{
    OwnWhatif *w = (OwnWhatif *)(void *)whatif;
    if (!w)
        return;
    for (size_t i = 0; w->changed && i < w->pub.n_source; i++)
        free(w->changed[i]);
    lb_results_free(w->before);
    lb_results_free(w->after);
    lb_results_free(w->forced);
    free(w->changed);
    free(w->unknown);
    free(w->text);
    free(w);
}

static void publish(OwnWhatif *w)
{
    w->pub.before = w->before;
    w->pub.after = w->after;
    w->pub.forced = w->forced;
    w->pub.text = w->text;
    w->pub.unknown = w->unknown;
    w->pub.changed = (const char *const *)w->changed;
}

LbStatus lb_whatif(LbSession *s, LbText text, const LbChanges *c, LbTranslateOptions o, LbWhatif **out,
                   LbError *err)
{
    assert(s && c && out && c->erase != LB_ERASE_ATTENTION);
    *out = NULL;
    const Model *m = s->models[0];
    LbStatus status = check_use(m, FOR_PAIRS, "be asked what if", err);
    if (status != LB_OK)
        return status;
    if (s->n_models != 1)
        return fail(err, LB_USAGE, "one model at a time can be asked what if, not an ensemble");
    o.n_best = 1;
    o.tokens = o.sample = false;
    Job j = { .s = s, .m = m, .text = text, .c = c, .o = o, .w = whatif_new(c) };
    j.pieces = vocab_encode(m->source, text.text, text.len);
    j.prefix = vocab_encode(m->target, c->prefix.text, c->prefix.len);
    status = run_passes(&j, err);
    publish(j.w);
    if (status == LB_OK)
        *out = &j.w->pub;
    else
        lb_whatif_free(&j.w->pub);
    array_free(j.pieces);
    array_free(j.prefix);
    edited_free(&j.edited);
    return status;
}
