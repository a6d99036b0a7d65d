/* whatif_show.c -- what became of a text, for a person and as JSON. */
#include <stdlib.h>

#include "api/heads.h"
#include "api/json.h"
#include "api/whatif.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/diff.h"
#include "view/compare.h"

/* ---- for a person ---- */

static const LbHypothesis *best(const LbResult *r)
{
    return &r->hypotheses[0];
}

/* Words of an output, its end not counted. */
static const char **texts_of(const LbHypothesis *h, int *n)
{
    *n = (int)h->n_words - 1;
    const char **texts = memory_get(h->n_words, sizeof *texts);
    for (int i = 0; i < *n; i++)
        texts[i] = h->words[i].text;
    return texts;
}

static void show_source(const LbWhatif *w, TerminalOptions o, Str *out)
{
    const char *label[] = { "source", own_whatif(w)->source_changes ? "changed" : NULL };
    const LbWord *words = w->before->source_words + w->before->source_begin;
    CompareCell *cells = memory_get(w->n_source + 1, sizeof *cells);
    for (size_t i = 0; i < w->n_source; i++)
        cells[i] = (CompareCell){ { words[i].text, w->changed[i] },
                                  (int)i,
                                  !text_equal(words[i].text, w->changed[i]) };
    terminal_compare(label, cells, (int)w->n_source, o, out);
    free(cells);
}

static void show_outputs(const LbWhatif *w, TerminalOptions o, Str *out)
{
    const char *label[] = { own_whatif(w)->changes ? "before" : "output",
                            own_whatif(w)->changes ? "after" : NULL };
    int n_before, n_after;
    const char **before = texts_of(best(w->before), &n_before), **after = texts_of(best(w->after), &n_after);
    Beside *pairs = diff_words(before, n_before, after, n_after);
    CompareCell *cells = memory_get(array_len(pairs) + 1, sizeof *cells);
    for (size_t i = 0; i < array_len(pairs); i++)
        cells[i] = (CompareCell){ { pairs[i].a >= 0 ? before[pairs[i].a] : NULL,
                                    pairs[i].b >= 0 ? after[pairs[i].b] : NULL },
                                  pairs[i].a,
                                  !pairs[i].same };
    terminal_compare(label, cells, (int)array_len(pairs), o, out);
    array_free(pairs);
    free(cells);
    free(before);
    free(after);
}

static void show_scores(const LbWhatif *w, Str *out)
{
    if (!own_whatif(w)->changes) {
        str_addf(out, "log-probability %.3f\n", best(w->before)->score);
        return;
    }
    str_addf(out, "log-probability: before %.3f, after %.3f", best(w->before)->score, best(w->after)->score);
    if (text_equal(best(w->before)->text, best(w->after)->text))
        str_add(out, "; the output stays the same\n");
    else
        str_addf(out, "; the old output would have had %.3f\n", best(w->forced)->score);
}

char *lb_whatif_text(const LbWhatif *w, LbColour colour, int columns)
{
    assert(w);
    TerminalOptions o = terminal_options(colour, columns);
    Str out = { 0 };
    show_source(w, o, &out);
    str_add_char(&out, '\n');
    show_outputs(w, o, &out);
    show_scores(w, &out);
    return str_take(&out);
}

/* ---- JSON ---- */

/* Log-probabilities of words: sums over their pieces. */
static json_t *word_scores(const LbHypothesis *h)
{
    double *sums = memory_get(h->n_words, sizeof *sums);
    for (size_t i = 0; i < h->n_pieces; i++)
        sums[h->piece_word[i]] += h->piece_scores[i];
    json_t *a = json_array();
    for (size_t i = 0; i < h->n_words; i++)
        json_array_append_new(a, json_real(sums[i]));
    free(sums);
    return a;
}

static json_t *output_object(const LbResult *r)
{
    const LbHypothesis *h = best(r);
    return json_pack("{s:s, s:f, s:o, s:o}", "translation", h->text, "score", h->score, "words",
                     json_words(h->words, h->n_words), "word_scores", word_scores(h));
}

static json_t *changed_words(const LbWhatif *w)
{
    json_t *a = json_array();
    for (size_t i = 0; i < w->n_source; i++)
        json_array_append_new(a, w->changed[i] ? json_string(w->changed[i]) : json_null());
    return a;
}

char *lb_whatif_json(const LbWhatif *w)
{
    assert(w);
    const LbWord *words = w->before->source_words + w->before->source_begin;
    json_t *o =
        json_pack("{s:o, s:o, s:o, s:o}", "source", json_words(words, w->n_source), "changed",
                  changed_words(w), "before", output_object(w->before), "after", output_object(w->after));
    json_object_set_new(o, "forced",
                        json_pack("{s:f, s:o}", "score", best(w->forced)->score, "word_scores",
                                  word_scores(best(w->forced))));
    return json_line(o);
}
