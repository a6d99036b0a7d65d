/* vocab_subword.c -- vocabularies that are SentencePiece models.
 *
 * SentencePiece sees a repaired text (no malformed bytes, no NUL) and normalises it (NFKC). It says which
 * bytes of the repaired text a piece covers; raw_at leads from there to the raw line. White space before a
 * piece counts as the piece's in SentencePiece, but not here: a highlighted word has no blank in front.
 *
 * Models made elsewhere number their special pieces as they like, or lack some. Ours are always 0 to 3; all
 * other pieces follow in the model's order.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "text/subword_fault.h"
#include "text/vocab_level.h"

enum {
    DEFAULT_SIZE = 8000,
    SENTENCES_MOST = 2000000, /* learning needs no more, and they are all held in memory */
    SENTENCE_BYTES = 1000,    /* longer ones are cut: BPE counts positions in 16 bits, unigram slows down */
    ALPHABET_BIG = 1000,      /* above it (Han), the rarest characters are left to <unk> */
};

/* ---- from model to ids ---- */

static short kind_of(const SpModel *m, int id)
{
    if (sp_is_control(m, id))
        return CONTROL;
    unsigned byte;
    return sp_is_byte(m, id) && sscanf(sp_name(m, id), "<0x%2X>", &byte) == 1 ? (short)byte : TEXT;
}

/* Puts the model's pieces in our order: names, `ours`, `kind`. */
static void take_pieces(Vocab *v)
{
    int n = sp_size(v->sp), special[VOCAB_FIRST];
    sp_specials(v->sp, special);
    v->ours = memory_get((size_t)n, sizeof *v->ours);
    v->kind = memory_get((size_t)n + VOCAB_FIRST, sizeof *v->kind);
    for (int i = 0; i < n + VOCAB_FIRST; i++)
        v->kind[i] = TEXT;
    for (int i = 0; i < n; i++)
        v->ours[i] = -1;
    for (int k = 0; k < VOCAB_FIRST; k++) {
        const char *name = special[k] >= 0 ? sp_name(v->sp, special[k]) : vocab_specials[k];
        names_add(&v->names, name, strlen(name));
        if (special[k] >= 0)
            v->ours[special[k]] = k;
    }
    for (int i = 0; i < n; i++) {
        if (v->ours[i] >= 0)
            continue;
        const char *name = sp_name(v->sp, i);
        v->ours[i] = names_add(&v->names, name, strlen(name));
        v->kind[v->ours[i]] = kind_of(v->sp, i);
    }
}

/* Pieces become text, and text is UTF-8. */
static LbStatus check_names(const Vocab *v, const char *path, LbError *err)
{
    for (int i = 0; i < sp_size(v->sp); i++) {
        const char *name = sp_name(v->sp, i);
        if (!*name || !utf8_is_valid(name, strlen(name)))
            return fail(err, LB_FORMAT, "%s: piece %d is not UTF-8 text", path, i);
    }
    return LB_OK;
}

static LbStatus take_model(Vocab *v, const char *bytes, size_t len, const char *path, LbError *err)
{
    char message[SP_MESSAGE];
    const char *fault = subword_fault(bytes, len);
    if (fault)
        return fail(err, LB_FORMAT, "%s is not a SentencePiece model: %s", path, fault);
    v->sp = sp_load(bytes, len, message);
    if (!v->sp)
        return fail(err, LB_FORMAT, "%s is not a SentencePiece model: %s", path, message);
    if (sp_size(v->sp) > INT_MAX / 4)
        return fail(err, LB_FORMAT, "%s has %d pieces", path, sp_size(v->sp));
    LbStatus status = check_names(v, path, err);
    if (status == LB_OK)
        take_pieces(v);
    return status;
}

LbStatus subword_load(Vocab *v, const char *path, LbError *err)
{
    size_t len;
    char *bytes = file_read(path, &len, err);
    if (!bytes)
        return err ? err->status : LB_FILE;
    LbStatus status = take_model(v, bytes, len, path, err);
    free(bytes);
    return status;
}

void subword_write(const Vocab *v, Str *out)
{
    size_t len;
    const char *bytes = sp_bytes(v->sp, &len);
    str_add_bytes(out, bytes, len);
}

/* ---- blanks ---- */

static bool name_begins_blank(const char *name)
{
    return strncmp(name, META_TEXT, META_LEN) == 0;
}

static bool name_ends_blank(const char *name)
{
    size_t n = strlen(name);
    return n >= META_LEN && strcmp(name + n - META_LEN, META_TEXT) == 0;
}

/* White space, and what becomes it on the way into the model: some by NFKC for translation, NUL by repair. */
static bool is_blank(uint32_t code)
{
    static const uint32_t made_blank[] = { 0, 0x200B, 0x200E, 0x200F, META, 0xFEFF, 0xFFFD };
    for (size_t i = 0; i < sizeof made_blank / sizeof *made_blank; i++)
        if (code == made_blank[i])
            return true;
    return utf8_is_space(code);
}

/* ---- training ---- */

typedef struct {
    char **sentences; /* an array: a uniform sample when there are more than SENTENCES_MOST */
    uint64_t seen;
    Rng rng;
    uint8_t *alphabet; /* a bit per code point */
    int n_alphabet;
    Str repaired;
} Sample;

/* Appends to out what can be learned from: malformed bytes, control characters and the one that SentencePiece
 * reserves (U+2585) become spaces. Returns false when nothing else is there, which would end the program:
 * the library checks it with an abort. */
static bool learnable(Sample *s, Str *out, const char *text, size_t len)
{
    bool any = false;
    size_t step;
    for (size_t i = 0; i < len; i += step) {
        uint32_t code;
        step = utf8_next(text + i, len - i, &code, NULL);
        if (code <= ' ' || (code >= 0x7F && code < 0xA0) || code == 0x2585 || is_blank(code))
            code = ' ';
        uint8_t bit = (uint8_t)(1 << code % 8);
        s->n_alphabet += !(s->alphabet[code / 8] & bit);
        s->alphabet[code / 8] |= bit;
        any |= code != ' ';
        str_add_code(out, code);
    }
    return any;
}

/* Reservoir sampling (Vitter 1985, algorithm R). */
static void sample_add(Sample *s, const char *text, size_t len)
{
    if (s->seen++ < SENTENCES_MOST) {
        array_push(s->sentences, memory_bytes(text, len));
        return;
    }
    uint64_t at = rng_next(&s->rng) % s->seen;
    if (at < SENTENCES_MOST) {
        free(s->sentences[at]);
        s->sentences[at] = memory_bytes(text, len);
    }
}

/* Where a part of at most `most` bytes ends: behind the last space if there is one, never inside a character.
 */
static size_t part_end(const char *text, size_t len, size_t most)
{
    if (len <= most)
        return len;
    for (size_t i = most; i > most / 2; i--)
        if (text[i - 1] == ' ')
            return i;
    size_t end = most;
    while (((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    return end;
}

static void sample_line(void *to, const char *text, size_t len)
{
    Sample *s = to;
    str_cut(&s->repaired, 0);
    if (!learnable(s, &s->repaired, text, len))
        return;
    for (size_t at = 0, part; at < s->repaired.len; at += part) {
        part = part_end(s->repaired.text + at, s->repaired.len - at, SENTENCE_BYTES);
        sample_add(s, s->repaired.text + at, part);
    }
}

static Sample sample_new(uint64_t seed)
{
    Sample s = { .rng = rng_new(seed), .alphabet = memory_get(0x110000 / 8, 1) };
    str_add(&s.repaired, "");
    return s;
}

static void sample_free(Sample *s)
{
    for (size_t i = 0; i < array_len(s->sentences); i++)
        free(s->sentences[i]);
    array_free(s->sentences);
    free(s->alphabet);
    str_free(&s->repaired);
}

static LbStatus learn(Vocab *v, const Sample *s, const VocabTask *task, LbError *err)
{
    SpOptions o = {
        .type = task->options.type ? task->options.type : "unigram",
        .size = task->options.size ? task->options.size : DEFAULT_SIZE,
        .coverage = s->n_alphabet > ALPHABET_BIG ? 0.9995 : 1.0,
        .lowercase = task->options.lowercase,
        .mask = task->options.mask ? MASK_TEXT : NULL,
    };
    char message[SP_MESSAGE], *bytes;
    size_t len;
    if (!sp_train(s->sentences, array_len(s->sentences), o, &bytes, &len, message)) {
        char *advice = strstr(message, " Increase vocab_size"); /* names options that are not ours */
        if (advice)
            strcpy(advice, " Ask for a larger size.");
        return fail(err, LB_DATA, "no SentencePiece model of %d pieces could be learned from %s: %s", o.size,
                    task->paths[0], message);
    }
    LbStatus status = take_model(v, bytes, len, "the model just learned", err);
    free(bytes);
    return status;
}

LbStatus subword_train(Vocab *v, const VocabTask *task, LbError *err)
{
    Sample s = sample_new(task->options.seed);
    LbStatus status = vocab_read_lines(task, sample_line, &s, err);
    if (status == LB_OK && !s.sentences)
        status = fail(err, LB_DATA, "no vocabulary could be learned from %s: it has no text",
                      task->n_paths ? task->paths[0] : "no file");
    if (status == LB_OK)
        status = learn(v, &s, task, err);
    sample_free(&s);
    return status;
}

/* ---- text to pieces ---- */

/* A line as SentencePiece may see it. */
typedef struct {
    const char *text;
    size_t len;
    Str repaired;
    int *raw_at; /* an array: [len+1] raw offset of each byte; NULL: the text is the raw line */
} Clean;

static Clean clean_line(const char *text, size_t len)
{
    Clean c = { .text = len ? text : "", .len = len };
    if (len == 0 || (utf8_is_valid(text, len) && !memchr(text, '\0', len)))
        return c;
    size_t step;
    for (size_t i = 0; i < len; i += step) {
        uint32_t code;
        step = utf8_next(text + i, len - i, &code, NULL);
        size_t before = c.repaired.len;
        str_add_code(&c.repaired, code ? code : 0xFFFD);
        for (size_t k = before; k < c.repaired.len; k++)
            array_push(c.raw_at, (int)i);
    }
    array_push(c.raw_at, (int)len);
    c.text = c.repaired.text;
    c.len = c.repaired.len;
    return c;
}

static void clean_free(Clean *c)
{
    array_free(c->raw_at);
    str_free(&c->repaired);
}

static int raw_offset(const Clean *c, uint32_t at)
{
    assert(at <= c->len);
    return c->raw_at ? c->raw_at[at] : (int)at;
}

static int past_blanks(const char *text, int start, int end)
{
    uint32_t code;
    while (start < end) {
        int step = (int)utf8_next(text + start, (size_t)(end - start), &code, NULL);
        if (!is_blank(code))
            break;
        start += step;
    }
    return start;
}

static int before_blanks(const char *text, int start, int end)
{
    uint32_t code;
    while (end > start) {
        int last = end - 1;
        while (last > start && end - last < 4 && ((unsigned char)text[last] & 0xC0) == 0x80)
            last--;
        /* Bytes that make no character are one by one U+FFFD, so the last one is too. */
        if (last + (int)utf8_next(text + last, (size_t)(end - last), &code, NULL) < end)
            last = end - 1, code = 0xFFFD;
        if (!is_blank(code))
            break;
        end = last;
    }
    return end;
}

Piece *subword_encode(const Vocab *v, const char *text, size_t len)
{
    Clean c = clean_line(text, len);
    SpPiece *found;
    size_t n;
    if (!sp_encode(v->sp, c.text, c.len, &found, &n))
        memory_exhausted("splitting a line into subwords", len, len);
    Piece *pieces = NULL;
    for (size_t i = 0; i < n; i++) {
        int id = v->ours[found[i].id];
        int start = raw_offset(&c, found[i].start), end = raw_offset(&c, found[i].end);
        if (name_begins_blank(vocab_piece(v, id)))
            start = past_blanks(text, start, end);
        else if (name_ends_blank(vocab_piece(v, id)))
            end = before_blanks(text, start, end);
        array_push(pieces, (Piece){ id, start, end, 0 });
    }
    free(found);
    clean_free(&c);
    return pieces;
}

/* ---- words ---- */

typedef struct {
    uint32_t first, last;
} Range;

/* Scripts written without spaces between words. */
static const Range spaceless[] = {
    { 0x0E00, 0x0E7F },   /* Thai */
    { 0x0E80, 0x0EFF },   /* Lao */
    { 0x1000, 0x109F },   /* Myanmar */
    { 0x1780, 0x17FF },   /* Khmer */
    { 0x19E0, 0x19FF },   /* Khmer symbols */
    { 0x2E80, 0x2FDF },   /* Han radicals */
    { 0x3001, 0x303F },   /* their punctuation */
    { 0x3040, 0x30FF },   /* Hiragana, Katakana */
    { 0x31F0, 0x31FF },   /* Katakana extensions */
    { 0x3400, 0x4DBF },   /* Han extension A */
    { 0x4E00, 0x9FFF },   /* Han */
    { 0xA9E0, 0xA9FF },   /* Myanmar extended B */
    { 0xAA60, 0xAA7F },   /* Myanmar extended A */
    { 0xF900, 0xFAFF },   /* Han compatibility */
    { 0xFF66, 0xFF9F },   /* half-width Katakana */
    { 0x1B000, 0x1B16F }, /* Kana supplement, extensions */
    { 0x20000, 0x3FFFF }, /* Han extensions B and on */
};

static bool is_spaceless(uint32_t code)
{
    for (size_t i = 0; i < sizeof spaceless / sizeof *spaceless; i++)
        if (code >= spaceless[i].first && code <= spaceless[i].last)
            return true;
    return false;
}

/* Whether the text at a piece's start is in such a script. */
static bool begins_spaceless(const char *text, size_t len, const Piece *p)
{
    size_t at = (size_t)p->start;
    uint32_t code = META;
    while (at < len && code == META)
        at += utf8_next(text + at, len - at, &code, NULL);
    return is_spaceless(code);
}

/* A piece without bytes (a lone blank, the first bytes of a character) belongs to the word behind it. */
static bool begins_word(const Vocab *v, const char *text, size_t len, const Piece *last, const Piece *p)
{
    const char *name = vocab_piece(v, p->id), *last_name = vocab_piece(v, last->id);
    if (is_control(v, last->id) || is_control(v, p->id))
        return true;
    if (last->start == last->end || text_equal(last_name, META_TEXT))
        return false;
    return name_begins_blank(name) || name_ends_blank(last_name) || begins_spaceless(text, len, last) ||
           begins_spaceless(text, len, p);
}

void subword_number_words(const Vocab *v, const char *text, size_t len, Piece *pieces)
{
    for (size_t i = 1; i < array_len(pieces); i++)
        pieces[i].word = pieces[i - 1].word + begins_word(v, text, len, &pieces[i - 1], &pieces[i]);
}
