/* attention_file.c -- attention of many lines in one file: JSON lines, or NumPy's .npz.
 *
 * An .npz is a zip of .npy arrays (NumPy's format version 1.0): for line I, `I.cross` float32 [L,H,T,S],
 * `I.encoder` [L,H,S,S], `I.decoder` [L,H,T,T] as far as there are any, and `I.source`, `I.target` as UTF-32
 * strings of one width. A recurrent model has one layer and one head. The file appears under its name when it
 * is whole.
 */
#include <minizip/zip.h>
#include <stdlib.h>
#include <string.h>

#include "api/heads.h"
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
} Sides;

static Sides sides_of(const LbResult *r, bool pieces)
{
    const LbHypothesis *h = &r->hypotheses[0];
    return pieces ? (Sides){ r->source_pieces, h->pieces, r->n_source_pieces, h->n_pieces }
                  : (Sides){ r->source_words, h->words, r->n_source_words, h->n_words };
}

/* How much of each target word was copied; NULL: none is known. */
static const double *copied_of(const LbResult *r, bool pieces)
{
    return pieces ? r->hypotheses[0].piece_copied : r->hypotheses[0].copied;
}

/* All maps of one kind, a matrix each. */
typedef struct {
    size_t n_layers, n_heads, rows, columns;
    double **maps; /* [n_layers, n_heads] */
} KindMaps;

/* What is not there is left out; without maps of heads the one that stands for the model is layer and head.
 */
static KindMaps kind_maps(const LbResult *r, LbMapKind kind, bool pieces)
{
    const LbHypothesis *h = &r->hypotheses[0];
    const LbHeads *all = &h->heads[kind];
    KindMaps k = { all->n_layers, all->n_heads, 0, 0, NULL };
    if (k.n_layers == 0 && kind == LB_CROSS && h->attention && !h->maps_too_large)
        k.n_layers = k.n_heads = 1;
    k.maps = memory_get(k.n_layers * k.n_heads + 1, sizeof *k.maps);
    for (size_t i = 0; i < all->n_layers * all->n_heads; i++)
        k.maps[i] =
            head_matrix(r, h, kind, (int)(i / k.n_heads), (int)(i % k.n_heads), pieces, &k.rows, &k.columns);
    if (k.n_layers > 0 && all->n_layers == 0)
        k.maps[0] = head_summary(r, h, pieces, &k.rows, &k.columns);
    return k;
}

static void kind_maps_free(KindMaps *k)
{
    for (size_t i = 0; i < k->n_layers * k->n_heads; i++)
        free(k->maps[i]);
    free(k->maps);
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

static json_t *json_heads(const KindMaps *k)
{
    json_t *layers = json_array();
    for (size_t l = 0; l < k->n_layers; l++) {
        json_t *heads = json_array();
        for (size_t h = 0; h < k->n_heads; h++)
            json_array_append_new(heads, json_matrix(k->maps[l * k->n_heads + h], k->rows, k->columns));
        json_array_append_new(layers, heads);
    }
    return layers;
}

static json_t *json_kinds(const LbResult *r, bool pieces)
{
    json_t *maps = json_object();
    for (LbMapKind kind = 0; kind < LB_KINDS; kind++) {
        KindMaps k = kind_maps(r, kind, pieces);
        if (k.n_layers > 0)
            json_object_set_new(maps, head_kind_name(kind), json_heads(&k));
        kind_maps_free(&k);
    }
    return maps;
}

static LbStatus add_json(LbAttentionFile *f, const LbResult *r, size_t line, LbError *err)
{
    Sides x = sides_of(r, f->pieces);
    json_t *o = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "line", (json_int_t)line, "source",
                          json_words(x.source, x.S), "target", json_words(x.target, x.T), "source_spans",
                          json_spans(x.source, x.S), "target_spans", json_spans(x.target, x.T), "maps",
                          json_kinds(r, f->pieces));
    const double *copied = copied_of(r, f->pieces);
    if (copied)
        json_object_set_new(o, "copied", json_reals(copied, x.T));
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

static LbStatus add_kind(LbAttentionFile *f, const LbResult *r, size_t line, LbMapKind kind, LbError *err)
{
    KindMaps k = kind_maps(r, kind, f->pieces);
    size_t each = k.rows * k.columns, all = k.n_layers * k.n_heads * each;
    float *values = memory_get(all + 1, sizeof *values);
    for (size_t i = 0; i < all; i++)
        values[i] = (float)k.maps[i / each][i % each];
    char shape[100];
    snprintf(shape, sizeof shape, "(%zu, %zu, %zu, %zu)", k.n_layers, k.n_heads, k.rows, k.columns);
    LbStatus status =
        all == 0 ? LB_OK
                 : add_array(f, line, head_kind_name(kind), "<f4", shape, values, all * sizeof *values, err);
    free(values);
    kind_maps_free(&k);
    return status;
}

static LbStatus add_copied(LbAttentionFile *f, const double *copied, size_t n, size_t line, LbError *err)
{
    float *values = memory_get(n + 1, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)copied[i];
    char shape[32];
    snprintf(shape, sizeof shape, "(%zu,)", n);
    LbStatus status = add_array(f, line, "copied", "<f4", shape, values, n * sizeof *values, err);
    free(values);
    return status;
}

static LbStatus add_npz(LbAttentionFile *f, const LbResult *r, size_t line, LbError *err)
{
    Sides x = sides_of(r, f->pieces);
    LbStatus status = add_words(f, line, "source", x.source, x.S, err);
    if (status == LB_OK)
        status = add_words(f, line, "target", x.target, x.T, err);
    for (LbMapKind kind = 0; kind < LB_KINDS && status == LB_OK; kind++)
        status = add_kind(f, r, line, kind, err);
    const double *copied = copied_of(r, f->pieces);
    return status == LB_OK && copied ? add_copied(f, copied, x.T, line, err) : status;
}

LbStatus lb_attention_add(LbAttentionFile *f, const LbResult *r, size_t line, LbError *err)
{
    assert(f && r);
    return (f->zip ? add_npz : add_json)(f, r, line, err);
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
