/* attention_file.c -- attention of many lines in one file: JSON lines, or NumPy's .npz.
 *
 * An .npz is a zip of .npy arrays (NumPy's format version 1.0): for line I, `I.cross` float32 [L,H,T,S], and
 * `I.source`, `I.target` as UTF-32 strings of one width. A recurrent model has one layer and one head. The
 * file appears under its name when it is whole.
 */
#include <minizip/zip.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "base/array.h"
#include "base/file.h"
#include "base/str.h"

struct LbAttentionFile {
    NewFile file;
    zipFile zip; /* NULL: JSON lines */
    bool pieces;
};

typedef struct {
    const LbWord *source, *target;
    size_t S, T;
    const double *weights;
} Maps;

static Maps maps_of(const LbResult *r, bool pieces)
{
    const LbHypothesis *h = &r->hypotheses[0];
    return pieces ? (Maps){ r->source_pieces, h->pieces, r->n_source_pieces, h->n_pieces, h->piece_attention }
                  : (Maps){ r->source_words, h->words, r->n_source_words, h->n_words, h->attention };
}

LbStatus lb_attention_open(const char *path, bool pieces, LbAttentionFile **out, LbError *err)
{
    assert(path && out);
    *out = NULL;
    size_t n = strlen(path);
    bool npz = n > 4 && !strcmp(path + n - 4, ".npz");
    if (!npz && !(n > 6 && !strcmp(path + n - 6, ".jsonl")))
        return fail(err, LB_USAGE, "%s: attention is written as .npz or .jsonl; choose by the file's name",
                    path);
    LbAttentionFile *f = memory_get(1, sizeof *f);
    f->pieces = pieces;
    LbStatus status = new_file_open(&f->file, path, err);
    if (status == LB_OK && npz && !(f->zip = zipOpen64(f->file.temporary, APPEND_STATUS_CREATE)))
        status = fail(err, LB_FILE, "cannot write %s", path);
    if (status != LB_OK) {
        new_file_drop(&f->file);
        free(f);
        return status;
    }
    *out = f;
    return LB_OK;
}

/* ---- JSON lines ---- */

static LbStatus add_json(LbAttentionFile *f, const Maps *m, size_t line, LbError *err)
{
    json_t *maps = json_object();
    if (m->weights)
        json_object_set_new(maps, "cross", json_pack("[[o]]", json_matrix(m->weights, m->T, m->S)));
    json_t *o =
        json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "line", (json_int_t)line, "source",
                  json_words(m->source, m->S), "target", json_words(m->target, m->T), "source_spans",
                  json_spans(m->source, m->S), "target_spans", json_spans(m->target, m->T), "maps", maps);
    char *text = json_line(o);
    bool ok = fputs(text, f->file.f) >= 0 && putc('\n', f->file.f) != EOF;
    free(text);
    return ok ? LB_OK : fail(err, LB_FILE, "cannot write %s: is the disk full?", f->file.path);
}

/* ---- npz ---- */

/* One member: a .npy header, padded so that the data begins at a multiple of 64 bytes, and the data. */
static LbStatus add_array(LbAttentionFile *f, size_t line, const char *name, const char *type,
                          const char *shape, const void *data, size_t bytes, LbError *err)
{
    Str member = { 0 }, head = { 0 };
    str_addf(&member, "%zu.%s.npy", line, name);
    str_addf(&head, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    while ((10 + head.len + 1) % 64)
        str_add_char(&head, ' ');
    str_add_char(&head, '\n');
    const unsigned char magic[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(head.len & 255), (unsigned char)(head.len >> 8)
    };
    zip_fileinfo info = { .tmz_date = { .tm_mday = 1, .tm_mon = 0, .tm_year = 1980 } };
    bool ok = zipOpenNewFileInZip64(f->zip, member.text, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 1,
                                    bytes > 0xF0000000u) == ZIP_OK &&
              zipWriteInFileInZip(f->zip, magic, sizeof magic) == ZIP_OK &&
              zipWriteInFileInZip(f->zip, head.text, (unsigned)head.len) == ZIP_OK &&
              zipWriteInFileInZip(f->zip, data, (unsigned)bytes) == ZIP_OK &&
              zipCloseFileInZip(f->zip) == ZIP_OK;
    str_free(&member);
    str_free(&head);
    return ok ? LB_OK : fail(err, LB_FILE, "cannot write %s: is the disk full?", f->file.path);
}

static LbStatus add_words(LbAttentionFile *f, size_t line, const char *name, const LbWord *words, size_t n,
                          LbError *err)
{
    size_t width = 1;
    for (size_t i = 0; i < n; i++) {
        size_t codes = utf8_count(words[i].text, strlen(words[i].text));
        width = codes > width ? codes : width;
    }
    uint32_t *all = memory_get(n * width + 1, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        const char *at = words[i].text, *end = at + strlen(at);
        for (size_t k = 0; at < end; k++)
            at += utf8_next(at, (size_t)(end - at), &all[i * width + k], NULL);
    }
    char type[32], shape[32];
    snprintf(type, sizeof type, "<U%zu", width);
    snprintf(shape, sizeof shape, "(%zu,)", n);
    LbStatus status = add_array(f, line, name, type, shape, all, n * width * sizeof *all, err);
    free(all);
    return status;
}

static LbStatus add_npz(LbAttentionFile *f, const Maps *m, size_t line, LbError *err)
{
    LbStatus status = add_words(f, line, "source", m->source, m->S, err);
    if (status == LB_OK)
        status = add_words(f, line, "target", m->target, m->T, err);
    if (status != LB_OK || !m->weights)
        return status;
    float *values = memory_get(m->T * m->S, sizeof *values);
    for (size_t i = 0; i < m->T * m->S; i++)
        values[i] = (float)m->weights[i];
    char shape[64];
    snprintf(shape, sizeof shape, "(1, 1, %zu, %zu)", m->T, m->S);
    status = add_array(f, line, "cross", "<f4", shape, values, m->T * m->S * sizeof *values, err);
    free(values);
    return status;
}

LbStatus lb_attention_add(LbAttentionFile *f, const LbResult *r, size_t line, LbError *err)
{
    assert(f && r);
    Maps m = maps_of(r, f->pieces);
    return (f->zip ? add_npz : add_json)(f, &m, line, err);
}

LbStatus lb_attention_close(LbAttentionFile *f, LbError *err)
{
    assert(f);
    LbStatus status = LB_OK;
    if (f->zip && zipClose(f->zip, NULL) != ZIP_OK)
        status = fail(err, LB_FILE, "cannot write %s: is the disk full?", f->file.path);
    if (status == LB_OK)
        status = new_file_keep(&f->file, err);
    new_file_drop(&f->file);
    free(f);
    return status;
}

void lb_attention_drop(LbAttentionFile *f)
{
    if (!f)
        return;
    if (f->zip)
        zipClose(f->zip, NULL);
    new_file_drop(&f->file);
    free(f);
}
