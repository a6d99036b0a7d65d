/* ct2_file.c -- see ct2_file.h.
 *
 * The file is mapped and gone through once. Every length is compared with what is left before it is believed,
 * so nothing takes more memory than the file's own size, a few times over.
 */
#include "convert/ct2_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "tensor/half.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read as they lie in the file");

/* ---- kinds of numbers, in the order of their codes ---- */

struct Ct2Kind {
    const char *name;
    size_t width;
    bool quantised; /* as a weight: it has a scale */
    double (*value)(const uint8_t *at);
};

#define VALUE(name, type, expression)                                                                        \
    static double name(const uint8_t *at)                                                                    \
    {                                                                                                        \
        type x;                                                                                              \
        memcpy(&x, at, sizeof x);                                                                            \
        return expression;                                                                                   \
    }
VALUE(value_f32, float, (double)x)
VALUE(value_i8, int8_t, x)
VALUE(value_i16, int16_t, x)
VALUE(value_i32, int32_t, x)
VALUE(value_f16, uint16_t, half_value(x))
VALUE(value_bf16, uint16_t, bfloat_value(x))

static const Ct2Kind kinds[] = {
    { "float32", 4, false, value_f32 }, { "int8", 1, true, value_i8 },
    { "int16", 2, true, value_i16 },    { "int32", 4, false, value_i32 },
    { "float16", 2, false, value_f16 }, { "bfloat16", 2, false, value_bf16 },
};
enum { F32, I8, I16, I32, N_KINDS = sizeof kinds / sizeof *kinds };

/* Up to version 3 a file says how wide its numbers are, and the rest is understood. */
static const Ct2Kind *kind_of(uint32_t version, uint32_t code)
{
    if (version >= 4)
        return code < N_KINDS ? &kinds[code] : NULL;
    return code == 4 ? &kinds[F32] : code == 2 ? &kinds[I16] : code == 1 ? &kinds[I8] : NULL;
}

const char *ct2_type(const Ct2Var *v)
{
    return v->kind->name;
}

bool ct2_is_flag(const Ct2Var *v)
{
    return v->kind == &kinds[I8];
}

double ct2_value(const Ct2Var *v, size_t i)
{
    assert(i < v->n);
    return v->kind->value(v->data + i * v->kind->width);
}

/* ---- bytes ---- */

typedef struct {
    Ct2File *f;
    const uint8_t *at;
    size_t left;
    LbError *err;
} Cursor;

static LbStatus cut_short(const Cursor *c)
{
    return fail(c->err, LB_FORMAT, "%s is cut short after %zu bytes: copy the model again", c->f->path,
                c->f->file.len);
}

static LbStatus take(Cursor *c, size_t n, const uint8_t **out)
{
    if (n > c->left)
        return cut_short(c);
    *out = c->at;
    c->at += n;
    c->left -= n;
    return LB_OK;
}

/* An unsigned number of `width` bytes. */
static LbStatus take_number(Cursor *c, size_t width, uint32_t *out)
{
    const uint8_t *bytes = NULL;
    LbStatus status = take(c, width, &bytes);
    *out = 0;
    if (bytes)
        memcpy(out, bytes, width);
    return status;
}

/* *out: the caller's to free(); NULL on failure. */
static LbStatus take_text(Cursor *c, const char *what, char **out)
{
    uint32_t n = 0;
    const uint8_t *bytes = NULL;
    *out = NULL;
    LbStatus status = take_number(c, 2, &n);
    if (status == LB_OK)
        status = take(c, n, &bytes);
    if (status != LB_OK)
        return status;
    if (!bytes || n < 1 || n > CT2_NAME || memchr(bytes, '\0', n) != bytes + n - 1 ||
        !utf8_is_valid((const char *)bytes, n - 1))
        return fail(c->err, LB_FORMAT, "%s: %s at byte %zu is no text: this is no model.bin of CTranslate2",
                    c->f->path, what, c->f->file.len - c->left - n);
    *out = memory_bytes((const char *)bytes, n - 1);
    return LB_OK;
}

/* ---- variables ---- */

static LbStatus take_shape(Cursor *c, Ct2Var *v)
{
    uint32_t rank = 0, size = 0;
    LbStatus status = take_number(c, 1, &rank);
    if (status == LB_OK && rank > CT2_DIMS)
        return fail(c->err, LB_FORMAT, "%s: variable %s has %u dimensions; %d are the most", c->f->path,
                    v->name, (unsigned)rank, CT2_DIMS);
    v->n_dim = (int)rank;
    v->n = 1;
    for (int i = 0; i < v->n_dim && status == LB_OK; i++) {
        status = take_number(c, 4, &size);
        v->dim[i] = size;
        if (__builtin_mul_overflow(v->n, v->dim[i], &v->n))
            return fail(c->err, LB_FORMAT, "%s: the shape of variable %s is impossible", c->f->path, v->name);
    }
    return status;
}

static LbStatus take_numbers(Cursor *c, Ct2Var *v)
{
    uint32_t code = 0, count = 0;
    LbStatus status = take_number(c, 1, &code);
    if (status == LB_OK)
        status = take_number(c, 4, &count);
    if (status != LB_OK)
        return status;
    v->kind = kind_of(c->f->version, code);
    if (!v->kind)
        return fail(c->err, LB_FORMAT, "%s: variable %s has numbers of an unknown type, %u", c->f->path,
                    v->name, (unsigned)code);
    size_t width = v->kind->width, bytes = c->f->version >= 4 ? count : (size_t)count * width;
    if (bytes % width || v->n != bytes / width)
        return fail(c->err, LB_FORMAT, "%s: variable %s has %zu bytes, which is not what its shape asks for",
                    c->f->path, v->name, bytes);
    return take(c, bytes, &v->data);
}

static LbStatus take_variable(Cursor *c)
{
    Ct2Var v = { 0 };
    LbStatus status = take_text(c, "the name of a variable", &v.name);
    if (status == LB_OK)
        array_push(c->f->vars, v);
    Ct2Var *own = v.name ? &array_last(c->f->vars) : NULL;
    if (status == LB_OK)
        status = take_shape(c, own);
    return status == LB_OK ? take_numbers(c, own) : status;
}

static LbStatus take_variables(Cursor *c)
{
    uint32_t n = 0;
    LbStatus status = take_number(c, 4, &n);
    for (uint32_t i = 0; i < n && status == LB_OK; i++)
        status = take_variable(c);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Ct2Var *)a)->name, ((const Ct2Var *)b)->name);
}

static LbStatus sort_variables(Ct2File *f, LbError *err)
{
    if (f->vars)
        qsort(f->vars, array_len(f->vars), sizeof *f->vars, by_name);
    for (size_t i = 1; i < array_len(f->vars); i++)
        if (text_equal(f->vars[i - 1].name, f->vars[i].name))
            return fail(err, LB_FORMAT, "%s has two variables %s", f->path, f->vars[i].name);
    return LB_OK;
}

static void add_alias(Ct2File *f, const char *alias, const Ct2Var *of, const char *end, Ct2Var **more)
{
    Str name = { 0 };
    (void)f;
    str_addf(&name, "%s%s", alias, end);
    Ct2Var v = *of;
    v.name = str_take(&name);
    array_push(*more, v);
}

/* An alias stands for a variable and for its scale. */
static LbStatus take_alias(Cursor *c, Ct2Var **more)
{
    char *alias, *name = NULL;
    LbStatus status = take_text(c, "an alias", &alias);
    if (status == LB_OK)
        status = take_text(c, "the name behind an alias", &name);
    const Ct2Var *of = name ? ct2_find(c->f, name) : NULL;
    if (status == LB_OK && !of)
        status = fail(c->err, LB_FORMAT, "%s: %s stands for a variable %s, which is not there", c->f->path,
                      alias, name);
    if (of) {
        char scale[CT2_NAME + 8];
        snprintf(scale, sizeof scale, "%s_scale", name);
        add_alias(c->f, alias, of, "", more);
        if (ct2_find(c->f, scale))
            add_alias(c->f, alias, ct2_find(c->f, scale), "_scale", more);
    }
    free(alias);
    free(name);
    return status;
}

static LbStatus take_aliases(Cursor *c)
{
    uint32_t n = 0;
    Ct2Var *more = NULL;
    LbStatus status = c->f->version >= 3 ? take_number(c, 4, &n) : LB_OK;
    for (uint32_t i = 0; i < n && status == LB_OK; i++)
        status = take_alias(c, &more);
    for (size_t i = 0; i < array_len(more); i++)
        array_push(c->f->vars, more[i]);
    array_free(more);
    return status;
}

/* ---- the file ---- */

static LbStatus take_head(Cursor *c)
{
    Ct2File *f = c->f;
    LbStatus status = take_number(c, 4, &f->version);
    if (status != LB_OK)
        return status;
    if (f->version == 1)
        return fail(
            c->err, LB_FORMAT,
            "%s is of version 1, from before CTranslate2 1.0: convert the model with a newer one first",
            f->path);
    if (f->version < 1 || f->version > CT2_NEWEST)
        return fail(
            c->err, LB_FORMAT,
            "%s is of version %u; versions 2 to %d of CTranslate2's model.bin can be read: is it one?",
            f->path, (unsigned)f->version, CT2_NEWEST);
    status = take_text(c, "the kind of model", &f->spec);
    return status == LB_OK ? take_number(c, 4, &f->revision) : status;
}

LbStatus ct2_open(const char *path, Ct2File *out, LbError *err)
{
    *out = (Ct2File){ .path = memory_text(path) };
    LbStatus status = file_map(path, &out->file, err);
    Cursor c = { out, out->file.data, out->file.len, err };
    if (status == LB_OK)
        status = take_head(&c);
    if (status == LB_OK)
        status = take_variables(&c);
    if (status == LB_OK)
        status = sort_variables(out, err);
    if (status == LB_OK)
        status = take_aliases(&c);
    if (status == LB_OK)
        status = sort_variables(out, err);
    if (status == LB_OK && c.left)
        status = fail(err, LB_FORMAT, "%s has %zu bytes more than its variables take: it is damaged", path,
                      c.left);
    return status;
}

void ct2_close(Ct2File *f)
{
    for (size_t i = 0; i < array_len(f->vars); i++)
        free(f->vars[i].name);
    array_free(f->vars);
    file_unmap(&f->file);
    free(f->path);
    free(f->spec);
    *f = (Ct2File){ 0 };
}

const Ct2Var *ct2_find(const Ct2File *f, const char *name)
{
    Ct2Var key = { .name = (char *)(uintptr_t)name };
    return f->vars ? bsearch(&key, f->vars, array_len(f->vars), sizeof *f->vars, by_name) : NULL;
}

Ct2Var *ct2_use(Ct2File *f, const char *name)
{
    const Ct2Var *found = ct2_find(f, name);
    Ct2Var *v = found ? &f->vars[found - f->vars] : NULL;
    if (v)
        v->used = true;
    return v;
}

/* ---- weights ---- */

enum { OLD_INT16_SCALE = 1000 }; /* of int16 weights that were saved without one */

static LbStatus check_scale(const Ct2File *f, const Ct2Rows *m, LbError *err)
{
    const Ct2Var *s = m->scale;
    if (s->n_dim > 1 || (s->n != 1 && s->n != m->rows))
        return fail(err, LB_FORMAT, "%s: %s is neither one number nor one for each of %zu rows", f->path,
                    s->name, m->rows);
    for (size_t i = 0; i < s->n; i++) {
        double x = ct2_value(s, i);
        if (!(x > 0) || !isfinite(x))
            return fail(err, LB_FORMAT, "%s: %s holds %g; scales are above 0", f->path, s->name, x);
    }
    return LB_OK;
}

static LbStatus find_scale(Ct2File *f, Ct2Rows *m, LbError *err)
{
    char name[CT2_NAME + 8];
    snprintf(name, sizeof name, "%s_scale", m->v->name);
    m->scale = ct2_use(f, name);
    if (m->scale) {
        LbStatus status = check_scale(f, m, err);
        if (status == LB_OK && m->scale->n == 1) {
            m->all = ct2_value(m->scale, 0);
            m->scale = NULL;
        }
        return status;
    }
    m->all = OLD_INT16_SCALE;
    if (m->v->kind == &kinds[I16])
        return LB_OK;
    return fail(err, LB_FORMAT, "%s: %s is of type int8 but has no %s", f->path, m->v->name, name);
}

LbStatus ct2_rows(Ct2File *f, const char *name, int n_dim, Ct2Rows *out, LbError *err)
{
    const Ct2Var *v = ct2_use(f, name);
    if (!v)
        return fail(err, LB_FORMAT, "%s has no variable %s: it is damaged, or of a kind that cannot be read",
                    f->path, name);
    if (v->n_dim != n_dim || v->n == 0)
        return fail(err, LB_FORMAT, "%s: %s has %d dimensions and %zu numbers; %d dimensions are expected",
                    f->path, name, v->n_dim, v->n, n_dim);
    *out = (Ct2Rows){ v, NULL, 1, v->dim[0], v->n / v->dim[0] };
    if (v->kind == &kinds[I32])
        return fail(err, LB_FORMAT, "%s: %s is of type int32; weights cannot be", f->path, name);
    return v->kind->quantised ? find_scale(f, out, err) : LB_OK;
}

void ct2_row(const Ct2Rows *m, size_t r, real *to)
{
    double scale = m->scale ? ct2_value(m->scale, r) : m->all;
    const uint8_t *at = m->v->data + r * m->columns * m->v->kind->width;
    for (size_t i = 0; i < m->columns; i++, at += m->v->kind->width)
        to[i] = (real)(m->v->kind->value(at) / scale);
}
