/* whatif.c -- the output of a text, and the output it would have had.
 *
 * Passes: the text as it is; the changed text; once more for every word that is told where to look
 * (whatif_attend.c); and the first output forced upon all changes, which says how much less likely it became.
 * What does not change is computed from the same pieces, so it has the same bits.
 */
#include "api/whatif.h"

#include <stdlib.h>
#include <string.h>

#include "api/job.h"
#include "base/array.h"

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

LbStatus whatif_no_word(const char *side, size_t wanted, const LbWord *words, size_t n, LbError *err)
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

LbStatus whatif_check_source(const WhatifJob *j, size_t word, LbError *err)
{
    size_t n;
    const LbWord *words = source_words(j->w->before, &n);
    return word < n ? LB_OK : whatif_no_word("source", word, words, n, err);
}

bool whatif_masks(const WhatifJob *j, size_t word)
{
    for (size_t i = 0; i < j->c->n_mask; i++)
        if (j->c->mask[i] == word)
            return true;
    return false;
}

/* ---- places of the changed source: its pieces and marks ---- */

int whatif_places(const WhatifJob *j)
{
    return (int)array_len(j->edited.pieces) + marks_count(model_marks(j->m));
}

void whatif_choose(const WhatifJob *j, size_t word, bool *places)
{
    int begin = model_marks(j->m).begin;
    for (int i = j->edited.words[word].first; i < j->edited.words[word].end; i++)
        places[begin + i] = true;
}

static LbStatus close_masked(WhatifJob *j, LbError *err)
{
    int n = whatif_places(j), n_closed = 0;
    j->closed = memory_get((size_t)n + 1, sizeof *j->closed);
    for (size_t i = 0; i < j->c->n_mask; i++)
        whatif_choose(j, j->c->mask[i], j->closed);
    for (int i = 0; i < n; i++)
        n_closed += j->closed[i];
    if (n_closed == n && n > 0)
        return fail(err, LB_DATA, "nothing would be left to look at: leave one word");
    j->steering.closed = j->closed;
    return LB_OK;
}

/* ---- the changed source ---- */

static bool is_blank(LbText text)
{
    Span *words = text_words(text.text, text.len);
    bool blank = array_len(words) == 0;
    array_free(words);
    return blank;
}

static LbStatus add_swap(const WhatifJob *j, LbSwap swap, WordEdit *edits, LbError *err)
{
    LbStatus status = whatif_check_source(j, swap.word, err);
    if (status != LB_OK)
        return status;
    if (edits[swap.word].by || whatif_masks(j, swap.word))
        return fail(err, LB_USAGE, "source word %zu is changed twice", swap.word);
    if (is_blank(swap.by))
        return fail(err, LB_USAGE,
                    "source word %zu is replaced by nothing; to take it out, erase it (delete)", swap.word);
    edits[swap.word].by = swap.by.text;
    edits[swap.word].by_len = swap.by.len;
    return LB_OK;
}

static LbStatus list_edits(const WhatifJob *j, WordEdit *edits, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < j->c->n_mask && status == LB_OK; i++)
        if ((status = whatif_check_source(j, j->c->mask[i], err)) == LB_OK)
            edits[j->c->mask[i]].erased = j->c->erase != LB_ERASE_ATTENTION;
    for (size_t i = 0; i < j->c->n_swaps && status == LB_OK; i++)
        status = add_swap(j, j->c->swaps[i], edits, err);
    return status;
}

/* What word i is now; NULL: it was taken out. */
static char *changed_word(const WhatifJob *j, size_t i)
{
    PieceRange r = j->edited.words[i];
    if (r.first >= r.end)
        return NULL;
    bool masked = whatif_masks(j, i);
    if (masked && j->c->erase == LB_ERASE_UNK)
        return memory_text("<unk>");
    bool hidden = masked && j->c->erase == LB_ERASE_ATTENTION;
    const Piece *p = j->edited.pieces;
    Str out = { 0 };
    str_add(&out, hidden ? "(" : "");
    utf8_repair(&out, j->edited.raw.text + p[r.first].start, (size_t)(p[r.end - 1].end - p[r.first].start));
    str_add(&out, hidden ? ")" : "");
    return str_take(&out);
}

static void tell_changed(WhatifJob *j)
{
    OwnWhatif *w = j->w;
    Str text = { 0 };
    size_t n = array_len(j->edited.words);
    str_add(&text, "");
    utf8_repair(&text, j->edited.raw.text, j->edited.raw.len);
    w->text = str_take(&text);
    w->changed = memory_get(n + 1, sizeof *w->changed);
    for (size_t i = 0; i < n; i++)
        w->changed[i] = changed_word(j, i);
    w->pub.n_source = n;
}

static LbStatus edit_source(WhatifJob *j, LbError *err)
{
    static const EraseMethod methods[] = { ERASE_UNK, ERASE_DELETE, ERASE_UNK };
    size_t n;
    source_words(j->w->before, &n);
    WordEdit *edits = memory_get(n + 1, sizeof *edits);
    LbStatus status = list_edits(j, edits, err);
    if (status == LB_OK) {
        j->edited = edited_new(j->m->source, j->text.text, j->text.len, j->pieces, edits,
                               methods[j->c->erase], model_copies(j->m) ? &j->unknown : NULL);
        unknown_target(j->m->target, j->c->prefix.text, j->prefix, array_len(j->prefix), &j->unknown);
        assert(array_len(j->edited.words) == n);
        tell_changed(j);
        if (n > 0 && array_len(j->edited.pieces) == 0)
            status = fail(err, LB_DATA,
                          "nothing would be left of the source: leave one word, or erase "
                          "with unk");
    }
    free(edits);
    return status;
}

/* Adds those of pieces [r.first, r.end) of raw that the vocabulary does not have, and that cannot be copied.
 */
static void add_unknown(Str *out, const char *raw, const Piece *pieces, PieceRange r)
{
    for (int i = r.first; i < r.end && out->len < LISTED_BYTES; i++)
        if (pieces[i].id == VOCAB_UNK) {
            str_add(out, out->len ? ", \"" : "\"");
            utf8_repair(out, raw + pieces[i].start, (size_t)(pieces[i].end - pieces[i].start));
            str_add_char(out, '"');
        }
}

static void find_unknown(WhatifJob *j)
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

/* Its pieces are not numbered again: what was erased would have its number back. */
static InputLine *changed_line(const WhatifJob *j)
{
    InputLine *l = line_of((LbText){ j->edited.raw.text, j->edited.raw.len }, j->edited.pieces);
    l->unknown = memory_get(2, sizeof *l->unknown);
    for (int k = 0; k < names_count(&j->unknown) && input_parts(l) > 0; k++)
        names_add(&l->unknown[0], j->unknown.texts[k], strlen(j->unknown.texts[k]));
    return l;
}

/* The first n pieces of an output. */
static Piece *output_pieces(const WhatifJob *j, const LbHypothesis *h, size_t n)
{
    Piece *pieces = NULL;
    for (size_t i = 0; i < n; i++)
        array_push(pieces, (Piece){ .id = unknown_target_id(j->m->target, h->pieces[i].text, &j->unknown) });
    return pieces;
}

static LbStatus decode_before(WhatifJob *j, LbError *err)
{
    LbStatus status = lb_translate(j->s, &j->text, 1, NULL, j->o, &j->w->before, err);
    if (status == LB_OK && j->w->before->n_parts > 1)
        return fail(err, LB_DATA,
                    "the source is longer than the model reads at once (%zu parts): give its sentences one "
                    "by one",
                    j->w->before->n_parts);
    return status;
}

LbStatus whatif_decode(WhatifJob *j, const LbHypothesis *kept, size_t n_kept, const bool *not_next,
                       LbResult **out, LbError *err)
{
    Piece *pieces = kept ? output_pieces(j, kept, n_kept) : copy_pieces(j->prefix);
    InputLine *prefix = pieces ? line_of((LbText){ 0 }, pieces) : NULL;
    array_free(pieces);
    return job_translate(j->s, changed_line(j), prefix, 1, j->o, not_next, out, err);
}

/* Not needed where words that are told where to look are all that changes. */
static LbStatus decode_after(WhatifJob *j, LbError *err)
{
    bool told_only = j->c->n_attends > 0 && !j->w->source_changes && !j->prefix;
    return told_only ? LB_OK : whatif_decode(j, NULL, 0, NULL, &j->w->after, err);
}

static LbStatus force_before(WhatifJob *j, LbError *err)
{
    const LbHypothesis *h = &j->w->before->hypotheses[0];
    Piece *pieces = output_pieces(j, h, h->n_pieces - 1);
    LbStatus status =
        job_score(j->s, changed_line(j), line_of((LbText){ 0 }, pieces), 1, 1, j->o.maps, &j->w->forced, err);
    array_free(pieces);
    return status;
}

/* One forced pass goes over it: it cannot be read in parts. */
static LbStatus check_length(const WhatifJob *j, LbError *err)
{
    const Config *c = &j->m->config;
    int most = c->max_input > 0 ? c->max_input : c->max_length, n = (int)array_len(j->edited.pieces);
    return n <= most ? LB_OK
                     : fail(err, LB_DATA,
                            "the changed source has %d pieces, and the model reads %d at once: replace "
                            "words by fewer",
                            n, most);
}

static LbStatus change_source(WhatifJob *j, LbError *err)
{
    LbStatus status = edit_source(j, err);
    if (status == LB_OK)
        status = check_length(j, err);
    if (status == LB_OK)
        status = whatif_check_attends(j, err);
    if (status == LB_OK && j->c->n_mask > 0 && j->c->erase == LB_ERASE_ATTENTION)
        status = close_masked(j, err);
    if (status == LB_OK)
        find_unknown(j);
    return status;
}

/* With attention overridden. */
static LbStatus run_changed(WhatifJob *j, LbError *err)
{
    LbStatus status = decode_after(j, err);
    if (status == LB_OK)
        status = whatif_attend(j, err);
    if (status != LB_OK)
        return status;
    whatif_tell_places(j, &j->w->before->hypotheses[0]);
    return force_before(j, err);
}

static LbStatus run_passes(WhatifJob *j, LbError *err)
{
    LbStatus status = decode_before(j, err);
    if (status == LB_OK)
        status = change_source(j, err);
    if (status != LB_OK)
        return status;
    Override override = steer_override(&j->steering);
    if (j->c->n_attends > 0 || j->closed)
        searcher_override(j->s->searcher, &override);
    status = run_changed(j, err);
    searcher_override(j->s->searcher, NULL);
    return status;
}

/* ---- begin and end ---- */

static OwnWhatif *whatif_new(const LbChanges *c)
{
    OwnWhatif *w = memory_get(1, sizeof *w);
    w->source_changes = c->n_mask + c->n_swaps > 0;
    w->changes = w->source_changes || c->prefix.len > 0 || c->n_attends > 0;
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
    whatif_free_told(w->told);
    free(w->attended);
    free(w->changed);
    free(w->unknown);
    free(w->text);
    free(w);
}

static void publish_attended(OwnWhatif *w)
{
    size_t n = array_len(w->told);
    w->attended = memory_get(n + 1, sizeof *w->attended);
    for (size_t i = 0; i < n; i++) {
        const Told *t = &w->told[i];
        w->attended[i] =
            (LbAttended){ t->target, t->source, array_len(t->source), t->layer, t->head, t->before,
                          t->after,  t->weights };
    }
    w->pub.n_attended = n;
    w->pub.attended = w->attended;
}

static void publish(OwnWhatif *w)
{
    publish_attended(w);
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
    assert(s && c && out);
    *out = NULL;
    const Model *m = s->models[0];
    LbStatus status = check_use(m, FOR_PAIRS, "be asked what if", err);
    if (status != LB_OK)
        return status;
    if (s->n_models != 1)
        return fail(err, LB_USAGE, "one model at a time can be asked what if, not an ensemble");
    o.n_best = 1;
    o.tokens = o.sample = false;
    o.maps = c->n_attends > 0 ? LB_MAPS_ALL : o.maps;
    WhatifJob j = { .s = s, .m = m, .text = text, .c = c, .o = o, .w = whatif_new(c) };
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
    array_free(j.steers);
    names_free(&j.unknown);
    free(j.closed);
    edited_free(&j.edited);
    return status;
}
