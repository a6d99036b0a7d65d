/* ct2_words.c -- see ct2_words.h. CTranslate2's own reading is in its src/vocabulary.cc and
 * src/models/sequence_to_sequence.cc.
 */
#include "convert/ct2_words.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "text/names.h"

/* ---- special tokens ---- */

static void replace(char **text, char *by)
{
    free(*text);
    *text = by;
}

/* JSON of a file, of the kind that is wanted. */
static LbStatus read_json(const char *path, bool list, json_t **out, LbError *err)
{
    size_t len;
    json_error_t why;
    *out = NULL;
    char *text = file_read(path, &len, err);
    if (!text)
        return err ? err->status : LB_FILE;
    json_t *root = json_loadb(text, len, 0, &why);
    free(text);
    LbStatus status = LB_OK;
    if (!root)
        status = fail_line(err, LB_FORMAT, why.line, "%s is not JSON: %s", path, why.text);
    else if (!(list ? json_is_array(root) : json_is_object(root)))
        status = fail(err, LB_FORMAT, "%s is not a JSON %s", path, list ? "list of tokens" : "object");
    if (status == LB_OK)
        *out = root;
    else
        json_decref(root);
    return status;
}

static LbStatus take_token(const json_t *o, const char *path, const char *key, char **out, LbError *err)
{
    const json_t *x = json_object_get(o, key);
    if (!x)
        return LB_OK;
    if (!json_is_string(x))
        return fail(err, LB_FORMAT, "%s: %s is not a token%s", path, key,
                    json_is_null(x) ? ": this model wants its first target word from the user, which is not "
                                      "supported"
                                    : "");
    replace(out, memory_text(json_string_value(x)));
    return LB_OK;
}

static LbStatus take_flag(const json_t *o, const char *path, const char *key, bool *out, LbError *err)
{
    const json_t *x = json_object_get(o, key);
    if (x && !json_is_boolean(x))
        return fail(err, LB_FORMAT, "%s: %s is neither true nor false", path, key);
    *out = x ? json_is_true(x) : *out;
    return LB_OK;
}

static LbStatus take_config(const json_t *o, const char *path, bool tokens, Ct2Special *s, LbError *err)
{
    const struct {
        const char *key;
        char **token;
        bool *flag;
    } rows[] = {
        { "unk_token", &s->unk, NULL },
        { "bos_token", &s->bos, NULL },
        { "eos_token", &s->eos, NULL },
        { "decoder_start_token", &s->start, NULL },
        { "add_source_bos", NULL, &s->source_begin },
        { "add_source_eos", NULL, &s->source_end },
    };
    LbStatus status = LB_OK;
    for (size_t i = 0; tokens && i < sizeof rows / sizeof *rows && status == LB_OK; i++)
        status = rows[i].token ? take_token(o, path, rows[i].key, rows[i].token, err)
                               : take_flag(o, path, rows[i].key, rows[i].flag, err);
    const json_t *epsilon = json_object_get(o, "layer_norm_epsilon");
    if (status == LB_OK && epsilon && !json_is_null(epsilon) && !(json_number_value(epsilon) > 0))
        return fail(err, LB_FORMAT, "%s: layer_norm_epsilon is not a number above 0", path);
    if (epsilon && !json_is_null(epsilon))
        s->epsilon = json_number_value(epsilon);
    const json_t *packed = json_object_get(o, "quantization_type");
    if (status == LB_OK && packed && !json_is_null(packed) && json_integer_value(packed) != 0)
        return fail(err, LB_FORMAT, "%s: quantization_type is set: packed weights (AWQ) cannot be read",
                    path);
    return status;
}

/* A token kept as a variable of int8 letters. */
static LbStatus variable_token(Ct2File *f, const char *name, char **out, LbError *err)
{
    const Ct2Var *v = ct2_use(f, name);
    if (!v)
        return LB_OK;
    char *text = ct2_is_flag(v) ? memory_bytes((const char *)v->data, v->n) : NULL;
    if (!text || strlen(text) != v->n || !utf8_is_valid(text, v->n)) {
        free(text);
        return fail(err, LB_FORMAT, "%s: %s is no text", f->path, name);
    }
    replace(out, text);
    return LB_OK;
}

static bool variable_flag(Ct2File *f, const char *name, bool otherwise)
{
    const Ct2Var *v = ct2_use(f, name);
    return v && v->n == 1 ? ct2_value(v, 0) != 0 : otherwise;
}

static LbStatus special_of_variables(Ct2File *f, Ct2Special *s, LbError *err)
{
    LbStatus status = variable_token(f, "unk_token", &s->unk, err);
    if (status == LB_OK)
        status = variable_token(f, "bos_token", &s->bos, err);
    if (status == LB_OK)
        status = variable_token(f, "eos_token", &s->eos, err);
    s->source_begin = variable_flag(f, "with_source_bos", false);
    s->source_end = variable_flag(f, "with_source_eos", false);
    replace(&s->start, memory_text(variable_flag(f, "with_target_bos", true) ? s->bos : s->eos));
    if (status == LB_OK && variable_flag(f, "user_decoder_start_tokens", false))
        status = fail(err, LB_FORMAT,
                      "%s: user_decoder_start_tokens is set: this model wants its first target word from the "
                      "user, which is not supported",
                      f->path);
    return status;
}

LbStatus ct2_special(Ct2File *f, const char *dir, Ct2Special *out, LbError *err)
{
    *out = (Ct2Special){ memory_text("<unk>"), memory_text("<s>"), memory_text("</s>"), memory_text("<s>") };
    char *path = path_join(dir, "config.json");
    json_t *o = NULL;
    bool in_variables = f->version < 6;
    LbStatus status = in_variables ? special_of_variables(f, out, err) : LB_OK;
    if (status == LB_OK && file_exists(path))
        status = read_json(path, false, &o, err);
    if (status == LB_OK && o)
        status = take_config(o, path, !in_variables, out, err);
    json_decref(o);
    free(path);
    return status;
}

void ct2_special_free(Ct2Special *s)
{
    free(s->unk);
    free(s->bos);
    free(s->eos);
    free(s->start);
    *s = (Ct2Special){ 0 };
}

/* ---- lists of tokens ---- */

static LbStatus read_list(const char *path, char ***words, LbError *err)
{
    json_t *list;
    LbStatus status = read_json(path, true, &list, err);
    for (size_t i = 0; status == LB_OK && i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text)
            array_push(*words, memory_text(text));
        else
            status = fail(err, LB_FORMAT, "%s: item %zu is not a token", path, i);
    }
    json_decref(list);
    return status;
}

/* A carriage return at the end of every line is none of the tokens'. */
static void drop_returns(char **words)
{
    for (size_t i = 0; i < array_len(words); i++) {
        size_t n = strlen(words[i]);
        if (n == 0 || words[i][n - 1] != '\r')
            return;
    }
    for (size_t i = 0; i < array_len(words); i++)
        words[i][strlen(words[i]) - 1] = '\0';
}

static LbStatus read_text(const char *path, char ***words, LbError *err)
{
    size_t len;
    char *text = file_read(path, &len, err);
    if (!text)
        return err ? err->status : LB_FILE;
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        Str word = { 0 };
        str_add(&word, "");
        utf8_repair(&word, text + at, n);
        array_push(*words, str_take(&word));
        at += n + 1;
    }
    free(text);
    drop_returns(*words);
    return LB_OK;
}

static LbStatus read_words(const char *stem, char ***words, bool *found, LbError *err)
{
    static const struct {
        const char *end;
        LbStatus (*read)(const char *path, char ***words, LbError *err);
    } forms[] = { { ".json", read_list }, { ".txt", read_text } };
    LbStatus status = LB_OK;
    *found = false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !*found; i++) {
        Str path = { 0 };
        str_addf(&path, "%s%s", stem, forms[i].end);
        *found = file_exists(path.text);
        if (*found)
            status = forms[i].read(path.text, words, err);
        if (*found && status == LB_OK && !*words)
            status = fail(err, LB_FORMAT, "%s is empty", path.text);
        str_free(&path);
    }
    return status;
}

static int find_word(char **words, const char *text)
{
    for (size_t i = 0; i < array_len(words); i++)
        if (text_equal(words[i], text))
            return (int)i;
    return -1;
}

static LbStatus check_words(const Ct2Words *w, const char *dir, const char *name, bool found, LbError *err)
{
    if (!found)
        return fail(
            err, LB_FILE,
            "%s has no %s.json or .txt, and no shared_vocabulary either: was the folder copied in part?", dir,
            name);
    if (array_len(w->words) > INT_MAX / 4)
        return fail(err, LB_FORMAT, "%s: a vocabulary of %zu tokens", dir, array_len(w->words));
    return LB_OK;
}

LbStatus ct2_words(const char *dir, Ct2Side side, const Ct2Special *special, Ct2Words *out, LbError *err)
{
    const char *own = side == CT2_SOURCE ? "source_vocabulary" : "target_vocabulary";
    const char *const names[] = { "shared_vocabulary", own, "vocabulary" };
    bool found = false;
    LbStatus status = LB_OK;
    *out = (Ct2Words){ 0 };
    for (int i = 0; i < 3 && !found; i++) {
        char *stem = path_join(dir, names[i]);
        status = read_words(stem, &out->words, &found, err);
        out->shared = names[i] != own;
        free(stem);
    }
    if (status == LB_OK)
        status = check_words(out, dir, own, found, err);
    if (status == LB_OK && find_word(out->words, special->unk) < 0) {
        array_push(out->words, memory_text(special->unk));
        out->appended = true;
    }
    return status;
}

void ct2_words_free(Ct2Words *w)
{
    for (size_t i = 0; i < array_len(w->words); i++)
        free(w->words[i]);
    array_free(w->words);
    *w = (Ct2Words){ 0 };
}

/* ---- theirs to ours ---- */

#define VISIBLE_SPACE "\xE2\x90\xA3" /* U+2423 */

/* The name of the token of a row in our vocabulary, entered in `names`. True: it had to be another one. */
static bool name_token(Names *names, const char *token, int row)
{
    Str name = { 0 };
    size_t n = strlen(token);
    str_add(&name, n ? "" : VISIBLE_SPACE);
    for (size_t i = 0; i < n; i++)
        if (token[i] == ' ' || (token[i] >= '\t' && token[i] <= '\r'))
            str_add(&name, VISIBLE_SPACE);
        else
            str_add_char(&name, token[i]);
    while (names_find(names, name.text, name.len) >= 0)
        str_addf(&name, "'%d", row);
    bool changed = !text_equal(name.text, token);
    names_add(names, name.text, name.len);
    str_free(&name);
    return changed;
}

/* Their rows of our special pieces. Padding is whatever of the usual names serves nothing else. */
static void map_specials(const Ct2Words *w, const Ct2Special *special, const char *begin, Ct2Mapping *m)
{
    static const char *const pads[] = { "<blank>", "<pad>", "[PAD]" };
    int row[VOCAB_FIRST] = { [VOCAB_UNK] = find_word(w->words, special->unk),
                             [VOCAB_PAD] = -1,
                             [VOCAB_BOS] = find_word(w->words, begin),
                             [VOCAB_EOS] = find_word(w->words, special->eos) };
    if (row[VOCAB_BOS] < 0)
        row[VOCAB_BOS] = row[VOCAB_UNK]; /* as every token that is not in the list */
    for (size_t i = 0; i < sizeof pads / sizeof *pads && row[VOCAB_PAD] < 0; i++) {
        int at = find_word(w->words, pads[i]);
        if (at != row[VOCAB_UNK] && at != row[VOCAB_BOS] && at != row[VOCAB_EOS])
            row[VOCAB_PAD] = at;
    }
    m->borrowed[VOCAB_BOS] = row[VOCAB_BOS] == row[VOCAB_EOS] || row[VOCAB_BOS] == row[VOCAB_UNK];
    m->borrowed[VOCAB_EOS] = row[VOCAB_EOS] == row[VOCAB_UNK];
    for (int i = 0; i < VOCAB_FIRST; i++)
        array_push(m->from, row[i]);
}

LbStatus ct2_map(const Ct2Words *w, const Ct2Special *special, const char *begin, const char *name,
                 Ct2Mapping *out, LbError *err)
{
    Names names = { 0 };
    static const char *const ours[VOCAB_FIRST] = { "<unk>", "<pad>", "<s>", "</s>" };
    *out = (Ct2Mapping){ 0 };
    map_specials(w, special, begin, out);
    for (int i = 0; i < VOCAB_FIRST; i++)
        names_add(&names, ours[i], strlen(ours[i]));
    for (int row = 0; row < (int)array_len(w->words); row++) {
        bool special_row = false;
        for (int i = 0; i < VOCAB_FIRST; i++)
            special_row |= out->from[i] == row;
        if (special_row)
            continue;
        out->n_renamed += name_token(&names, w->words[row], row);
        array_push(out->from, row);
    }
    LbStatus status = LB_OK;
    if (names_count(&names) == VOCAB_FIRST)
        status = fail(err, LB_FORMAT, "%s: the vocabulary has no token that is not a special one", name);
    else
        status = vocab_of_list("tokens", false, (const char *const *)names.texts + VOCAB_FIRST,
                               (size_t)names_count(&names) - VOCAB_FIRST, name, &out->vocab, err);
    names_free(&names);
    return status;
}

void ct2_mapping_free(Ct2Mapping *m)
{
    vocab_free(m->vocab);
    array_free(m->from);
    *m = (Ct2Mapping){ 0 };
}
