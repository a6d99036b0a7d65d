/* rouge.c -- texts become numbered tokens, cut into sentences; the rest is counting.
 *
 * Where there are several longest common subsequences, Lsum depends on which one is taken: it is the one that
 * rouge-score finds, walking back from the ends and giving up a token of the reference rather than one of the
 * output.
 */
#include "metric/rouge.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "metric/codes.h"
#include "metric/gram.h"
#include "metric/porter.h"

enum { MOST_CELLS = 1 << 28 }; /* of a table of common subsequences, a byte each */

const char *const rouge_names[ROUGE_KINDS] = { "1", "2", "L", "Lsum" };

typedef struct {
    uint32_t *tokens; /* array.h */
    size_t *begins;   /* array.h; of sentences with tokens, and behind the last */
} Text;

typedef struct {
    RougeOptions options;
    Grams *numbers, *bag;
    Text hyp, ref;
    uint32_t *codes, *number; /* arrays */
    Word *words;
    size_t *lengths; /* array: one row of the table of subsequences */
    uint8_t *steps;  /* array: the table */
    size_t *left;    /* array: how often a token may still be counted, by its number; output, reference */
    size_t *left_ref;
    bool *used; /* array: of a sentence of the reference */
    bool too_large;
} Counter;

/* ---- text ---- */

static bool is_token_code(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
}

static size_t stem_codes(uint32_t *codes, size_t n)
{
    char *word = memory_get(n, 1);
    for (size_t i = 0; i < n; i++)
        word[i] = (char)codes[i];
    n = porter_stem(word, n);
    for (size_t i = 0; i < n; i++)
        codes[i] = (unsigned char)word[i];
    free(word);
    return n;
}

static void add_token(Counter *c, Text *to, uint32_t *codes, size_t n)
{
    enum { SHORTEST_STEMMED = 4 };
    if (c->options.stem && n >= SHORTEST_STEMMED)
        n = stem_codes(codes, n);
    array_cut(c->words, 0);
    array_push(c->words, (Word){ 0, n });
    if (n > 0) {
        grams_number(c->numbers, codes, c->words, true, &c->number);
        array_push(to->tokens, c->number[0]);
    }
}

static void add_sentence(Counter *c, Text *to, Line sentence)
{
    codes_read(&c->codes, sentence);
    codes_lower(&c->codes);
    size_t n = array_len(c->codes);
    for (size_t i = 0, start = 0; i <= n; i++)
        if (i == n || !is_token_code(c->codes[i])) {
            if (i > start)
                add_token(c, to, c->codes + start, i - start);
            start = i + 1;
        }
    if (array_len(to->tokens) > array_last(to->begins))
        array_push(to->begins, array_len(to->tokens));
}

static const char *find(const char *text, size_t len, const char *what, size_t n)
{
    for (size_t i = 0; i + n <= len; i++)
        if (!memcmp(text + i, what, n))
            return text + i;
    return NULL;
}

static void read_text(Counter *c, Text *to, Line line)
{
    const char *end = c->options.sentence_end ? c->options.sentence_end : "<n>", *at;
    size_t n_end = strlen(end);
    array_cut(to->tokens, 0);
    array_cut(to->begins, 0);
    array_push(to->begins, 0);
    while (n_end > 0 && line.len > 0 && (at = find(line.text, line.len, end, n_end))) {
        size_t n = (size_t)(at - line.text);
        add_sentence(c, to, (Line){ line.text, n });
        line = (Line){ at + n_end, line.len - n - n_end };
    }
    add_sentence(c, to, line);
}

/* ---- counting ---- */

static RougeScore score_of(size_t same, size_t n_hyp, size_t n_ref)
{
    RougeScore s = { 0 };
    if (same == 0)
        return s;
    s.precision = 100 * (double)same / (double)n_hyp;
    s.recall = 100 * (double)same / (double)n_ref;
    s.f1 = 2 * s.precision * s.recall / (s.precision + s.recall);
    return s;
}

static void score_grams(Counter *c, Rouge *out)
{
    size_t n_hyp = array_len(c->hyp.tokens), n_ref = array_len(c->ref.tokens), same[2] = { 0 };
    grams_clear(c->bag);
    grams_learn(c->bag, c->ref.tokens, n_ref, 2);
    grams_match(c->bag, c->hyp.tokens, n_hyp, 2, same);
    for (int order = 1; order <= 2; order++)
        out->kind[order - 1] = score_of(same[order - 1], grams_in(n_hyp, order), grams_in(n_ref, order));
}

typedef struct {
    const uint32_t *tokens;
    size_t n;
} Span;

static Span sentence_of(const Text *t, size_t i)
{
    return (Span){ t->tokens + t->begins[i], t->begins[i + 1] - t->begins[i] };
}

enum { GIVE_REF, GIVE_HYP, TAKE };

/* Fills steps[ref][hyp] and returns the length. */
static size_t subsequence(Counter *c, Span ref, Span hyp)
{
    if (ref.n == 0 || hyp.n == 0 || ref.n > MOST_CELLS / hyp.n) {
        c->too_large |= ref.n > 0 && hyp.n > 0;
        return 0;
    }
    array_cut(c->lengths, 0);
    array_cut(c->steps, 0);
    size_t *length = array_add(c->lengths, hyp.n + 1);
    uint8_t *step = array_add(c->steps, ref.n * hyp.n);
    memset(length, 0, (hyp.n + 1) * sizeof *length);
    for (size_t i = 0; i < ref.n; i++)
        for (size_t j = 0, diagonal = 0; j < hyp.n; j++, step++) {
            size_t above = length[j + 1], before = length[j];
            *step = ref.tokens[i] == hyp.tokens[j] ? TAKE : before > above ? GIVE_HYP : GIVE_REF;
            length[j + 1] = *step == TAKE ? diagonal + 1 : *step == GIVE_HYP ? before : above;
            diagonal = above;
        }
    return length[hyp.n];
}

static void score_whole(Counter *c, Rouge *out)
{
    Span ref = { c->ref.tokens, array_len(c->ref.tokens) }, hyp = { c->hyp.tokens, array_len(c->hyp.tokens) };
    out->kind[ROUGE_L] = score_of(subsequence(c, ref, hyp), hyp.n, ref.n);
}

/* Marks the words of the reference that are in the subsequence just found. */
static void mark_used(Counter *c, size_t n_ref, size_t n_hyp)
{
    for (size_t i = n_ref, j = n_hyp; i > 0 && j > 0;) {
        uint8_t step = c->steps[(i - 1) * n_hyp + j - 1];
        c->used[i - 1] |= step == TAKE;
        i -= step != GIVE_HYP;
        j -= step != GIVE_REF;
    }
}

static void count_tokens(const Text *t, size_t **counts)
{
    for (size_t i = 0; i < array_len(t->tokens); i++) {
        while (array_len(*counts) <= t->tokens[i])
            array_push(*counts, 0);
        (*counts)[t->tokens[i]]++;
    }
}

static bool is_left(const size_t *counts, uint32_t token)
{
    return token < array_len(counts) && counts[token] > 0;
}

/* Words of one sentence of the reference that the output has, too: each counted as often as both have it. */
static size_t union_hits(Counter *c, Span ref)
{
    size_t hits = 0;
    array_cut(c->used, 0);
    memset(array_add(c->used, ref.n), 0, ref.n * sizeof *c->used);
    for (size_t k = 0; k + 1 < array_len(c->hyp.begins); k++) {
        Span hyp = sentence_of(&c->hyp, k);
        if (subsequence(c, ref, hyp) > 0)
            mark_used(c, ref.n, hyp.n);
    }
    for (size_t i = 0; i < ref.n; i++)
        if (c->used[i] && is_left(c->left, ref.tokens[i]) && is_left(c->left_ref, ref.tokens[i])) {
            hits++;
            c->left[ref.tokens[i]]--;
            c->left_ref[ref.tokens[i]]--;
        }
    return hits;
}

static void score_sentences(Counter *c, Rouge *out)
{
    size_t hits = 0;
    array_cut(c->left, 0);
    array_cut(c->left_ref, 0);
    count_tokens(&c->hyp, &c->left);
    count_tokens(&c->ref, &c->left_ref);
    for (size_t i = 0; i + 1 < array_len(c->ref.begins); i++)
        hits += union_hits(c, sentence_of(&c->ref, i));
    out->kind[ROUGE_LSUM] = score_of(hits, array_len(c->hyp.tokens), array_len(c->ref.tokens));
}

/* ---- lines ---- */

static Rouge score_pair(Counter *c, Line hyp, Line ref)
{
    Rouge out;
    grams_clear(c->numbers);
    read_text(c, &c->hyp, hyp);
    read_text(c, &c->ref, ref);
    score_grams(c, &out);
    score_whole(c, &out);
    score_sentences(c, &out);
    return out;
}

static Rouge score_line(Counter *c, Line hyp, const Line *const *refs, size_t i, size_t n_refs)
{
    Rouge best = { 0 };
    for (size_t r = 0; r < n_refs; r++) {
        Rouge one = score_pair(c, hyp, refs[r][i]);
        for (int k = 0; k < ROUGE_KINDS; k++)
            if (r == 0 || one.kind[k].f1 > best.kind[k].f1)
                best.kind[k] = one.kind[k];
    }
    return best;
}

static void counter_free(Counter *c)
{
    grams_free(c->numbers);
    grams_free(c->bag);
    array_free(c->hyp.tokens);
    array_free(c->hyp.begins);
    array_free(c->ref.tokens);
    array_free(c->ref.begins);
    array_free(c->codes);
    array_free(c->number);
    array_free(c->words);
    array_free(c->lengths);
    array_free(c->steps);
    array_free(c->left);
    array_free(c->left_ref);
    array_free(c->used);
}

LbStatus rouge_each(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, RougeOptions options,
                    Rouge *each, LbError *err)
{
    Counter c = { .options = options, .numbers = grams_new(), .bag = grams_new() };
    size_t i = 0;
    for (; i < n && !c.too_large; i++)
        each[i] = score_line(&c, hyp[i], refs, i, n_refs);
    counter_free(&c);
    return c.too_large
               ? fail(err, LB_DATA,
                      "line %zu: output and reference are too long for ROUGE-L; measure shorter texts", i)
               : LB_OK;
}
