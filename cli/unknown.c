#include "cli/unknown.h"

#include <string.h>

#include "base/str.h"
#include "cli/screen.h"

/* Whether an earlier unknown piece is the same text. */
static bool was_told(const LbResult *r, LbText raw, size_t piece)
{
    const LbWord *p = &r->source_pieces[piece];
    for (size_t i = 0; i < piece; i++) {
        const LbWord *x = &r->source_pieces[i];
        if (text_equal(x->text, "<unk>") && x->end - x->start == p->end - p->start &&
            !memcmp(raw.text + x->start, raw.text + p->start, p->end - p->start))
            return true;
    }
    return false;
}

void unknown_tell(const LbResult *r, LbText raw, uint64_t line)
{
    Str words = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < r->n_source_pieces && n <= UNKNOWN_TOLD; i++) {
        const LbWord *p = &r->source_pieces[i];
        if (!text_equal(p->text, "<unk>") || was_told(r, raw, i) || n++ >= UNKNOWN_TOLD)
            continue;
        str_add(&words, n > 1 ? ", \"" : "\"");
        utf8_repair(&words, raw.text + p->start, p->end - p->start);
        str_add_char(&words, '"');
    }
    if (n > 0)
        screen_say("line %llu: the model has never seen %s%s; it reads <unk> instead and guesses",
                   (unsigned long long)line + 1, words.text, n > UNKNOWN_TOLD ? " and more" : "");
    str_free(&words);
}
