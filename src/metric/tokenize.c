/* tokenize.c -- the tokenizers as tables of substitutions.
 *
 * Every one of them is a chain of regular expressions over one or two neighbouring characters that puts
 * blanks around them. A Rule is one such expression; it works like re.sub: from left to right, and a
 * character that was part of a match is not looked at again by the same rule. That is why the dots of "..."
 * part in pairs, and why the rules cannot be merged into one pass. Sources: mteval-v13a.pl and mteval-v14.pl
 * (NIST); sacreBLEU 2.6 (Post 2018), tokenizers/; Tercom's normalisation (Snover et al. 2006) is 13a and a
 * rule for the English possessive. Not here: zh, ja-mecab, ko-mecab, spm, which need dictionaries or models.
 */
#include "metric/tokenize.h"

#include "base/array.h"
#include "base/status.h"
#include "metric/codes.h"

typedef bool (*CodeTest)(uint32_t code);

typedef struct {
    CodeTest first, second;         /* second NULL: a rule for single characters */
    bool blank_before, blank_after; /* between two there is always one */
    const char *ahead;              /* what must follow a single character; it is not taken */
} Rule;

struct Tokenizer {
    const char *name;
    void (*prepare)(uint32_t **codes); /* may be NULL */
    const Rule *rules;                 /* end with a row without first */
};

/* ---- character classes ---- */
static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}
static bool not_digit(uint32_t c)
{
    return !is_digit(c);
}
static bool is_stop(uint32_t c)
{
    return c == '.' || c == ',';
}
static bool is_dash(uint32_t c)
{
    return c == '-';
}
static bool is_apostrophe(uint32_t c)
{
    return c == '\'';
}
static bool is_any(uint32_t c)
{
    (void)c;
    return true;
}
static bool not_number(uint32_t c)
{
    return !code_is_number(c);
}
/* [\{-\~\[-\` -\&\(-\+\:-\@\/]: ASCII punctuation and blank, but not ' , - . */
static bool is_mark(uint32_t c)
{
    return c == ' ' || (code_is_ascii_punctuation(c) && c != '\'' && c != ',' && c != '-' && c != '.');
}

typedef struct {
    uint32_t first, last;
} Range;

static bool in_ranges(uint32_t c, const Range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}
#define IN_RANGES(c, ranges) in_ranges(c, ranges, sizeof(ranges) / sizeof *(ranges))

/* Chinese and Japanese marks, and the full-width forms of Latin ones */
static bool is_asian_mark(uint32_t c)
{
    static const Range marks[] = { { 0x3001, 0x3002 }, { 0x3008, 0x3011 }, { 0x3014, 0x301F },
                                   { 0x30FB, 0x30FB }, { 0xFF01, 0xFF02 }, { 0xFF08, 0xFF09 },
                                   { 0xFF0C, 0xFF0C }, { 0xFF0E, 0xFF0E }, { 0xFF1A, 0xFF1B },
                                   { 0xFF1F, 0xFF1F }, { 0xFF61, 0xFF65 } };
    return IN_RANGES(c, marks);
}
/* ... and what is a word by itself: ideographs, strokes, radicals, compatibility forms, enclosed letters */
static bool is_asian(uint32_t c)
{
    static const Range words[] = { { 0x2E80, 0x2EFF }, { 0x31C0, 0x31EF }, { 0x3200, 0x4DBF },
                                   { 0x4E00, 0x9FFF }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE4F } };
    return is_asian_mark(c) || IN_RANGES(c, words);
}
static bool is_western_mark(uint32_t c)
{
    return c < 0x80 && c > 0 && strchr(".,?:;!\"()", (int)c);
}

/* ---- preparation ---- */
static bool codes_start(const uint32_t *codes, size_t n, const char *text, size_t len)
{
    if (len > n)
        return false;
    for (size_t i = 0; i < len; i++)
        if (codes[i] != (unsigned char)text[i])
            return false;
    return true;
}

/* str.replace(from, to), where `to` is at most one character. */
static void replace(uint32_t *codes, const char *from, const char *to)
{
    size_t n = array_len(codes), len = strlen(from), out = 0;
    for (size_t i = 0; i < n;) {
        bool found = codes_start(codes + i, n - i, from, len);
        if (!found)
            codes[out++] = codes[i];
        else if (*to)
            codes[out++] = (unsigned char)*to;
        i += found ? len : 1;
    }
    array_cut(codes, out);
}

static void pad(uint32_t **codes)
{
    size_t n = array_len(*codes);
    (void)array_add(*codes, 2);
    memmove(*codes + 1, *codes, n * sizeof **codes);
    (*codes)[0] = (*codes)[n + 1] = ' ';
}

/* In this order: "&amp;lt;" becomes "<". */
static void prepare_13a(uint32_t **codes)
{
    static const char *const changes[][2] = { { "<skipped>", "" }, { "-\n", "" },    { "\n", " " },
                                              { "&quot;", "\"" },  { "&amp;", "&" }, { "&lt;", "<" },
                                              { "&gt;", ">" } };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        replace(*codes, changes[i][0], changes[i][1]);
    pad(codes);
}

static void prepare_tercom(uint32_t **codes)
{
    static const char *const changes[][2] = { { "\n-", "" },    { "\n", " " },   { "&quot;", "\"" },
                                              { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" } };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        replace(*codes, changes[i][0], changes[i][1]);
    pad(codes);
}

/* ---- the tables ---- */
static const Rule rules_13a[] = {
    { is_mark, NULL, true, true, NULL },
    { not_digit, is_stop, false, true, NULL },
    { is_stop, not_digit, true, false, NULL },
    { is_digit, is_dash, false, true, NULL },
    { 0 },
};
static const Rule rules_intl[] = {
    { not_number, code_is_punctuation, false, true, NULL },
    { code_is_punctuation, not_number, true, false, NULL },
    { code_is_symbol, NULL, true, true, NULL },
    { 0 },
};
static const Rule rules_char[] = { { is_any, NULL, true, true, NULL }, { 0 } };
static const Rule rules_none[] = { { 0 } };

static const Rule rules_tercom[] = {
    { is_mark, NULL, true, true, NULL },       { is_apostrophe, NULL, true, false, "s " },
    { not_digit, is_stop, false, true, NULL }, { is_stop, not_digit, true, false, NULL },
    { is_digit, is_dash, false, true, NULL },  { 0 },
};
static const Rule rules_asian[] = { { is_asian, NULL, true, true, NULL }, { 0 } };

static const Tokenizer tercom = { "tercom", prepare_tercom, rules_tercom };
static const Tokenizer tercom_asian = { "asian", NULL, rules_asian };

static const Tokenizer tokenizers[] = {
    { "13a", prepare_13a, rules_13a },
    { "intl", NULL, rules_intl },
    { "char", NULL, rules_char },
    { "none", NULL, rules_none },
};
enum { N_TOKENIZERS = sizeof tokenizers / sizeof *tokenizers };

const char *const tokenizer_names[] = { "13a", "intl", "char", "none", NULL };

const Tokenizer *tokenizer_find(const char *name)
{
    for (size_t i = 0; i < N_TOKENIZERS; i++)
        if (strcmp(name, tokenizers[i].name) == 0)
            return &tokenizers[i];
    return NULL;
}

const char *tokenizer_name(const Tokenizer *t)
{
    return t->name;
}

/* ---- substitution ---- */
/* How many code points the rule takes at the head of codes[0..n): 0, 1 or 2. */
static size_t rule_match(const Rule *r, const uint32_t *codes, size_t n)
{
    if (r->ahead && !codes_start(codes + 1, n - 1, r->ahead, strlen(r->ahead)))
        return 0;
    if (!r->second)
        return r->first(codes[0]) ? 1 : 0;
    return n > 1 && r->first(codes[0]) && r->second(codes[1]) ? 2 : 0;
}

static size_t rule_write(const Rule *r, const uint32_t *match, size_t n_match, uint32_t *out)
{
    size_t n = 0;
    if (r->blank_before)
        out[n++] = ' ';
    out[n++] = match[0];
    if (n_match == 2) {
        out[n++] = ' ';
        out[n++] = match[1];
    }
    if (r->blank_after)
        out[n++] = ' ';
    return n;
}

static void rule_apply(const Rule *r, const uint32_t *codes, uint32_t **out)
{
    size_t n = array_len(codes), n_out = 0;
    array_cut(*out, 0);
    if (n == 0)
        return;
    uint32_t *to = array_add(*out, 3 * n); /* one character becomes three at most */
    for (size_t i = 0; i < n;) {
        size_t n_match = rule_match(r, codes + i, n - i);
        if (n_match > 0) {
            n_out += rule_write(r, codes + i, n_match, to + n_out);
            i += n_match;
        } else {
            to[n_out++] = codes[i++];
        }
    }
    array_cut(*out, n_out);
}

void tokenize(const Tokenizer *t, uint32_t **codes, uint32_t **spare)
{
    if (t->prepare)
        t->prepare(codes);
    for (const Rule *r = t->rules; r->first; r++) {
        rule_apply(r, *codes, spare);
        uint32_t *swap = *codes;
        *codes = *spare;
        *spare = swap;
    }
}

static void drop(uint32_t *codes, CodeTest is_dropped)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(codes); i++)
        if (!is_dropped(codes[i]))
            codes[n++] = codes[i];
    array_cut(codes, n);
}

void tokenize_tercom(bool normalized, bool no_punct, bool asian, uint32_t **codes, uint32_t **spare)
{
    if (normalized)
        tokenize(&tercom, codes, spare);
    if (normalized && asian)
        tokenize(&tercom_asian, codes, spare);
    if (no_punct)
        drop(*codes, is_western_mark);
    if (no_punct && asian)
        drop(*codes, is_asian_mark);
}

void tokenize_line(const Tokenizer *t, Line line, Str *out)
{
    uint32_t *codes = NULL, *spare = NULL;
    Word *words = NULL;
    codes_read(&codes, line);
    codes_strip(codes);
    tokenize(t, &codes, &spare);
    codes_words(codes, &words);
    for (size_t i = 0; i < array_len(words); i++) {
        if (i > 0)
            str_add_char(out, ' ');
        for (size_t k = words[i].start; k < words[i].end; k++)
            str_add_code(out, codes[k]);
    }
    array_free(codes);
    array_free(spare);
    array_free(words);
}
