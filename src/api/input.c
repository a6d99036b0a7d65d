/* input.c -- a line longer than the model takes is cut after a sentence, else between words, else between
 * pieces; never shortened.
 */
#include "api/input.h"

#include "api/handle.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

static bool ends_sentence(LbText raw, const Piece *p)
{
    static const char *const ends[] = { ".", "!", "?", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F" };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]), len = (size_t)(p->end - p->start);
        if (len >= n && !memcmp(raw.text + (size_t)p->end - n, ends[i], n))
            return true;
    }
    return false;
}

/* Where the part that begins at `from` ends, at most `most` pieces later. */
static int cut_after(const InputLine *l, int from, int most)
{
    int n = (int)array_len(l->pieces), last = from + most;
    if (n - from <= most)
        return n;
    for (int i = last; i > from; i--)
        if (l->pieces[i].word != l->pieces[i - 1].word && ends_sentence(l->raw, &l->pieces[i - 1]))
            return i;
    for (int i = last; i > from; i--)
        if (l->pieces[i].word != l->pieces[i - 1].word)
            return i;
    return last;
}

InputLine *input_read(const Vocab *v, const LbText *lines, size_t n, bool tokens, int max_pieces)
{
    assert(max_pieces >= 1);
    InputLine *all = memory_get(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        InputLine *l = &all[i];
        l->raw = lines[i];
        l->pieces = (tokens ? vocab_encode_tokens : vocab_encode)(v, lines[i].text, lines[i].len);
        int at = 0, len = (int)array_len(l->pieces);
        while (at < len) {
            array_push(l->cuts, at);
            at = cut_after(l, at, max_pieces);
        }
        array_push(l->cuts, len);
    }
    return all;
}

static void number_source(const Vocab *v, InputLine *l)
{
    size_t n = input_parts(l);
    l->unknown = memory_get(n + 1, sizeof *l->unknown);
    for (size_t p = 0; p < n; p++)
        unknown_source(v, l->raw.text, l->pieces + l->cuts[p], (size_t)(l->cuts[p + 1] - l->cuts[p]),
                       &l->unknown[p]);
}

void input_number_unknown(const Model *m, InputLine *source, InputLine *target, size_t n)
{
    for (size_t i = 0; i < n && model_copies(m); i++) {
        if (!source[i].unknown)
            number_source(m->source, &source[i]);
        if (target && target[i].raw.text && input_parts(&source[i]) > 0)
            unknown_target(m->target, target[i].raw.text, target[i].pieces, array_len(target[i].pieces),
                           &source[i].unknown[0]);
    }
}

Unknown input_unknown(const InputLine *source, size_t part)
{
    return unknown_words(source->unknown ? &source->unknown[part] : NULL);
}

InputLine *input_nothing(size_t n)
{
    InputLine *all = memory_get(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        array_push(all[i].cuts, 0);
        array_push(all[i].cuts, 0);
    }
    return all;
}

void input_free(InputLine *lines, size_t n)
{
    for (size_t i = 0; lines && i < n; i++) {
        for (size_t p = 0; lines[i].unknown && p < input_parts(&lines[i]); p++)
            names_free(&lines[i].unknown[p]);
        free(lines[i].unknown);
        array_free(lines[i].pieces);
        array_free(lines[i].cuts);
    }
    free(lines);
}

size_t input_parts(const InputLine *l)
{
    return array_len(l->cuts) - 1;
}
