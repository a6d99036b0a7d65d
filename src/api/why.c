/* why.c -- what spoke for one word of an output against another: what lb_why measures and says. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/erased_as.h"
#include "api/handle.h"
#include "api/heads.h"
#include "api/json.h"
#include "api/parts.h"
#include "base/array.h"
#include "base/str.h"
#include "explain/why.h"
#include "text/vocab_unknown.h"
#include "view/balance.h"
#include "view/compare.h"
#include "view/label.h"

/* ---- the handle ---- */

typedef struct {
    LbWhy pub;
    char *chosen, *other;
    char **source, **before; /* words */
    double *source_share, *source_gradient, *before_share;
} OwnWhy;

static char **copy_words(const LbWord *words, size_t n)
{
    char **copy = memory_get(n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = memory_text(words[i].text);
    return copy;
}

static size_t count_words(const LbResult *r)
{
    return r->n_source_words - r->source_begin - head_is_mark(&r->source_words[r->n_source_words - 1]);
}

static OwnWhy *why_new(const LbResult *r, const LbHypothesis *h, size_t place, LbErase how)
{
    OwnWhy *w = memory_get(1, sizeof *w);
    size_t n = count_words(r);
    w->chosen = memory_text(h->words[place].text);
    w->source = copy_words(r->source_words + r->source_begin, n);
    w->before = copy_words(h->words, place);
    w->source_share = memory_get(n + 1, sizeof *w->source_share);
    w->source_gradient = memory_get(n + 1, sizeof *w->source_gradient);
    w->before_share = memory_get(place + 1, sizeof *w->before_share);
    w->pub = (LbWhy){ .place = place,
                      .chosen = w->chosen,
                      .erase = how,
                      .n_source = n,
                      .source = (const char *const *)w->source,
                      .source_share = w->source_share,
                      .source_gradient = w->source_gradient,
                      .n_before = place,
                      .before = (const char *const *)w->before,
                      .before_share = w->before_share };
    return w;
}

void lb_why_free(LbWhy *why)
{
    OwnWhy *w = (OwnWhy *)(void *)why;
    if (!w)
        return;
    for (size_t i = 0; i < w->pub.n_source; i++)
        free(w->source[i]);
    for (size_t i = 0; i < w->pub.n_before; i++)
        free(w->before[i]);
    free(w->source);
    free(w->before);
    free(w->source_share);
    free(w->source_gradient);
    free(w->before_share);
    free(w->chosen);
    free(w->other);
    free(w);
}

/* ---- the question ---- */

typedef struct {
    LbSession *s;
    const LbResult *r;
    size_t hypothesis, place;
    const char *other; /* NULL: the likeliest other word */
    OwnWhy *out;
    int *ids; /* array: the other word's pieces */
    LbError *err;
} Job;

static WhyQuestion question(const Job *j, const ErasePair *p)
{
    const LbHypothesis *h = &j->r->hypotheses[j->hypothesis];
    int n_before = 0, end;
    while (n_before < p->n_target && p->target_word[n_before] < (int)j->place)
        n_before++;
    for (end = n_before; end < p->n_target && p->target_word[end] == (int)j->place;)
        end++;
    static const int eos = VOCAB_EOS;
    bool is_end = j->place + 1 == h->n_words;
    return (WhyQuestion){ .source = p->source,
                          .source_word = p->source_word,
                          .before = p->target,
                          .before_word = p->target_word,
                          .chosen = is_end ? &eos : p->target + n_before,
                          .n_source = p->n_source,
                          .n_before = n_before,
                          .n_chosen = is_end ? 1 : end - n_before,
                          .unknown = p->unknown };
}

static bool begins_with(const Piece *pieces, const int *ids, int n)
{
    bool same = array_len(pieces) > (size_t)n;
    for (int i = 0; i < n && same; i++)
        same = pieces[i].id == ids[i];
    return same;
}

static Piece *encode(const Vocab *v, const char *text, size_t len, const Names *unknown)
{
    Piece *pieces = vocab_encode(v, text, len);
    unknown_target(v, text, pieces, array_len(pieces), unknown);
    return pieces;
}

/* The word as the vocabulary cuts it behind the words before it; by itself where that would cut those anew.
 */
static int *encode_other(const Job *j, const WhyQuestion *q, const Names *unknown)
{
    const Vocab *v = j->s->models[0]->target;
    const LbHypothesis *h = &j->r->hypotheses[j->hypothesis];
    int *ids = NULL;
    Str text = { 0 };
    str_add_bytes(&text, h->text, h->words[j->place].start);
    if (j->place + 1 == h->n_words && text.len > 0)
        str_add_char(&text, ' ');
    str_add(&text, j->other);
    Piece *pieces = encode(v, text.text, text.len, unknown);
    int skip = q->n_before;
    if (!begins_with(pieces, q->before, q->n_before)) {
        array_free(pieces);
        pieces = encode(v, j->other, strlen(j->other), unknown);
        skip = 0;
    }
    for (size_t i = (size_t)skip; i < array_len(pieces); i++)
        array_push(ids, pieces[i].id);
    array_free(pieces);
    str_free(&text);
    return ids;
}

static LbStatus check_other(const Job *j, const WhyQuestion *q, LbError *err)
{
    const Model *m = j->s->models[0];
    size_t n = array_len(j->ids);
    if (n == 0)
        return fail(err, LB_DATA, "the other word has no letters: name a word to compare with");
    for (size_t i = 0; i < n; i++)
        if (j->ids[i] == VOCAB_UNK)
            return fail(err, LB_DATA, "the model cannot write `%.60s`: its vocabulary lacks a part of it%s",
                        j->other, model_copies(m) ? ", and the source does not have it" : "");
    if ((int)n == q->n_chosen && memcmp(j->ids, q->chosen, n * sizeof *j->ids) == 0)
        return fail(err, LB_DATA, "`%.60s` is what the model wrote: name another word to compare with",
                    j->out->chosen);
    if (m->longest > 0 && q->n_before + (int)n + 1 > m->longest)
        return fail(err, LB_DATA, "an output with `%.60s` there is longer than the model can write",
                    j->other);
    return LB_OK;
}

/* The other word that was asked for. */
static int *read_other(const Job *j, const WhyQuestion *q)
{
    Names names = { 0 };
    for (int k = 0; k < q->unknown.n; k++)
        names_add(&names, q->unknown.texts[k], strlen(q->unknown.texts[k]));
    int *ids = encode_other(j, q, &names);
    names_free(&names);
    return ids;
}

static LbStatus find_other(Job *j, const WhyQuestion *q)
{
    const Model *m = j->s->models[0];
    if (j->other && strcmp(j->other, "</s>") != 0)
        j->ids = read_other(j, q);
    else if (j->other)
        array_push(j->ids, VOCAB_EOS);
    else
        j->ids = why_rival(j->s->searcher, m, q, j->s->results);
    if (!j->other && !j->ids)
        return searcher_cancelled(j->s->searcher)
                   ? fail(j->err, LB_CANCELLED, "stopped on request")
                   : fail(j->err, LB_DATA, "no other word is likely there; name one (--not)");
    if (j->other)
        j->out->other = memory_text(j->other);
    else
        j->out->other = j->ids[0] == VOCAB_EOS
                            ? memory_text("</s>")
                            : vocab_decode_with(m->target, q->unknown, j->ids, (int)array_len(j->ids), NULL);
    j->out->pub.other = j->out->other;
    return check_other(j, q, j->err);
}

static LbStatus ask(void *context)
{
    Job *j = context;
    ResultPart *part;
    size_t n_parts;
    WhyAnswer answer;
    arena_rewind(j->s->inputs, 0);
    arena_rewind(j->s->results, 0);
    LbStatus status =
        result_parts(j->r, j->hypothesis, j->s->models[0], j->s->inputs, &part, &n_parts, j->err);
    if (status != LB_OK)
        return status;
    WhyQuestion q = question(j, &part->pair);
    status = find_other(j, &q);
    if (status != LB_OK)
        return status;
    q.other = j->ids;
    q.n_other = (int)array_len(j->ids);
    if (!why_ask(j->s->searcher, j->s->models[0], (EraseMethod)j->out->pub.erase, &q, j->s->results, &answer))
        return fail(j->err, LB_CANCELLED, "stopped on request");
    assert((size_t)answer.n_source == j->out->pub.n_source &&
           (size_t)answer.n_before == j->out->pub.n_before);
    j->out->pub.chosen_score = answer.chosen;
    j->out->pub.other_score = answer.other;
    memcpy(j->out->source_share, answer.source, j->out->pub.n_source * sizeof *answer.source);
    memcpy(j->out->source_gradient, answer.gradient, j->out->pub.n_source * sizeof *answer.gradient);
    memcpy(j->out->before_share, answer.before, j->out->pub.n_before * sizeof *answer.before);
    return LB_OK;
}

static LbStatus check_question(const LbSession *s, const LbResult *r, const LbHypothesis *h, size_t place,
                               LbError *err)
{
    LbStatus status = check_use(s->models[0], FOR_PAIRS, "say why it chose a word", err);
    if (status != LB_OK)
        return status;
    if (s->n_models != 1)
        return fail(err, LB_USAGE, "one model at a time can say why it chose a word, not an ensemble");
    if (r->n_parts > 1)
        return fail(err, LB_DATA, "the text is too long and was read in %zu parts; give them one by one",
                    r->n_parts);
    if (count_words(r) == 0 && h->n_words == 1)
        return fail(err, LB_DATA, "the text is empty, and so is the output: no word was chosen");
    if (place < h->n_words)
        return LB_OK;
    return fail(err, LB_DATA, "there is no word %zu: the output ends with word %zu, its end of sentence",
                place, h->n_words - 1);
}

LbStatus lb_why(LbSession *s, const LbResult *r, size_t hypothesis, size_t place, const char *other,
                LbErase how, LbWhy **out, LbError *err)
{
    assert(s && r && out && hypothesis < r->n_hypotheses);
    *out = NULL;
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    LbStatus status = check_question(s, r, h, place, err);
    if (status != LB_OK)
        return status;
    Job j = { s, r, hypothesis, place, other, why_new(r, h, place, how), NULL, err };
    status = guard(ask, &j, err);
    array_free(j.ids);
    if (status == LB_OK)
        *out = &j.out->pub;
    else
        lb_why_free(&j.out->pub);
    return status;
}

/* ---- for a person ---- */

static void show_words(const char *label, const LbWord *words, size_t n, TerminalOptions o, Str *out)
{
    CompareCell *cells = memory_get(n + 1, sizeof *cells);
    for (size_t i = 0; i < n; i++)
        cells[i] = (CompareCell){ { words[i].text, NULL }, (int)i, false };
    terminal_compare((const char *const[]){ label, NULL }, cells, (int)n, o, out);
    free(cells);
}

char *lb_result_words(const LbResult *r, size_t hypothesis, LbColour colour, int columns)
{
    assert(r && hypothesis < r->n_hypotheses);
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    Str out = { 0 };
    show_words("source", r->source_words + r->source_begin, count_words(r), terminal_options(colour, columns),
               &out);
    show_words("output", h->words, h->n_words, terminal_options(colour, columns), &out);
    return str_take(&out);
}

static BalanceRow *rows_of(const char *const *words, const double *shares, const double *gradient, size_t n)
{
    BalanceRow *rows = memory_get(n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = (BalanceRow){ words[i], (int)i, shares[i], gradient ? gradient[i] : NAN };
    return rows;
}

static void add_word(Str *out, const char *text)
{
    str_add_char(out, '`');
    label_clean(out, text);
    str_add_char(out, '`');
}

static void add_odds(Str *out, const LbWhy *w)
{
    double margin = w->chosen_score - w->other_score, odds = exp(fabs(margin));
    str_add(out, "  log-probability ");
    add_word(out, w->chosen);
    str_addf(out, " %.3f, ", w->chosen_score);
    add_word(out, w->other);
    str_addf(out, " %.3f: ", w->other_score);
    add_word(out, margin >= 0 ? w->chosen : w->other);
    if (odds < 1e6)
        str_addf(out, " is %.*f times as likely\n", odds < 10 ? 2 : odds < 100 ? 1 : 0, odds);
    else
        str_add(out, " is more than a million times as likely\n");
}

char *lb_why_text(const LbWhy *w, LbColour colour, int columns)
{
    assert(w);
    TerminalOptions o = terminal_options(colour, columns);
    BalanceRow *source = rows_of(w->source, w->source_share, w->source_gradient, w->n_source),
               *before = rows_of(w->before, w->before_share, NULL, w->n_before);
    Balance b = { .left = w->other, .right = w->chosen, .beside = "grad x input", .scale = 0.01 };
    balance_fit(&b, source, (int)w->n_source);
    balance_fit(&b, before, (int)w->n_before);
    Str out = { 0 };
    str_add(&out, "Why ");
    add_word(&out, w->chosen);
    str_addf(&out, " (word %zu) and not ", w->place);
    add_word(&out, w->other);
    str_add(&out, "?\n");
    add_odds(&out, w);
    str_addf(&out, "\nWhat each source word said, by how the difference changes without it (%s):\n",
             erased_as(w->erase));
    terminal_balance(&b, source, (int)w->n_source, o, &out);
    if (w->n_before > 0) {
        b.beside = NULL;
        str_add(&out, "\nWhat each word of the output before it said (read as <unk>):\n");
        terminal_balance(&b, before, (int)w->n_before, o, &out);
    }
    free(source);
    free(before);
    return str_take(&out);
}

/* ---- JSON ---- */

static json_t *json_shares(const char *const *words, const double *shares, const double *gradient, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_pack("{s:s, s:o}", "word", words[i], "share", json_number(shares[i]));
        if (gradient)
            json_object_set_new(o, "gradient", json_number(gradient[i]));
        json_array_append_new(a, o);
    }
    return a;
}

char *lb_why_json(const LbWhy *w)
{
    assert(w);
    return json_line(json_pack("{s:I, s:o, s:o, s:f, s:f, s:f, s:s, s:o, s:o}", "place", (json_int_t)w->place,
                               "chosen", json_text(w->chosen), "other", json_text(w->other), "chosen_score",
                               w->chosen_score, "other_score", w->other_score, "margin",
                               w->chosen_score - w->other_score, "erase", erase_name((EraseMethod)w->erase),
                               "source",
                               json_shares(w->source, w->source_share, w->source_gradient, w->n_source),
                               "before", json_shares(w->before, w->before_share, NULL, w->n_before)));
}
