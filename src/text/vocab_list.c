/* vocab_list.c -- vocabularies that are plain lists: words, characters, or pieces that came ready-made.
 *
 * A line is split into spans; the text of a span, put into its stored form (malformed bytes as U+FFFD, lower
 * case if asked for, a white space character as U+2581), is looked up. Training counts these texts and keeps
 * the most frequent; equal counts are ordered by their bytes, so the list depends on nothing but the data.
 *
 * The file: "#level NAME [lowercase] [split-punctuation | drop-punctuation]", then one piece a line in the
 * order of ids, from <unk> on.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/array.h"
#include "base/file.h"
#include "text/vocab_level.h"

/* ---- splitting ---- */

Span *split_words(const char *text, size_t len)
{
    Span *words = NULL;
    size_t start = 0, step;
    for (size_t i = 0; i < len; i += step) {
        uint32_t code;
        step = utf8_next(text + i, len - i, &code, NULL);
        if (!utf8_is_space(code))
            continue;
        if (i > start)
            array_push(words, (Span){ (int)start, (int)i });
        start = i + step;
    }
    if (len > start)
        array_push(words, (Span){ (int)start, (int)len });
    return words;
}

Span *split_chars(const char *text, size_t len)
{
    Span *chars = NULL;
    size_t step;
    for (size_t i = 0; i < len; i += step) {
        uint32_t code;
        step = utf8_next(text + i, len - i, &code, NULL);
        array_push(chars, (Span){ (int)i, (int)(i + step) });
    }
    return chars;
}

static bool is_punctuation(uint32_t code)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)code);
    return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

static bool is_combining(uint32_t code)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)code);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

/* Bytes of the character at text[0..n) with the marks combined with it. */
static size_t with_marks(const char *text, size_t n, uint32_t *code)
{
    uint32_t mark;
    size_t at = utf8_next(text, n, code, NULL), step;
    for (; at < n; at += step) {
        step = utf8_next(text + at, n - at, &mark, NULL);
        if (!is_combining(mark))
            break;
    }
    return at;
}

/* Adds the parts of a word: what stands between punctuation and, if `split`, each of its characters. */
static void cut_word(Span **parts, const char *text, Span word, bool split)
{
    int start = word.start;
    for (int i = word.start, step; i < word.end; i += step) {
        uint32_t code;
        step = (int)with_marks(text + i, (size_t)(word.end - i), &code);
        if (!is_punctuation(code))
            continue;
        if (i > start)
            array_push(*parts, (Span){ start, i });
        if (split)
            array_push(*parts, (Span){ i, i + step });
        start = i + step;
    }
    if (word.end > start)
        array_push(*parts, (Span){ start, word.end });
}

static Span *split_line(const Vocab *v, const char *text, size_t len)
{
    Span *words = v->level->split(text, len), *parts = NULL;
    if (v->punctuation == PUNCTUATION_KEEP)
        return words;
    for (size_t i = 0; i < array_len(words); i++)
        cut_word(&parts, text, words[i], v->punctuation == PUNCTUATION_SPLIT);
    array_free(words);
    return parts;
}

/* The stored form of text, in key. */
void list_spell(const Vocab *v, const char *text, size_t len, Str *key)
{
    str_cut(key, 0);
    size_t step;
    for (size_t i = 0; i < len; i += step) {
        uint32_t code;
        step = utf8_next(text + i, len - i, &code, NULL);
        if (code == 0)
            code = 0xFFFD;
        if (v->level->joined && utf8_is_space(code))
            code = META;
        if (v->lowercase)
            code = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
        str_add_code(key, code);
    }
}

/* Splits text[from, to) and adds what becomes of it. */
static void split_part(const Vocab *v, const char *text, size_t from, size_t to, Span **spans)
{
    Span *part = split_line(v, text + from, to - from);
    for (size_t i = 0; i < array_len(part); i++)
        array_push(*spans, (Span){ part[i].start + (int)from, part[i].end + (int)from });
    array_free(part);
}

/* As the level does, but a mask is one span wherever it stands. */
static Span *split_masked(const Vocab *v, const char *text, size_t len)
{
    if (v->mask < 0 || len < MASK_LEN)
        return split_line(v, text, len);
    Span *spans = NULL;
    size_t from = 0;
    for (const char *at; (at = memmem(text + from, len - from, MASK_TEXT, MASK_LEN));) {
        size_t start = (size_t)(at - text);
        split_part(v, text, from, start, &spans);
        from = start + MASK_LEN;
        array_push(spans, (Span){ (int)start, (int)from });
    }
    split_part(v, text, from, len, &spans);
    return spans;
}

/* The piece of a span; key: its stored form. */
static int span_id(const Vocab *v, const char *text, size_t len, Str *key)
{
    if (v->mask >= 0 && len == MASK_LEN && memcmp(text, MASK_TEXT, MASK_LEN) == 0)
        return v->mask;
    list_spell(v, text, len, key);
    int id = names_find(&v->names, key->text, key->len);
    return id < 0 || is_control(v, id) ? VOCAB_UNK : id;
}

Piece *list_encode(const Vocab *v, const char *text, size_t len)
{
    Span *spans = split_masked(v, text, len);
    Piece *pieces = NULL;
    Str key = { 0 };
    str_add(&key, "");
    for (size_t i = 0; i < array_len(spans); i++) {
        Span s = spans[i];
        int id = span_id(v, text + s.start, (size_t)(s.end - s.start), &key);
        array_push(pieces, (Piece){ id, s.start, s.end, 0 });
    }
    str_free(&key);
    array_free(spans);
    return pieces;
}

void list_number_words(const Vocab *v, const char *text, size_t len, Piece *pieces)
{
    (void)v, (void)text, (void)len;
    for (size_t i = 0; i < array_len(pieces); i++)
        pieces[i].word = (int)i;
}

/* ---- training ---- */

typedef struct {
    const Vocab *v;
    Names names;
    size_t *counts; /* an array, by number in names */
    Str key;
    bool too_long; /* a line that spans cannot describe */
} Counting;

typedef struct {
    const char *text;
    size_t count;
} Counted;

static void count_line(void *to, const char *text, size_t len)
{
    Counting *c = to;
    if (len > INT_MAX / 2) {
        c->too_long = true;
        return;
    }
    Span *spans = split_line(c->v, text, len);
    for (size_t i = 0; i < array_len(spans); i++) {
        list_spell(c->v, text + spans[i].start, (size_t)(spans[i].end - spans[i].start), &c->key);
        int at = names_find(&c->names, c->key.text, c->key.len);
        if (at < 0) {
            at = names_add(&c->names, c->key.text, c->key.len);
            array_push(c->counts, 0);
        }
        c->counts[at]++;
    }
    array_free(spans);
}

static int by_count(const void *a, const void *b)
{
    const Counted *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static void add_specials(Names *names)
{
    for (int i = 0; i < VOCAB_FIRST; i++)
        names_add(names, vocab_specials[i], strlen(vocab_specials[i]));
}

/* Keeps what is frequent enough and fits. */
static void choose(Vocab *v, const Counting *c, const VocabOptions *o)
{
    Counted *all = NULL;
    for (int i = 0; i < names_count(&c->names); i++)
        array_push(all, (Counted){ c->names.texts[i], c->counts[i] });
    if (all)
        qsort(all, array_len(all), sizeof *all, by_count);
    size_t least = o->min_count > 1 ? (size_t)o->min_count : 1;
    size_t most = o->size > 0 ? (size_t)o->size : SIZE_MAX;
    add_specials(&v->names);
    if (o->mask)
        names_add(&v->names, MASK_TEXT, MASK_LEN);
    for (size_t i = 0; i < array_len(all); i++) {
        bool special = names_find(&v->names, all[i].text, strlen(all[i].text)) >= 0;
        if (!special && all[i].count >= least && (size_t)names_count(&v->names) < most)
            names_add(&v->names, all[i].text, strlen(all[i].text));
    }
    array_free(all);
}

LbStatus list_train(Vocab *v, const VocabTask *task, LbError *err)
{
    Counting c = { .v = v };
    str_add(&c.key, "");
    LbStatus status = vocab_read_lines(task, count_line, &c, err);
    if (status == LB_OK && c.too_long)
        status = fail(err, LB_DATA, "a line longer than 1 GiB: nothing can be learned from it; split it");
    if (status == LB_OK)
        choose(v, &c, &task->options);
    if (status == LB_OK && vocab_size(v) == VOCAB_FIRST + task->options.mask)
        status = fail(err, LB_DATA,
                      "no vocabulary could be learned from %s: it has no text, or every piece is "
                      "rarer than the least count",
                      task->n_paths ? task->paths[0] : "no file");
    names_free(&c.names);
    array_free(c.counts);
    str_free(&c.key);
    return status;
}

/* ---- files ---- */

static const char *const head_punctuation[] = {
    [PUNCTUATION_SPLIT] = "split-punctuation", [PUNCTUATION_DROP] = "drop-punctuation"
};

/* False: the word says nothing. */
static bool read_head_word(Vocab *v, const char *word)
{
    bool lower = text_equal(word, "lowercase");
    Punctuation p = PUNCTUATION_SPLIT;
    while (p <= PUNCTUATION_DROP && !text_equal(word, head_punctuation[p]))
        p++;
    bool cuts = p <= PUNCTUATION_DROP && text_equal(v->level->name, "word");
    if (lower)
        v->lowercase = true;
    if (cuts)
        v->punctuation = p;
    return lower || cuts;
}

/* "#level word lowercase split-punctuation" */
static LbStatus read_head(Vocab *v, const char *path, const char *text, LbError *err)
{
    Str rest = { 0 };
    str_add(&rest, text + strlen("#level"));
    char *save = NULL, *name = strtok_r(rest.text, " \t", &save), *word;
    const Level *level = name ? vocab_level_find(name) : NULL;
    LbStatus status = LB_OK;
    if (!level || !level->split)
        status = fail_line(err, LB_FORMAT, 1, "%s: level `%s` is not word, char or tokens", path,
                           name ? name : "");
    else
        v->level = level;
    while (status == LB_OK && (word = strtok_r(NULL, " \t", &save)))
        if (!read_head_word(v, word))
            status =
                fail_line(err, LB_FORMAT, 1,
                          "%s: `%s` after the level; only `lowercase` may follow, and `split-punctuation` "
                          "or `drop-punctuation` at level word",
                          path, word);
    str_free(&rest);
    return status;
}

/* A space inside a piece of level word or tokens could never match; neither could two characters at char, nor
 * white space there, which is looked up as U+2581. */
static bool can_match(const Vocab *v, const char *text, size_t len)
{
    Span *spans = split_line(v, text, len);
    bool one = array_len(spans) == 1 && spans[0].end - spans[0].start == (int)len;
    array_free(spans);
    uint32_t code = 0;
    if (one && v->level->joined)
        utf8_next(text, len, &code, NULL);
    return one && !utf8_is_space(code);
}

static LbStatus read_piece(Vocab *v, const char *path, int line, const char *text, size_t len, LbError *err)
{
    int id = vocab_size(v);
    const char *special = id < VOCAB_FIRST ? vocab_specials[id] : NULL;
    if (special && !text_equal(text, special))
        return fail_line(err, LB_FORMAT, line,
                         "%s: `%s` where `%s` should be; a vocabulary begins with <unk>, "
                         "<pad>, <s>, </s>",
                         path, text, special);
    if (len == 0)
        return fail_line(err, LB_FORMAT, line, "%s: an empty line", path);
    if (len > INT_MAX / 2 || !utf8_is_valid(text, len) || memchr(text, '\0', len))
        return fail_line(err, LB_FORMAT, line, "%s: not UTF-8 text", path);
    if (!special && !text_equal(text, MASK_TEXT) && !can_match(v, text, len))
        return fail_line(err, LB_FORMAT, line, "%s: `%s` cannot be one piece at level %s", path, text,
                         v->level->name);
    if (names_find(&v->names, text, len) >= 0)
        return fail_line(err, LB_FORMAT, line, "%s: `%s` for the second time", path, text);
    names_add(&v->names, text, len);
    return LB_OK;
}

static LbStatus read_pieces(Vocab *v, const char *path, Reader *reader, LbError *err)
{
    const char *text;
    size_t len;
    int got;
    LbStatus status = LB_OK;
    while (status == LB_OK && (got = reader_line(reader, &text, &len, err)) != 0) {
        int line = reader_number(reader);
        if (got < 0)
            return err ? err->status : LB_FILE;
        if (line == 1 && text_starts(text, "#level"))
            status = read_head(v, path, text, err);
        else
            status = read_piece(v, path, line, text, len, err);
    }
    if (status == LB_OK && vocab_size(v) <= VOCAB_FIRST)
        status = fail(err, LB_FORMAT,
                      "%s: a vocabulary of %d pieces; <unk>, <pad>, <s>, </s> and at least one "
                      "more are needed",
                      path, vocab_size(v));
    return status;
}

LbStatus list_load(Vocab *v, const char *path, LbError *err)
{
    Reader *reader = reader_open(path, err);
    if (!reader)
        return err ? err->status : LB_FILE;
    LbStatus status = read_pieces(v, path, reader, err);
    reader_close(reader);
    return status;
}

LbStatus list_fill(Vocab *v, const char *name, const char *const *pieces, size_t n, LbError *err)
{
    LbStatus status = LB_OK;
    add_specials(&v->names);
    for (size_t i = 0; i < n && status == LB_OK; i++)
        status = read_piece(v, name, (int)i + VOCAB_FIRST + 2, pieces[i], strlen(pieces[i]), err);
    return status;
}

void list_write(const Vocab *v, Str *out)
{
    str_addf(out, "#level %s%s", v->level->name, v->lowercase ? " lowercase" : "");
    if (v->punctuation != PUNCTUATION_KEEP)
        str_addf(out, " %s", head_punctuation[v->punctuation]);
    str_add_char(out, '\n');
    for (int i = 0; i < vocab_size(v); i++)
        str_addf(out, "%s\n", vocab_piece(v, i));
}
