/* vocab_unknown.c -- see vocab_unknown.h. */
#include "text/vocab_unknown.h"

#include <string.h>

#include "base/array.h"
#include "text/vocab_level.h"

/* ---- from the line ---- */

static bool is_known(const Vocab *v, const char *name, size_t len)
{
    return len == 0 || names_find(&v->names, name, len) >= 0;
}

/* The number of an unknown word, which is added when it is new. */
static int number_of(Names *words, const char *name, size_t len)
{
    int k = names_find(words, name, len);
    return k < 0 ? names_add(words, name, len) : k;
}

void unknown_source(const Vocab *v, const char *line, Piece *pieces, size_t n, Names *words)
{
    Str name = { 0 };
    for (size_t i = 0; i < n; i++) {
        if (pieces[i].id != VOCAB_UNK)
            continue;
        vocab_spell(v, line + pieces[i].start, (size_t)(pieces[i].end - pieces[i].start), &name);
        if (!is_known(v, name.text, name.len))
            pieces[i].id = vocab_size(v) + number_of(words, name.text, name.len);
    }
    str_free(&name);
}

void unknown_target(const Vocab *v, const char *line, Piece *pieces, size_t n, const Names *words)
{
    Str name = { 0 };
    for (size_t i = 0; i < n && names_count(words) > 0; i++) {
        if (pieces[i].id >= vocab_size(v))
            continue;
        if (pieces[i].id != VOCAB_UNK)
            pieces[i].id = unknown_target_id(v, vocab_piece(v, pieces[i].id), words);
        else {
            vocab_spell(v, line + pieces[i].start, (size_t)(pieces[i].end - pieces[i].start), &name);
            int k = names_find(words, name.text, name.len);
            pieces[i].id = k >= 0 ? vocab_size(v) + k : VOCAB_UNK;
        }
    }
    str_free(&name);
}

/* ---- from a name ---- */

int unknown_source_id(const Vocab *v, const char *name, Names *words)
{
    size_t len = strlen(name);
    return is_known(v, name, len) ? vocab_id(v, name) : vocab_size(v) + number_of(words, name, len);
}

int unknown_target_id(const Vocab *v, const char *name, const Names *words)
{
    int k = names_find(words, name, strlen(name));
    return k >= 0 ? vocab_size(v) + k : vocab_id(v, name);
}

/* ---- to text ---- */

Unknown unknown_words(const Names *words)
{
    return words ? (Unknown){ (const char *const *)words->texts, names_count(words) } : (Unknown){ 0 };
}

Unknown unknown_keep(const Names *words, Arena *a)
{
    int n = names_count(words);
    const char **texts = arena_array(a, const char *, n + 1);
    for (int k = 0; k < n; k++)
        texts[k] = arena_text(a, words->texts[k]);
    return (Unknown){ texts, n };
}
