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
#include "view/label.h"

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

/* "", ", layer 3", ", layer 3, head 0" */
static void add_head(const LbAttended *a, Str *out)
{
    if (a->layer >= 0)
        str_addf(out, ", layer %d", a->layer);
    if (a->head >= 0)
        str_addf(out, ", head %d", a->head);
}

enum { TOLD = 5 };
static const double LEAST_TOLD = 0.005;

/* The largest of n weights that is not above `most` (of those at `most` the first behind `last`); n: none. */
static size_t next_largest(const double *weights, size_t n, double most, size_t last)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if ((weights[i] < most || (weights[i] <= most && i > last)) &&
            (best == n || weights[i] > weights[best]))
            best = i;
    return best;
}

/* "dogs 0.93, Two 0.04": where it looked before. */
static void add_weights(const LbWhatif *w, const LbAttended *a, Str *out)
{
    size_t n = w->after->n_source_words, at = n;
    double most = 2;
    for (int i = 0; i < TOLD && a->weights; i++) {
        at = next_largest(a->weights, n, most, at);
        if (at == n || a->weights[at] < LEAST_TOLD)
            return;
        most = a->weights[at];
        str_add(out, i ? ", " : "; it had looked at ");
        label_clean(out, w->after->source_words[at].text);
        str_addf(out, " %.2f", most);
    }
}

/* "word 1: `Hunde` became `Schnee`, looking at 5 snow only; it had looked at dogs 0.93" */
static void show_attended(const LbWhatif *w, const LbAttended *a, Str *out)
{
    str_addf(out, "word %zu: ", a->target);
    label_clean(out, a->before);
    bool same = text_equal(a->before, a->after);
    str_add(out, same ? " stays" : " -> ");
    if (!same)
        label_clean(out, a->after);
    str_add(out, ", told to look at");
    for (size_t i = 0; i < a->n_source; i++) {
        str_addf(out, "%s %zu ", i ? "," : "", a->source[i]);
        label_clean(out, w->changed[a->source[i]]);
    }
    add_head(a, out);
    add_weights(w, a, out);
    str_add_char(out, '\n');
}

char *lb_whatif_text(const LbWhatif *w, LbColour colour, int columns)
{
    assert(w);
    TerminalOptions o = terminal_options(colour, columns);
    Str out = { 0 };
    show_source(w, o, &out);
    str_add_char(&out, '\n');
    show_outputs(w, o, &out);
    for (size_t i = 0; i < w->n_attended; i++)
        show_attended(w, &w->attended[i], &out);
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

static json_t *json_index(int index)
{
    return index < 0 ? json_null() : json_integer(index);
}

static json_t *attended_object(const LbWhatif *w, const LbAttended *a)
{
    json_t *source = json_array(), *weights = a->weights ? json_array() : json_null();
    for (size_t i = 0; i < a->n_source; i++)
        json_array_append_new(source, json_integer((json_int_t)a->source[i]));
    for (size_t i = 0; a->weights && i < w->after->n_source_words; i++)
        json_array_append_new(weights, json_real(a->weights[i]));
    return json_pack("{s:I, s:o, s:o, s:o, s:s, s:s, s:o}", "target", (json_int_t)a->target, "source", source,
                     "layer", json_index(a->layer), "head", json_index(a->head), "before", a->before, "after",
                     a->after, "weights", weights);
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
    if (w->n_attended == 0)
        return json_line(o);
    json_t *attended = json_array();
    for (size_t i = 0; i < w->n_attended; i++)
        json_array_append_new(attended, attended_object(w, &w->attended[i]));
    json_object_set_new(o, "attended", attended);
    json_object_set_new(o, "columns", json_words(w->after->source_words, w->after->n_source_words));
    return json_line(o);
}
