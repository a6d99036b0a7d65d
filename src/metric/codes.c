/* codes.c -- code points, lower-casing and white space as Python has them.
 *
 * Lower-casing maps one code point to one, by utf8proc, with the two exceptions of Unicode's
 * SpecialCasing.txt that str.lower() knows: U+0130 becomes i and a combining dot; a capital sigma at the end
 * of a word becomes the final sigma (The Unicode Standard, section 3.13, Final_Sigma). Not here: rules of
 * single languages.
 */
#include "metric/codes.h"

#include <utf8proc.h>

#include "base/array.h"
#include "base/str.h"

enum { CAPITAL_SIGMA = 0x3A3, SMALL_SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2 };

void codes_read(uint32_t **codes, Line line)
{
    array_cut(*codes, 0);
    if (line.len == 0)
        return;
    uint32_t *to = array_add(*codes, line.len);
    size_t n = 0;
    for (size_t i = 0; i < line.len; n++) {
        unsigned char byte = (unsigned char)line.text[i];
        to[n] = byte;
        i += byte < 0x80 ? 1 : utf8_next(line.text + i, line.len - i, &to[n], NULL);
    }
    array_cut(*codes, n);
}

/* ---- classes ---- */
static utf8proc_category_t category(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code);
}

static bool category_between(uint32_t code, utf8proc_category_t first, utf8proc_category_t last)
{
    utf8proc_category_t c = category(code);
    return c >= first && c <= last;
}

bool code_is_punctuation(uint32_t code)
{
    return category_between(code, UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO);
}

bool code_is_symbol(uint32_t code)
{
    return category_between(code, UTF8PROC_CATEGORY_SM, UTF8PROC_CATEGORY_SO);
}

bool code_is_number(uint32_t code)
{
    return category_between(code, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO);
}

bool code_is_letter(uint32_t code)
{
    return category_between(code, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO);
}

bool code_is_ascii_punctuation(uint32_t code)
{
    return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') || (code >= '[' && code <= '`') ||
           (code >= '{' && code <= '~');
}

/* ---- lower case ---- */
typedef struct {
    uint32_t first, last;
} Range;

static bool in_ranges(uint32_t code, const Range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}
#define IN_RANGES(code, ranges) in_ranges(code, ranges, sizeof(ranges) / sizeof *(ranges))

/* Case_Ignorable: marks, format characters, modifiers, and what stands inside words (Word_Break = MidLetter,
 * MidNumLet, Single_Quote). */
static bool is_case_ignorable(uint32_t code)
{
    static const Range inside[] = { { '\'', '\'' },     { '.', '.' },       { ':', ':' },
                                    { 0xB7, 0xB7 },     { 0x387, 0x387 },   { 0x55F, 0x55F },
                                    { 0x5F4, 0x5F4 },   { 0x2018, 0x2019 }, { 0x2024, 0x2024 },
                                    { 0x2027, 0x2027 }, { 0xFE13, 0xFE13 }, { 0xFE52, 0xFE52 },
                                    { 0xFE55, 0xFE55 }, { 0xFF07, 0xFF07 }, { 0xFF0E, 0xFF0E },
                                    { 0xFF1A, 0xFF1A } };
    utf8proc_category_t c = category(code);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME || c == UTF8PROC_CATEGORY_CF ||
           c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_SK || IN_RANGES(code, inside);
}

/* Cased, for a code point that is not case-ignorable. */
static bool is_cased(uint32_t code)
{
    static const Range other[] = { { 0xAA, 0xAA },      { 0xBA, 0xBA },       { 0x2160, 0x217F },
                                   { 0x24B6, 0x24E9 },  { 0x1F130, 0x1F149 }, { 0x1F150, 0x1F169 },
                                   { 0x1F170, 0x1F189 } };
    return category_between(code, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LT) || IN_RANGES(code, other);
}

/* Is the first code point from i on, in steps of `step`, that is not case-ignorable a cased one? */
static bool cased_beyond(const uint32_t *codes, size_t n, size_t i, size_t step)
{
    while (i < n && is_case_ignorable(codes[i]))
        i += step; /* step -1 wraps past 0 to beyond n */
    return i < n && is_cased(codes[i]);
}

static bool is_final(const uint32_t *codes, size_t n, size_t i)
{
    return cased_beyond(codes, n, i - 1, (size_t)-1) && !cased_beyond(codes, n, i + 1, 1);
}

static uint32_t lower_one(uint32_t code)
{
    if (code < 0x80)
        return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

static void lower_sigmas(uint32_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (codes[i] == CAPITAL_SIGMA)
            codes[i] = is_final(codes, n, i) ? FINAL_SIGMA : SMALL_SIGMA;
}

/* U+0130 -> i, U+0307: from the back, so that every code point moves once. */
static void lower_dotted(uint32_t **codes, size_t n_dotted)
{
    size_t n = array_len(*codes);
    (void)array_add(*codes, n_dotted);
    uint32_t *text = *codes;
    for (size_t from = n, to = n + n_dotted; from-- > 0 && to > from + 1;) {
        bool dotted = text[from] == 0x130;
        if (dotted)
            text[--to] = 0x307;
        text[--to] = dotted ? 'i' : text[from];
    }
}

void codes_lower(uint32_t **codes)
{
    size_t n = array_len(*codes), n_dotted = 0;
    lower_sigmas(*codes, n);
    for (size_t i = 0; i < n; i++) {
        n_dotted += (*codes)[i] == 0x130;
        (*codes)[i] = (*codes)[i] == 0x130 ? 0x130 : lower_one((*codes)[i]);
    }
    if (n_dotted > 0)
        lower_dotted(codes, n_dotted);
}

/* ---- white space ---- */
static bool is_space(uint32_t code)
{
    return code < 0x80 ? code == ' ' || (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x1F)
                       : utf8_is_space(code);
}

void codes_strip(uint32_t *codes)
{
    size_t n = array_len(codes);
    while (n > 0 && is_space(codes[n - 1]))
        n--;
    array_cut(codes, n);
}

void codes_squeeze(uint32_t *codes)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(codes); i++)
        if (!is_space(codes[i]))
            codes[n++] = codes[i];
    array_cut(codes, n);
}

void codes_words(const uint32_t *codes, Word **words)
{
    size_t n = array_len(codes);
    array_cut(*words, 0);
    for (size_t i = 0; i < n;) {
        size_t start = i;
        while (i < n && !is_space(codes[i]))
            i++;
        if (i > start)
            array_push(*words, (Word){ start, i });
        i += i < n;
    }
}
