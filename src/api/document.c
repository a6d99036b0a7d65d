/* document.c -- a line of input as a document: its sentences, joined as the model was taught to read them.
 *
 * A line is text, or a JSON object with the sentences, {"source": ["...", ...]}, or with the text, {"source":
 * "..."}. Text is parted into sentences (lb_sentences) and joined again by what the model knows between
 * sentences, so that all ways of giving a document give the same one.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "lookback.h"

enum { MOST_BYTES = 1 << 28 };

typedef struct {
    LbDocument public;
    Str text;          /* as the model reads it */
    LbSpan *sentences; /* array: in the text */
    LbSpan *given;     /* array */
    const char *separator;
} Own;

static Own *own(LbDocument *d)
{
    return (Own *)(void *)d;
}

void lb_document_free(LbDocument *document)
{
    if (!document)
        return;
    Own *d = own(document);
    str_free(&d->text);
    array_free(d->sentences);
    array_free(d->given);
    free(d);
}

/* ---- what is no text ---- */

/* A NUL, or more than every tenth character malformed or a control character. */
static bool is_binary(LbText line)
{
    size_t bad = 0, n = 0;
    uint32_t code;
    for (size_t at = 0; at < line.len; n++) {
        bool well;
        at += utf8_next(line.text + at, line.len - at, &code, &well);
        if (code == 0)
            return true;
        bad += !well || (code < ' ' && code != '\t' && code != '\r' && code != '\f');
    }
    return bad > n / 10;
}

/* ---- sentences ---- */

static bool is_blank(const char *text, size_t n)
{
    uint32_t code;
    for (size_t at = 0; at < n;) {
        at += utf8_next(text + at, n - at, &code, NULL);
        if (!utf8_is_space(code))
            return false;
    }
    return true;
}

/* One without words keeps its number, and the model does not see it. */
static void add_sentence(Own *d, const char *text, LbSpan given)
{
    size_t len = is_blank(text, given.end - given.start) ? 0 : given.end - given.start;
    if (len > 0 && d->text.len > 0)
        str_addf(&d->text, *d->separator ? " %s " : " ", d->separator);
    LbSpan span = { d->text.len, d->text.len + len };
    str_add_bytes(&d->text, text, len);
    array_push(d->sentences, span);
    array_push(d->given, given);
}

static void add_text(Own *d, LbText text)
{
    size_t n;
    LbSpan *spans = lb_sentences(text, &n);
    for (size_t i = 0; i < n; i++)
        add_sentence(d, text.text + spans[i].start, spans[i]);
    free(spans);
}

/* ---- JSON ---- */

static const char not_a_document[] =
    "a document is text, or {\"source\": [\"a sentence\", ...]} or {\"source\": \"text\"}";

/* A JSON list by itself, which is easily taken for a document. */
static bool is_list(LbText line, size_t at)
{
    json_t *list = at < line.len && line.text[at] == '[' ? json_loadb(line.text, line.len, 0, NULL) : NULL;
    json_decref(list);
    return list;
}

static LbStatus add_list(Own *d, const json_t *list, LbError *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);
        if (!json_is_string(x))
            return fail(err, LB_DATA, "sentence %zu of \"source\" is no text", i);
        add_sentence(d, json_string_value(x), (LbSpan){ 0, json_string_length(x) });
    }
    d->public.listed = true;
    return LB_OK;
}

static LbStatus add_json(Own *d, LbText line, LbError *err)
{
    json_error_t why;
    json_t *root = json_loadb(line.text, line.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return fail(err, LB_DATA, "this is no JSON object: %.150s, at its byte %d", why.text, why.position);
    const json_t *source = json_object_get(root, "source");
    LbStatus status = LB_OK;
    if (json_is_array(source))
        status = add_list(d, source, err);
    else if (json_is_string(source))
        add_text(d, (LbText){ json_string_value(source), json_string_length(source) });
    else
        status = fail(err, LB_DATA, not_a_document);
    json_decref(root);
    return status;
}

/* ---- a line ---- */

static LbStatus fill(Own *d, LbText line, LbError *err)
{
    size_t at = 0;
    while (at < line.len && strchr(" \t", line.text[at]))
        at++;
    if (line.len > MOST_BYTES)
        return fail(err, LB_DATA, "a document of %zu bytes; %d is the most", line.len, MOST_BYTES);
    if (is_binary(line))
        return fail(
            err, LB_DATA,
            "this is no text: it has NUL bytes or too many others that are not UTF-8; save it as UTF-8");
    if (is_list(line, at))
        return fail(err, LB_DATA, not_a_document);
    if (at < line.len && line.text[at] == '{') {
        LbStatus status = add_json(d, line, err);
        if (status != LB_OK)
            return status;
    } else {
        add_text(d, line);
    }
    return d->text.len > 0 ? LB_OK : fail(err, LB_DATA, "the document is empty");
}

LbStatus lb_document_read(const LbModel *m, LbText line, LbDocument **out, LbError *err)
{
    assert(m && out && (line.text || line.len == 0));
    Own *d = memory_get(1, sizeof *d);
    d->separator = lb_model_separator(m);
    str_add(&d->text, "");
    LbStatus status = fill(d, line, err);
    d->public.text = (LbText){ d->text.text, d->text.len };
    d->public.n_sentences = array_len(d->sentences);
    d->public.sentences = d->sentences;
    d->public.given = d->given;
    *out = status == LB_OK ? &d->public : NULL;
    if (status != LB_OK)
        lb_document_free(&d->public);
    return status;
}

/* ---- key sentences ---- */

size_t *lb_evidence_keys(const LbEvidence *e, size_t most, size_t *n)
{
    bool *is_key = memory_get(e->n_sentences + 1, sizeof *is_key);
    size_t *keys = memory_get(e->n_sentences + 1, sizeof *keys);
    for (size_t i = 0, left = most; i < e->n_sentences && left > 0; i++)
        if (e->sentences[e->ranked[i]].n_words > 0)
            is_key[e->ranked[i]] = true, left--;
    *n = 0;
    for (size_t i = 0; i < e->n_sentences; i++)
        if (is_key[i])
            keys[(*n)++] = i;
    free(is_key);
    return keys;
}
