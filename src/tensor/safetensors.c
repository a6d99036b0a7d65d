/* safetensors.c -- writing and reading named tensors.
 *
 * Layout: https://github.com/huggingface/safetensors (format). The header is padded with spaces so that the
 * bytes begin at a multiple of 64, and tensors of wide numbers come first, so that each is aligned to its own
 * width although there are no gaps.
 *
 * `crc32.NAME` guards the bytes of a tensor; `crc32` guards the rest: the canonical text of all names, types,
 * shapes and notes. A file without any (of another program) is read without that check, but every size is
 * still checked. The file must not shrink while it is mapped.
 */
#include "tensor/safetensors.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/str.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie in memory");

enum { HEADER_ALIGN = 64, HEADER_MOST = 64 << 20, LENGTH_BYTES = 8 };

static const char notes_key[] = "__metadata__";

static const struct {
    const char *name;
    size_t width;
} dtypes[] = {
    { "F64", 8 },  { "I64", 8 }, { "U64", 8 }, { "F32", 4 }, { "I32", 4 }, { "U32", 4 },  { "F16", 2 },
    { "BF16", 2 }, { "I16", 2 }, { "U16", 2 }, { "I8", 1 },  { "U8", 1 },  { "BOOL", 1 },
};

size_t safetensors_width(const char *dtype)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        if (text_equal(dtypes[i].name, dtype))
            return dtypes[i].width;
    return 0;
}

/* width times all dimensions; false when that does not fit into a size_t. */
static bool stored_bytes(const StoredTensor *t, size_t *bytes)
{
    *bytes = safetensors_width(t->dtype);
    for (int i = 0; i < t->n_dim; i++)
        if (__builtin_mul_overflow(*bytes, t->dim[i], bytes))
            return false;
    return true;
}

char *stored_shape(const StoredTensor *t, char *out)
{
    char *end = out;
    *end++ = '[';
    for (int i = 0; i < t->n_dim; i++)
        end += sprintf(end, i ? ",%zu" : "%zu", t->dim[i]);
    strcpy(end, "]");
    return out;
}

/* ---- checksums ---- */

/* A tensor, but for its numbers, as a line of the canonical text. */
static void describe_tensor(Str *out, const StoredTensor *t)
{
    char shape[STORED_SHAPE_TEXT];
    str_addf(out, "%s %s %s\n", t->name, t->dtype, stored_shape(t, shape));
}

/* Tensors in the order of their bytes, then notes, sorted by key, without the checksum itself. */
static uint32_t crc_of_header(const StoredTensor *tensors, size_t n, const StoredNote *notes, size_t n_notes)
{
    Str text = { 0 };
    str_add(&text, "");
    for (size_t i = 0; i < n; i++)
        describe_tensor(&text, &tensors[i]);
    for (size_t i = 0; i < n_notes; i++)
        if (!text_equal(notes[i].key, "crc32"))
            str_addf(&text, "%s=%s\n", notes[i].key, notes[i].value);
    uint32_t crc = crc32_of(text.text, text.len);
    str_free(&text);
    return crc;
}

/* ---- writing ---- */

static void add_note(json_t *notes, const char *key, const char *value)
{
    if (json_object_set_new(notes, key, json_string(value)))
        memory_exhausted("a header", strlen(value), 0);
}

static void add_crc(json_t *notes, const char *key, uint32_t crc)
{
    char text[9];
    snprintf(text, sizeof text, "%08x", (unsigned)crc);
    add_note(notes, key, text);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const StoredNote *)a)->key, ((const StoredNote *)b)->key);
}

/* An array (array.h) of the notes in a JSON object, sorted by key; its texts stay the object's. */
static StoredNote *notes_of(json_t *object)
{
    StoredNote *notes = NULL;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        StoredNote note = { key, json_string_value(value) };
        array_push(notes, note);
    }
    if (notes)
        qsort(notes, array_len(notes), sizeof *notes, by_key);
    return notes;
}

static json_t *make_notes(const StoredTensor *tensors, size_t n, const StoredNote *given, size_t n_given)
{
    json_t *object = json_object();
    add_note(object, "format", "lookback");
    char version[16];
    snprintf(version, sizeof version, "%d", SAFETENSORS_VERSION);
    add_note(object, "version", version);
    for (size_t i = 0; i < n_given; i++)
        add_note(object, given[i].key, given[i].value);
    for (size_t i = 0; i < n; i++) {
        Str key = { 0 };
        str_addf(&key, "crc32.%s", tensors[i].name);
        add_crc(object, key.text, crc32_of(tensors[i].data, tensors[i].bytes));
        str_free(&key);
    }
    StoredNote *notes = notes_of(object);
    add_crc(object, "crc32", crc_of_header(tensors, n, notes, array_len(notes)));
    array_free(notes);
    return object;
}

static json_t *describe(const StoredTensor *t, size_t start)
{
    json_t *shape = json_array();
    for (int i = 0; i < t->n_dim; i++)
        json_array_append_new(shape, json_integer((json_int_t)t->dim[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", t->dtype, "shape", shape, "data_offsets",
                     (json_int_t)start, (json_int_t)(start + t->bytes));
}

/* The header with its padding: the caller's to free. */
static char *make_header(const StoredTensor *tensors, size_t n, const StoredNote *notes, size_t n_notes)
{
    json_t *root = json_object();
    json_object_set_new(root, notes_key, make_notes(tensors, n, notes, n_notes));
    size_t start = 0;
    for (size_t i = 0; i < n; start += tensors[i++].bytes)
        if (json_object_set_new(root, tensors[i].name, describe(&tensors[i], start)))
            memory_exhausted("a header", 0, 0);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (!text)
        memory_exhausted("a header", 0, 0);
    Str padded = { 0 };
    str_add(&padded, text);
    while ((LENGTH_BYTES + padded.len) % HEADER_ALIGN)
        str_add_char(&padded, ' ');
    free(text);
    return str_take(&padded);
}

/* The tensors as they will lie: by width, else as given. An array, the caller's. */
static StoredTensor *arrange(const StoredTensor *tensors, size_t n)
{
    StoredTensor *order = NULL;
    for (size_t width = 8; width; width /= 2)
        for (size_t i = 0; i < n; i++)
            if (safetensors_width(tensors[i].dtype) == width)
                array_push(order, tensors[i]);
    assert(array_len(order) == n); /* else a type is unknown */
    for (size_t i = 0; i < n; i++) {
        bool fits = order[i].n_dim <= STORED_DIMS && stored_bytes(&order[i], &order[i].bytes);
        assert(fits && utf8_is_valid(order[i].name, strlen(order[i].name)));
    }
    return order;
}

static bool write_all(FILE *f, const char *header, const StoredTensor *tensors, size_t n)
{
    uint64_t len = strlen(header);
    errno = 0;
    bool good = fwrite(&len, LENGTH_BYTES, 1, f) == 1 && fwrite(header, 1, len, f) == len;
    for (size_t i = 0; good && i < n; i++)
        good = !tensors[i].bytes || fwrite(tensors[i].data, tensors[i].bytes, 1, f) == 1;
    return good;
}

LbStatus safetensors_write(const char *path, const StoredTensor *tensors, size_t n, const StoredNote *notes,
                           size_t n_notes, LbError *err)
{
    NewFile file;
    LbStatus status = new_file_open(&file, path, err);
    if (status != LB_OK)
        return status;
    StoredTensor *order = arrange(tensors, n);
    char *header = make_header(order, n, notes, n_notes);
    if (write_all(file.f, header, order, n))
        status = new_file_keep(&file, err);
    else
        status = file_fail(err, "write", path, errno);
    new_file_drop(&file);
    free(header);
    array_free(order);
    return status;
}

/* ---- reading ---- */

struct SafeTensors {
    char *path;
    Mapped file;
    json_t *root;         /* owns every name and note */
    const uint8_t *bytes; /* behind the header */
    size_t n_bytes;
    StoredTensor *tensors; /* an array */
    StoredNote *notes;     /* an array, sorted by key */
};

#define damaged(s, ...) damaged_(s, err, __VA_ARGS__)
static LbStatus __attribute__((format(printf, 3, 4)))
damaged_(const SafeTensors *s, LbError *err, const char *format, ...)
{
    char what[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return fail(err, LB_FORMAT, "%s: %s: the file is damaged, cut short or no safetensors file", s->path,
                what);
}

static LbStatus read_header(SafeTensors *s, LbError *err)
{
    uint64_t len;
    if (s->file.len < LENGTH_BYTES)
        return damaged(s, "only %zu bytes", s->file.len);
    memcpy(&len, s->file.data, LENGTH_BYTES);
    if (len > s->file.len - LENGTH_BYTES || len > HEADER_MOST)
        return damaged(s, "a header of %llu bytes in a file of %zu", (unsigned long long)len, s->file.len);
    const char *header = (const char *)s->file.data + LENGTH_BYTES;
    json_error_t problem;
    s->root = json_loadb(header, len, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(s->root))
        return damaged(s, "its header is not JSON (%.160s)", s->root ? "not an object" : problem.text);
    s->bytes = s->file.data + LENGTH_BYTES + len;
    s->n_bytes = s->file.len - LENGTH_BYTES - len;
    return LB_OK;
}

static bool size_of(const json_t *value, size_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static bool read_shape(const json_t *shape, StoredTensor *t)
{
    if (!json_is_array(shape) || json_array_size(shape) > STORED_DIMS)
        return false;
    t->n_dim = (int)json_array_size(shape);
    for (int i = 0; i < t->n_dim; i++)
        if (!size_of(json_array_get(shape, (size_t)i), &t->dim[i]))
            return false;
    return true;
}

static LbStatus read_tensor(SafeTensors *s, const char *name, const json_t *about, LbError *err)
{
    StoredTensor t = { .name = name, .dtype = json_string_value(json_object_get(about, "dtype")) };
    const json_t *range = json_object_get(about, "data_offsets");
    size_t start, end, bytes;
    if (!t.dtype || !safetensors_width(t.dtype))
        return damaged(s, "tensor %.100s has the unknown type %.20s", name, t.dtype ? t.dtype : "(none)");
    if (!read_shape(json_object_get(about, "shape"), &t))
        return damaged(s, "tensor %.100s has no proper shape", name);
    if (json_array_size(range) != 2 || !size_of(json_array_get(range, 0), &start) ||
        !size_of(json_array_get(range, 1), &end) || start > end || end > s->n_bytes)
        return damaged(s, "tensor %.100s lies outside of the file", name);
    if (!stored_bytes(&t, &bytes) || bytes != end - start)
        return damaged(s, "tensor %.100s has %zu bytes, which is not what its shape asks for", name,
                       end - start);
    t.data = s->bytes + start;
    t.bytes = bytes;
    array_push(s->tensors, t);
    return LB_OK;
}

/* Empty tensors stand before the one that begins at the same place. */
static int by_place(const void *a, const void *b)
{
    const StoredTensor *x = a, *y = b;
    const uint8_t *p = x->data, *q = y->data;
    if (p != q)
        return p < q ? -1 : 1;
    return x->bytes != y->bytes ? (x->bytes < y->bytes ? -1 : 1) : strcmp(x->name, y->name);
}

static LbStatus check_places(SafeTensors *s, LbError *err)
{
    const uint8_t *next = s->bytes;
    size_t n = array_len(s->tensors);
    if (n)
        qsort(s->tensors, n, sizeof *s->tensors, by_place);
    for (size_t i = 0; i < n; next += s->tensors[i++].bytes)
        if (s->tensors[i].data != next)
            return damaged(s, "tensor %.100s does not begin where the one before it ends",
                           s->tensors[i].name);
    if (next != s->bytes + s->n_bytes)
        return damaged(s, "%zu bytes behind the last tensor", (size_t)(s->bytes + s->n_bytes - next));
    return LB_OK;
}

static LbStatus read_notes(SafeTensors *s, json_t *object, LbError *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return damaged(s, "%s is not an object", notes_key);
    json_object_foreach(object, key, value) if (!json_is_string(value)) return damaged(
        s, "%s.%.100s is not text", notes_key, key);
    s->notes = notes_of(object);
    return LB_OK;
}

static LbStatus read_entries(SafeTensors *s, LbError *err)
{
    const char *name;
    json_t *about;
    LbStatus status = LB_OK;
    json_object_foreach(s->root, name, about)
    {
        status = text_equal(name, notes_key) ? read_notes(s, about, err) : read_tensor(s, name, about, err);
        if (status != LB_OK)
            return status;
    }
    return check_places(s, err);
}

static bool crc_matches(const char *text, uint32_t crc)
{
    char wanted[9];
    snprintf(wanted, sizeof wanted, "%08x", (unsigned)crc);
    return text_equal(text, wanted);
}

/* Ours, or at least with our checksums: then all of them must be there. */
static bool has_checksums(const SafeTensors *s)
{
    for (size_t i = 0; i < array_len(s->notes); i++)
        if (text_starts(s->notes[i].key, "crc32"))
            return true;
    return text_equal(safetensors_note(s, "format"), "lookback");
}

static LbStatus check_checksums(SafeTensors *s, LbError *err)
{
    if (!has_checksums(s))
        return LB_OK;
    uint32_t crc = crc_of_header(s->tensors, array_len(s->tensors), s->notes, array_len(s->notes));
    if (!crc_matches(safetensors_note(s, "crc32"), crc))
        return damaged(s, "the checksum of the header is wrong");
    for (size_t i = 0; i < array_len(s->tensors); i++) {
        const StoredTensor *t = &s->tensors[i];
        Str key = { 0 };
        str_addf(&key, "crc32.%s", t->name);
        bool good = crc_matches(safetensors_note(s, key.text), crc32_of(t->data, t->bytes));
        memory_forget(t->data, t->bytes); /* a large file is never all resident */
        str_free(&key);
        if (!good)
            return damaged(s, "the checksum of tensor %.100s is wrong", t->name);
    }
    return LB_OK;
}

static LbStatus check_version(const SafeTensors *s, LbError *err)
{
    const char *text = safetensors_note(s, "version");
    long long version;
    if (!text_equal(safetensors_note(s, "format"), "lookback"))
        return LB_OK;
    if (!text || !text_to_int(text, &version))
        return damaged(s, "no version");
    if (version > SAFETENSORS_VERSION)
        return fail(err, LB_FORMAT,
                    "%s is format %lld; this program reads up to %d. Update it, or export the model "
                    "again.",
                    s->path, version, SAFETENSORS_VERSION);
    return LB_OK;
}

LbStatus safetensors_open(const char *path, SafeTensors **out, LbError *err)
{
    *out = NULL;
    SafeTensors *s = memory_get(1, sizeof *s);
    s->path = memory_text(path);
    LbStatus status = file_map(path, &s->file, err);
    if (status == LB_OK)
        status = read_header(s, err);
    if (status == LB_OK)
        status = read_entries(s, err);
    if (status == LB_OK)
        status = check_checksums(s, err);
    if (status == LB_OK)
        status = check_version(s, err);
    if (status == LB_OK)
        *out = s;
    else
        safetensors_close(s);
    return status;
}

void safetensors_close(SafeTensors *s)
{
    if (!s)
        return;
    array_free(s->tensors);
    array_free(s->notes);
    json_decref(s->root);
    file_unmap(&s->file);
    free(s->path);
    free(s);
}

/* ---- using ---- */

size_t safetensors_count(const SafeTensors *s)
{
    return array_len(s->tensors);
}

const StoredTensor *safetensors_get(const SafeTensors *s, size_t i)
{
    assert(i < array_len(s->tensors));
    return &s->tensors[i];
}

const StoredTensor *safetensors_find(const SafeTensors *s, const char *name)
{
    for (size_t i = 0; i < array_len(s->tensors); i++)
        if (text_equal(s->tensors[i].name, name))
            return &s->tensors[i];
    return NULL;
}

const char *safetensors_note(const SafeTensors *s, const char *key)
{
    const StoredNote wanted = { key, NULL }, *found = NULL;
    if (s->notes)
        found = bsearch(&wanted, s->notes, array_len(s->notes), sizeof wanted, by_key);
    return found ? found->value : NULL;
}

const char *const stored_real = sizeof(real) == sizeof(double) ? "F64" : "F32";

bool stored_reals(const StoredTensor *t, real *to)
{
    size_t width = safetensors_width(t->dtype);
    if (!text_equal(t->dtype, "F32") && !text_equal(t->dtype, "F64"))
        return false;
    if (text_equal(t->dtype, stored_real)) {
        if (t->bytes)
            memcpy(to, t->data, t->bytes);
        return true;
    }
    for (size_t i = 0; i < t->bytes / width; i++) {
        const char *from = (const char *)t->data + i * width;
        float narrow;
        double wide;
        memcpy(width == 4 ? (void *)&narrow : (void *)&wide, from, width);
        to[i] = width == 4 ? (real)narrow : (real)wide;
    }
    return true;
}
