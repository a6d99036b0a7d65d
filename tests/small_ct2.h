/* small_ct2.h -- a CTranslate2 folder written from scratch: one layer a side, 4 wide, 2 heads, 3 inside, in
 * every version and type of weights. All values are eighths, which every type holds exactly. */
#ifndef TEST_SMALL_CT2_H
#define TEST_SMALL_CT2_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"

enum { CT2_F32, CT2_I8, CT2_I16, CT2_I32, CT2_F16, CT2_BF16 };
enum { SMALL_D = 4, SMALL_F = 3, SMALL_SOURCE = 6, SMALL_TARGET = 5, SMALL_PLACES = 7 };

typedef struct {
    int version, type; /* of weights */
    bool old_scale;    /* int16 without a scale: thousandths */
    bool post_norm, learned, shared, tied, embedding_norm, no_bias, zero_start;
    const char *extra;  /* a variable more, of type int8 and rank 0, */
    int extra_value;    /* with this value */
    const char *config; /* config.json, or NULL */
} SmallCt2;

/* Number i of a variable: -20/8 ... 20/8. */
static inline double small_ct2_value(const char *name, size_t i)
{
    return ((double)(rng_hash(crc32_of(name, strlen(name)), i) % 41) - 20) / 8;
}

/* "encoder" "/" "embeddings" ... */
typedef struct {
    char text[256];
} Ct2Name;

static inline Ct2Name ct2_name(const char *a, const char *b)
{
    Ct2Name n = { { 0 } };
    size_t at = 0;
    for (; *a && at < sizeof n.text - 1; a++)
        n.text[at++] = *a;
    for (; *b && at < sizeof n.text - 1; b++)
        n.text[at++] = *b;
    return n;
}

typedef struct {
    const SmallCt2 *how;
    Str body;
    uint32_t n;
} Ct2Writer;

static inline void ct2_put(Str *out, uint32_t x, size_t width)
{
    str_add_bytes(out, (const char *)&x, width);
}

static inline void ct2_put_text(Str *out, const char *text)
{
    ct2_put(out, (uint32_t)strlen(text) + 1, 2);
    str_add_bytes(out, text, strlen(text) + 1);
}

static inline size_t ct2_width(int type)
{
    return type == CT2_I8 ? 1 : type == CT2_F32 || type == CT2_I32 ? 4 : 2;
}

/* The value as a number of the type; quantised ones are multiplied by `scale`. Eighths below 4 are exact. */
static inline void ct2_put_number(Str *out, int type, double x, double scale)
{
    float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    if (type == CT2_I8 || type == CT2_I16 || type == CT2_I32)
        ct2_put(out, (uint32_t)(int32_t)(x * scale), ct2_width(type));
    else if (type == CT2_F32)
        ct2_put(out, bits, 4);
    else if (type == CT2_BF16)
        ct2_put(out, bits >> 16, 2);
    else if (f == 0)
        ct2_put(out, 0, 2);
    else
        ct2_put(out, (bits >> 16 & 0x8000u) | (((bits >> 23 & 255u) - 112u) << 10) | (bits >> 13 & 1023u), 2);
}

static inline void ct2_head(Ct2Writer *w, const char *name, int rank, const int *dim, int type)
{
    size_t n = 1;
    ct2_put_text(&w->body, name);
    ct2_put(&w->body, (uint32_t)rank, 1);
    for (int i = 0; i < rank; n *= (size_t)dim[i++])
        ct2_put(&w->body, (uint32_t)dim[i], 4);
    bool typed = w->how->version >= 4;
    ct2_put(&w->body, typed ? (uint32_t)type : (uint32_t)ct2_width(type), 1);
    ct2_put(&w->body, (uint32_t)(typed ? n * ct2_width(type) : n), 4);
    w->n++;
}

static inline void ct2_number(Ct2Writer *w, const char *name, int type, double x)
{
    ct2_head(w, name, 0, NULL, type);
    ct2_put_number(&w->body, type, x, 1);
}

static inline void ct2_array(Ct2Writer *w, const char *name, int rows, int columns, int type, double scale)
{
    size_t n = (size_t)rows * (size_t)(columns ? columns : 1);
    ct2_head(w, name, columns ? 2 : 1, (int[]){ rows, columns }, type);
    for (size_t i = 0; i < n; i++)
        ct2_put_number(&w->body, type, small_ct2_value(name, i), scale);
}

/* A weight in the type that is asked for, and its scale: a number for each row (int8), or one (int16). */
static inline void ct2_weight(Ct2Writer *w, const char *name, int rows, int columns)
{
    int type = w->how->type;
    Ct2Name scale = ct2_name(name, "_scale");
    ct2_array(w, name, rows, columns, type, w->how->old_scale ? 1000 : 8);
    if (type == CT2_I8) {
        ct2_head(w, scale.text, 1, &rows, CT2_F32);
        for (int i = 0; i < rows; i++)
            ct2_put_number(&w->body, CT2_F32, 8, 1);
    } else if (type == CT2_I16 && !w->how->old_scale) {
        ct2_number(w, scale.text, CT2_F32, 8);
    }
}

static inline void ct2_linear(Ct2Writer *w, const char *scope, int rows, int columns)
{
    ct2_weight(w, ct2_name(scope, "/weight").text, rows, columns);
    if (!w->how->no_bias)
        ct2_array(w, ct2_name(scope, "/bias").text, rows, 0, CT2_F32, 1);
}

static inline void ct2_norm(Ct2Writer *w, const char *scope)
{
    ct2_array(w, ct2_name(scope, "/gamma").text, SMALL_D, 0, CT2_F32, 1);
    ct2_array(w, ct2_name(scope, "/beta").text, SMALL_D, 0, CT2_F32, 1);
}

static inline void ct2_part(Ct2Writer *w, const char *side, const char *part, int n_linear, const int *shape)
{
    static const char *const linears[] = { "/linear_0", "/linear_1", "/linear_2" };
    Ct2Name scope = ct2_name(ct2_name(side, "/layer_0/").text, part);
    for (int i = 0; i < n_linear; i++)
        ct2_linear(w, ct2_name(scope.text, linears[i]).text, shape[2 * i], shape[2 * i + 1]);
    ct2_norm(w, ct2_name(scope.text, "/layer_norm").text);
}

static inline void ct2_side(Ct2Writer *w, const char *side, int words)
{
    const SmallCt2 *h = w->how;
    enum { D = SMALL_D };
    if (!(h->shared && !strcmp(side, "decoder")))
        ct2_weight(w, ct2_name(side, "/embeddings/weight").text, words, D);
    ct2_part(w, side, "self_attention", 2, (int[]){ 3 * D, D, D, D });
    ct2_part(w, side, "ffn", 2, (int[]){ SMALL_F, D, D, SMALL_F });
    if (!h->post_norm)
        ct2_norm(w, ct2_name(side, "/layer_norm").text);
    if (h->embedding_norm)
        ct2_norm(w, ct2_name(side, "/layernorm_embedding").text);
    if (h->learned)
        ct2_array(w, ct2_name(side, "/position_encodings/encodings").text, SMALL_PLACES, D, CT2_F32, 1);
    ct2_number(w, ct2_name(side, "/num_heads").text, CT2_I16, 2);
    ct2_number(w, ct2_name(side, "/pre_norm").text, CT2_I8, !h->post_norm);
    ct2_number(w, ct2_name(side, "/activation").text, CT2_I8, h->post_norm ? 2 : 0);
}

/* model.bin */
static inline Str small_ct2(const SmallCt2 *how)
{
    Ct2Writer w = { .how = how };
    enum { D = SMALL_D };
    ct2_side(&w, "encoder", SMALL_SOURCE);
    ct2_side(&w, "decoder", SMALL_TARGET);
    ct2_part(&w, "decoder", "attention", 3, (int[]){ D, D, 2 * D, D, D, D });
    if (!how->tied)
        ct2_weight(&w, "decoder/projection/weight", how->shared ? SMALL_SOURCE : SMALL_TARGET, D);
    if (!how->no_bias)
        ct2_array(&w, "decoder/projection/bias", how->shared ? SMALL_SOURCE : SMALL_TARGET, 0, CT2_F32, 1);
    if (how->zero_start)
        ct2_number(&w, "decoder/start_from_zero_embedding", CT2_I8, 1);
    if (how->extra)
        ct2_number(&w, how->extra, CT2_I8, how->extra_value);
    Str out = { 0 };
    ct2_put(&out, (uint32_t)how->version, 4);
    ct2_put_text(&out, "TransformerSpec");
    ct2_put(&out, 5, 4);
    ct2_put(&out, w.n, 4);
    str_add_bytes(&out, w.body.text, w.body.len);
    str_free(&w.body);
    if (how->version >= 3)
        ct2_put(&out, (uint32_t)(how->shared + how->tied), 4);
    if (how->shared) {
        ct2_put_text(&out, "decoder/embeddings/weight");
        ct2_put_text(&out, "encoder/embeddings/weight");
    }
    if (how->tied) {
        ct2_put_text(&out, "decoder/projection/weight");
        ct2_put_text(&out, how->shared ? "encoder/embeddings/weight" : "decoder/embeddings/weight");
    }
    return out;
}

#endif
