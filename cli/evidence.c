#include "cli/evidence.h"

#include <string.h>

#include "cli/json.h"
#include "cli/screen.h"

void add_one_line(Str *out, const char *text, size_t n)
{
    bool blank = true;
    for (size_t i = 0, end; i < n; i = end) {
        uint32_t code;
        end = i + utf8_next(text + i, n - i, &code, NULL);
        if (!utf8_is_space(code))
            add_harmless(out, text + i, end - i);
        else if (!blank)
            str_add_char(out, ' ');
        blank = utf8_is_space(code);
    }
}

void evidence_add_text(Str *out, const LbEvidence *e, size_t k, const char *text)
{
    const LbSentence *x = &e->sentences[k];
    if (e->weighed)
        str_addf(out, "  %4.2f", x->weight);
    if (x->mark != LB_UNCHECKED)
        str_addf(out, "  %-11s", lb_mark_name(x->mark));
    str_add(out, "  ");
    add_one_line(out, text + x->span.start, x->span.end - x->span.start);
    if (x->stands_out) {
        str_add(out, "  [");
        add_one_line(out, text + x->words[x->heaviest].start,
                     x->words[x->heaviest].end - x->words[x->heaviest].start);
        str_add_char(out, ']');
    }
    if (x->instead) {
        str_add(out, "  without it: ");
        add_harmless(out, *x->instead ? x->instead : "(nothing)",
                     strlen(*x->instead ? x->instead : "(nothing)"));
    }
    str_add_char(out, '\n');
}

static json_t *json_words(const LbEvidence *e, const LbSentence *x, long long less)
{
    json_t *all = json_array();
    for (size_t i = 0; i < x->n_words; i++)
        json_array_append_new(all, json_pack("{s:s, s:I, s:I, s:o}", "text", x->words[i].text, "start",
                                             (json_int_t)x->words[i].start - less, "end",
                                             (json_int_t)x->words[i].end - less, "weight",
                                             e->weighed ? json_real(x->word_weights[i]) : json_null()));
    return all;
}

static json_t *json_check(const LbSentence *x)
{
    json_t *o = json_pack("{s:s, s:o, s:b}", "mark", lb_mark_name(x->mark), "drop", json_finite(x->drop),
                          "flips", x->flips);
    if (x->instead)
        json_object_set_new(o, "instead", json_string(x->instead));
    return o;
}

json_t *evidence_json(const LbEvidence *e, size_t k, long long less)
{
    const LbSentence *x = &e->sentences[k];
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:o}", "start", (json_int_t)x->span.start - less, "end",
        (json_int_t)x->span.end - less, "weight", e->weighed ? json_real(x->weight) : json_null(), "words",
        json_words(e, x, less), "check",
        x->mark == LB_UNCHECKED ? json_pack("{s:s}", "mark", lb_mark_name(LB_UNCHECKED)) : json_check(x));
}

bool evidence_is_cut(const LbResult *r, int max_length)
{
    return r->n_parts == 1 && r->hypotheses[0].n_pieces > (size_t)max_length;
}
