/* vocab.c -- what every level has in common: the table of levels, files, and ids back to text.
 *
 * Ids 0 to 3 are <unk>, <pad>, <s> and </s> everywhere. Text never yields the last three, whatever it says:
 * a line that spells out "</s>" cannot end a sentence.
 */
#include "text/vocab.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "text/vocab_level.h"

const Level vocab_levels[] = {
    { "sentencepiece", ".model", true, subword_train, subword_load, subword_write, subword_encode,
      subword_number_words, NULL },
    { "word", ".vocab", false, list_train, list_load, list_write, list_encode, list_number_words,
      split_words },
    { "char", ".vocab", true, list_train, list_load, list_write, list_encode, list_number_words,
      split_chars },
    { "tokens", ".vocab", false, list_train, list_load, list_write, list_encode, list_number_words,
      text_words },
    { 0 },
};

const char *const vocab_specials[VOCAB_FIRST] = { "<unk>", "<pad>", "<s>", "</s>" };

static const char *const punctuations[] = {
    [PUNCTUATION_KEEP] = "keep", [PUNCTUATION_SPLIT] = "split", [PUNCTUATION_DROP] = "drop"
};
enum { N_PUNCTUATIONS = sizeof punctuations / sizeof *punctuations };

/* N_PUNCTUATIONS when there is no such way. */
static int punctuation_find(const char *name)
{
    int i = 0;
    while (name && i < N_PUNCTUATIONS && !text_equal(name, punctuations[i]))
        i++;
    return i;
}

const Level *vocab_level_find(const char *name)
{
    for (const Level *level = vocab_levels; level->name; level++)
        if (text_equal(level->name, name))
            return level;
    return NULL;
}

/* ---- making, loading, saving ---- */

enum { SIZE_MOST = 1000000 }; /* SentencePiece weighs no more candidates than this */

static Vocab *vocab_new(const Level *level)
{
    Vocab *v = memory_get(1, sizeof *v);
    v->level = level;
    v->mask = -1;
    return v;
}

void vocab_free(Vocab *v)
{
    if (!v)
        return;
    names_free(&v->names);
    sp_free(v->sp);
    free(v->ours);
    free(v->kind);
    free(v);
}

/* Hands out v if all went well, else drops it. */
static LbStatus vocab_give(Vocab *v, LbStatus status, Vocab **out)
{
    int mask = status == LB_OK ? names_find(&v->names, MASK_TEXT, MASK_LEN) : -1;
    v->mask = mask >= VOCAB_FIRST && !is_control(v, mask) ? mask : -1;
    if (status == LB_OK)
        *out = v;
    else
        vocab_free(v);
    return status;
}

static LbStatus options_check(const VocabOptions *o, LbError *err)
{
    if (!vocab_level_find(o->level))
        return fail(err, LB_USAGE, "unknown level `%s` of a vocabulary: sentencepiece, word, char or tokens",
                    o->level ? o->level : "");
    if (o->type && !text_equal(o->type, "unigram") && !text_equal(o->type, "bpe"))
        return fail(err, LB_USAGE, "unknown type `%s` of a SentencePiece model: unigram or bpe", o->type);
    int punctuation = punctuation_find(o->punctuation);
    if (punctuation == N_PUNCTUATIONS)
        return fail(err, LB_USAGE, "unknown way with punctuation `%s`: keep, split or drop", o->punctuation);
    if (punctuation != PUNCTUATION_KEEP && !text_equal(o->level, "word"))
        return fail(err, LB_USAGE, "punctuation can be %s at level word only; the level is %s",
                    punctuation == PUNCTUATION_SPLIT ? "split" : "dropped", o->level);
    if (o->size > SIZE_MOST)
        return fail(err, LB_USAGE, "a vocabulary of %d pieces: at most %d", o->size, SIZE_MOST);
    int least = VOCAB_FIRST + o->mask;
    if (o->size < 0 || (o->size > 0 && o->size <= least))
        return fail(err, LB_USAGE, "a vocabulary of %d pieces: it needs more than %d, or 0 for all", o->size,
                    least);
    return LB_OK;
}

LbStatus vocab_train(const char *const *paths, size_t n_paths, VocabOptions options, Vocab **out,
                     LbError *err)
{
    *out = NULL;
    LbStatus status = options_check(&options, err);
    if (status != LB_OK)
        return status;
    Vocab *v = vocab_new(vocab_level_find(options.level));
    v->lowercase = options.lowercase;
    v->punctuation = (Punctuation)punctuation_find(options.punctuation);
    VocabTask task = { paths, n_paths, options };
    return vocab_give(v, v->level->train(v, &task, err), out);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

LbStatus vocab_load(const char *path, Vocab **out, LbError *err)
{
    *out = NULL;
    Vocab *v = vocab_new(vocab_level_find(ends_with(path, ".vocab") ? "word" : "sentencepiece"));
    return vocab_give(v, v->level->load(v, path, err), out);
}

LbStatus vocab_of_list(const char *level, bool lowercase, const char *const *pieces, size_t n,
                       const char *name, Vocab **out, LbError *err)
{
    assert(n > 0 && n < INT_MAX / 2);
    *out = NULL;
    Vocab *v = vocab_new(vocab_level_find(level));
    assert(v->level && v->level->split);
    v->lowercase = lowercase;
    return vocab_give(v, list_fill(v, name, pieces, n, err), out);
}

LbStatus vocab_save(const Vocab *v, const char *stem, char **path, LbError *err)
{
    Str name = { 0 };
    str_addf(&name, "%s%s", stem, v->level->suffix);
    Str bytes = { 0 };
    v->level->write(v, &bytes);
    LbStatus status = file_write(name.text, bytes.text, bytes.len, err);
    str_free(&bytes);
    if (path)
        *path = status == LB_OK ? str_take(&name) : NULL;
    str_free(&name);
    return status;
}

uint32_t vocab_crc(const Vocab *v)
{
    Str bytes = { 0 };
    v->level->write(v, &bytes);
    uint32_t crc = crc32_of(bytes.text, bytes.len);
    str_free(&bytes);
    return crc;
}

/* ---- learning from files ---- */

/* Learning holds every sentence (SentencePiece, with what its tables take), or every word once (lists). */
enum { SUBWORD_SHARE = 64, LIST_SHARE = 16, GZ_FACTOR = 4 };

static uint64_t size_of(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return 0;
    return (uint64_t)about.st_size * (ends_with(path, ".gz") ? GZ_FACTOR : 1);
}

uint64_t vocab_step(const char *const *paths, size_t n_paths, const VocabOptions *o)
{
    const Level *level = vocab_level_find(o->level);
    uint64_t all = 0, most = o->memory / (level && level->split ? LIST_SHARE : SUBWORD_SHARE);
    for (size_t i = 0; i < n_paths; i++)
        all += size_of(paths[i]);
    return most == 0 || all <= most ? 1 : (all + most - 1) / most;
}

typedef struct {
    uint64_t step, line;
    LineTaker *take;
    void *to;
} Sampling;

static LbStatus read_file(const char *path, Sampling *s, LbError *err)
{
    Reader *reader = reader_open(path, err);
    if (!reader)
        return err ? err->status : LB_FILE;
    const char *text;
    size_t len;
    int got;
    while ((got = reader_line(reader, &text, &len, err)) > 0)
        if (s->line++ % s->step == 0)
            s->take(s->to, text, len);
    reader_close(reader);
    return got == 0 ? LB_OK : err ? err->status : LB_FILE;
}

LbStatus vocab_read_lines(const VocabTask *task, LineTaker *line, void *to, LbError *err)
{
    Sampling s = { vocab_step(task->paths, task->n_paths, &task->options), 0, line, to };
    LbStatus status = LB_OK;
    for (size_t i = 0; i < task->n_paths && status == LB_OK; i++)
        status = read_file(task->paths[i], &s, err);
    return status;
}

/* ---- what is in it ---- */

int vocab_size(const Vocab *v)
{
    return names_count(&v->names);
}

const char *vocab_level(const Vocab *v)
{
    return v->level->name;
}

const char *vocab_piece(const Vocab *v, int id)
{
    assert(id >= 0 && id < vocab_size(v));
    return v->names.texts[id];
}

const char *vocab_name(const Vocab *v, int id, Unknown words)
{
    int k = id - vocab_size(v);
    return k < 0 ? vocab_piece(v, id) : k < words.n ? words.texts[k] : vocab_specials[VOCAB_UNK];
}

void vocab_spell(const Vocab *v, const char *text, size_t len, Str *out)
{
    str_cut(out, 0);
    if (v->sp)
        utf8_repair(out, text, len);
    else
        list_spell(v, text, len, out);
}

int vocab_id(const Vocab *v, const char *piece)
{
    int id = names_find(&v->names, piece, strlen(piece));
    return id < 0 ? VOCAB_UNK : id;
}

int vocab_mask(const Vocab *v)
{
    return v->mask;
}

bool vocab_is_word(const Vocab *v, int id)
{
    return id >= VOCAB_FIRST && id != v->mask && !is_control(v, id);
}

/* ---- text to ids ---- */

/* Before a mask SentencePiece leaves the blank as a piece of its own; it belongs to the word that is hidden.
 */
static void drop_blanks_before_masks(const Vocab *v, Piece *pieces)
{
    size_t n = 0, all = array_len(pieces);
    for (size_t i = 0; i < all; i++) {
        bool blank = i + 1 < all && pieces[i + 1].id == v->mask && pieces[i].start == pieces[i].end;
        if (!blank)
            pieces[n++] = pieces[i];
    }
    array_cut(pieces, n);
}

Piece *vocab_encode(const Vocab *v, const char *text, size_t len)
{
    assert(len <= INT_MAX / 2);
    Piece *pieces = v->level->encode(v, text, len);
    v->level->number_words(v, text, len, pieces);
    if (v->sp && v->mask >= 0)
        drop_blanks_before_masks(v, pieces);
    return pieces;
}

static int token_id(const Vocab *v, const char *text, size_t len)
{
    int id = memchr(text, '\0', len) ? -1 : names_find(&v->names, text, len);
    return id < 0 || is_control(v, id) ? VOCAB_UNK : id;
}

Piece *vocab_encode_tokens(const Vocab *v, const char *text, size_t len)
{
    assert(len <= INT_MAX / 2);
    Span *tokens = text_words(text, len);
    Piece *pieces = NULL;
    for (size_t i = 0; i < array_len(tokens); i++) {
        Span t = tokens[i];
        array_push(pieces,
                   (Piece){ token_id(v, text + t.start, (size_t)(t.end - t.start)), t.start, t.end, 0 });
    }
    array_free(tokens);
    v->level->number_words(v, text, len, pieces);
    return pieces;
}

int pieces_words(const Piece *pieces)
{
    return pieces ? array_last(pieces).word + 1 : 0;
}

/* ---- ids to text ---- */

/* How ids become text: each say_ function writes ids[0..) to out, fills their spans in p, and returns how
 * many ids it took. */
typedef struct {
    const Vocab *v;
    Unknown words;
    Str out;
    const char *last; /* the piece written before, of those that are separate; NULL: none */
} Saying;

/* Punctuation that stands close to the word before it, and to the one behind it. */
static const char *const closing[] = { ".",  ",",  ";",  ":",  "!",  "?",  ")",  "。", "，",
                                       "、", "；", "：", "！", "？", "）", "」", "』", NULL };
static const char *const opening[] = { "(", "（", "「", "『", NULL };

static bool is_one_of(const char *const *texts, const char *text)
{
    while (*texts && !text_equal(*texts, text))
        texts++;
    return *texts;
}

static bool wants_blank(const Saying *s, const char *name)
{
    if (s->out.len == 0 || s->v->punctuation != PUNCTUATION_SPLIT)
        return s->out.len > 0;
    return !is_one_of(closing, name) && !(s->last && is_one_of(opening, s->last));
}

static int say_separate(Saying *s, int id, Piece *p)
{
    const char *name = vocab_name(s->v, id, s->words);
    if (wants_blank(s, name))
        str_add_char(&s->out, ' ');
    p->start = (int)s->out.len;
    str_add(&s->out, name);
    p->end = (int)s->out.len;
    s->last = name;
    return 1;
}

/* A run of byte pieces: of each character the last byte's piece gets the span, those before an empty one. */
static int say_bytes(Saying *s, const int *ids, int n, Piece *p)
{
    Str raw = { 0 };
    int n_bytes = 0;
    for (; n_bytes < n && kind_of_piece(s->v, ids[n_bytes]) >= 0; n_bytes++)
        str_add_char(&raw, (char)s->v->kind[ids[n_bytes]]);
    for (size_t i = 0, step; i < raw.len; i += step) {
        uint32_t code;
        step = utf8_next(raw.text + i, raw.len - i, &code, NULL);
        int start = (int)s->out.len;
        str_add_code(&s->out, code ? code : 0xFFFD);
        for (size_t k = 0; k < step; k++)
            p[i + k].start = p[i + k].end = start;
        p[i + step - 1].end = (int)s->out.len;
    }
    str_free(&raw);
    return n_bytes;
}

/* The white space that a subword brings along is not part of its span, and none is wanted in front. */
static int say_joined(Saying *s, int id, Piece *p)
{
    const char *name = vocab_name(s->v, id, s->words);
    bool subword = s->v->sp != NULL;
    p->start = p->end = (int)s->out.len;
    for (const char *at = name; *at;) {
        bool space = strncmp(at, META_TEXT, META_LEN) == 0;
        if (!space)
            str_add_char(&s->out, *at);
        else if (!subword || s->out.len > 0)
            str_add_char(&s->out, ' ');
        if (subword && space && p->start == p->end)
            p->start = p->end = (int)s->out.len;
        else if (!subword || !space)
            p->end = (int)s->out.len;
        at += space ? META_LEN : 1;
    }
    return 1;
}

static int say(Saying *s, const int *ids, int n, Piece *p)
{
    if (is_control(s->v, ids[0])) {
        p->start = p->end = (int)s->out.len;
        return 1;
    }
    if (kind_of_piece(s->v, ids[0]) >= 0)
        return say_bytes(s, ids, n, p);
    return s->v->level->joined ? say_joined(s, ids[0], p) : say_separate(s, ids[0], p);
}

/* Subwords may leave white space at the end, which nobody wrote. */
static void trim_end(Saying *s, Piece *pieces)
{
    size_t len = s->out.len;
    while (s->v->sp && len > 0 && s->out.text[len - 1] == ' ')
        len--;
    str_cut(&s->out, len);
    for (size_t i = array_len(pieces); i-- > 0 && pieces[i].start > (int)len;)
        pieces[i].start = pieces[i].end = (int)len;
}

/* What the ids beyond the vocabulary are to the numbering of words is what <unk> is. */
static void number_words(const Saying *s, Piece *pieces, const int *ids)
{
    size_t n = array_len(pieces);
    for (size_t i = 0; i < n; i++)
        pieces[i].id = ids[i] < vocab_size(s->v) ? ids[i] : VOCAB_UNK;
    s->v->level->number_words(s->v, s->out.text, s->out.len, pieces);
    for (size_t i = 0; i < n; i++)
        pieces[i].id = ids[i];
}

char *vocab_decode(const Vocab *v, const int *ids, int n, Piece **spans)
{
    return vocab_decode_with(v, (Unknown){ 0 }, ids, n, spans);
}

char *vocab_decode_with(const Vocab *v, Unknown words, const int *ids, int n, Piece **spans)
{
    Saying s = { .v = v, .words = words };
    str_add(&s.out, "");
    Piece *pieces = NULL;
    for (int i = 0; i < n; i++)
        array_push(pieces, (Piece){ .id = ids[i] });
    for (int i = 0; i < n;)
        i += say(&s, ids + i, n - i, pieces + i);
    assert(s.out.len <= INT_MAX);
    trim_end(&s, pieces);
    number_words(&s, pieces, ids);
    if (spans)
        *spans = pieces;
    else
        array_free(pieces);
    return str_take(&s.out);
}
