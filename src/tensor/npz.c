/* npz.c -- the zip by minizip, the .npy header by hand, the numbers in pieces.
 *
 * Format of .npy: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. The header is the
 * text of a Python dictionary; exactly what NumPy writes is accepted, in any order and spacing, and nothing
 * is evaluated. Sizes are believed in this order: the file's length, what the zip directory says of a member
 * (no more than deflate can hold in so many bytes), what the header says of the array (exactly what is left
 * of the member). Numbers go through one small buffer, so nothing but the array itself takes memory. Not
 * here: big-endian numbers, text, structures, objects (pickle): each is refused by name.
 */
#include "tensor/npz.h"

#include <errno.h>
#include <minizip/unzip.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/str.h"
#include "tensor/half.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read as they lie in the file");

enum { NAME_MOST = 1000, HEADER_MOST = 1 << 16, PIECE = 1 << 14, DEFLATE_MOST = 1032 };

typedef struct {
    char *name;
    unz64_file_pos at;
} Member;

struct Npz {
    char *path;
    size_t limit, len; /* len: of the file */
    unzFile zip;
    Member *members; /* an array */
};

/* An array being read. */
typedef struct {
    Npz *z;
    const char *name;
    uint64_t left; /* bytes of the member not read yet */
    NpzArray a;
    bool fortran;
    LbError *err;
} Reading;

#define broken(r, ...) (fail((r)->err, LB_FORMAT, __VA_ARGS__), broken_(r))

/* The error in r->err told again with the place. */
static LbStatus broken_(const Reading *r)
{
    const char *text = r->err ? r->err->text : "";
    return fail(r->err, LB_FORMAT, "%s: array %.100s: %s", r->z->path, r->name, text);
}

/* ---- kinds of numbers ---- */

static double read_f2(const void *at)
{
    uint16_t bits;
    memcpy(&bits, at, sizeof bits);
    return half_value(bits);
}

#define READ(name, type)                                                                                     \
    static double read_##name(const void *at)                                                                \
    {                                                                                                        \
        type value;                                                                                          \
        memcpy(&value, at, sizeof value);                                                                    \
        return (double)value;                                                                                \
    }
READ(f4, float)
READ(f8, double)
READ(i1, int8_t)
READ(u1, uint8_t)
READ(i4, int32_t)
READ(i8, int64_t)

typedef struct {
    const char *name;
    size_t width;
    double (*read)(const void *at);
} Kind;

static const Kind kinds[] = {
    { "<f2", 2, read_f2 }, { "<f4", 4, read_f4 }, { "<f8", 8, read_f8 }, { "|i1", 1, read_i1 },
    { "|u1", 1, read_u1 }, { "<i4", 4, read_i4 }, { "<i8", 8, read_i8 }, { 0 },
};

static const Kind *kind_find(const char *name)
{
    for (const Kind *k = kinds; k->name; k++)
        if (text_equal(k->name, name))
            return k;
    return NULL;
}

/* ---- the header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } ---- */

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " \t\n");
}

/* Takes `word` if it is next. */
static bool take(const char **at, const char *word)
{
    skip_blanks(at);
    if (!text_starts(*at, word))
        return false;
    *at += strlen(word);
    return true;
}

/* A text in quotes, without escapes, shorter than room. */
static bool take_quoted(const char **at, char *out, size_t room)
{
    const char *quote = take(at, "'") ? "'" : take(at, "\"") ? "\"" : NULL;
    size_t n = quote ? strcspn(*at, "'\"\\") : 0;
    if (!quote || (*at)[n] != *quote || n >= room)
        return false;
    memcpy(out, *at, n);
    out[n] = '\0';
    *at += n + 1;
    return true;
}

static bool take_size(const char **at, size_t *out)
{
    skip_blanks(at);
    const char *begin = *at;
    for (*out = 0; **at >= '0' && **at <= '9'; ++*at)
        if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, (size_t)(**at - '0'), out))
            return false;
    return *at > begin;
}

/* (), (3,), (3, 4) */
static bool take_shape(const char **at, NpzArray *a)
{
    if (!take(at, "("))
        return false;
    bool comma = true;
    for (a->n_dim = 0; !take(at, ")"); a->n_dim++) {
        if (!comma || a->n_dim == NPZ_DIMS || !take_size(at, &a->dim[a->n_dim]))
            return false;
        comma = take(at, ",");
    }
    return a->n_dim != 1 || comma; /* (3) is not a tuple */
}

static bool take_bool(const char **at, bool *out)
{
    *out = take(at, "True");
    return *out || take(at, "False");
}

static LbStatus read_entry(Reading *r, const char **at, unsigned *met)
{
    static const char *const keys[] = { "descr", "fortran_order", "shape" };
    char key[16];
    unsigned k = 0;
    if (!take_quoted(at, key, sizeof key) || !take(at, ":"))
        return broken(r, "its header is not a dictionary as NumPy writes it");
    while (k < 3 && !text_equal(key, keys[k]))
        k++;
    if (k == 3 || *met & 1u << k)
        return broken(r, "`%s` in its header is %s", key, k == 3 ? "unknown" : "there twice");
    *met |= 1u << k;
    if (k == 0 && (!take_quoted(at, r->a.dtype, sizeof r->a.dtype) || !kind_find(r->a.dtype)))
        return broken(r,
                      "it is of type %.20s; numbers f2, f4, f8, i1, u1, i4 and i8 can be read, "
                      "little-endian",
                      *r->a.dtype ? r->a.dtype : *at);
    if (k == 1 && !take_bool(at, &r->fortran))
        return broken(r, "fortran_order is neither True nor False");
    if (k == 2 && !take_shape(at, &r->a))
        return broken(r, "its shape is not that of an array of up to %d dimensions", NPZ_DIMS);
    return LB_OK;
}

static LbStatus parse_header(Reading *r, const char *at)
{
    unsigned met = 0;
    bool comma = true;
    if (!take(&at, "{"))
        return broken(r, "its header is not a dictionary as NumPy writes it");
    while (!take(&at, "}")) {
        LbStatus status = comma ? read_entry(r, &at, &met) : broken(r, "a comma is missing in its header");
        if (status != LB_OK)
            return status;
        comma = take(&at, ",");
    }
    skip_blanks(&at);
    if (*at || met != 7)
        return broken(r, *at ? "text behind the dictionary of its header"
                             : "its header must say descr, fortran_order and shape");
    return LB_OK;
}

/* ---- bytes of a member ---- */

/* Exactly n bytes, which are known to be no more than the member says it has. */
static LbStatus read_bytes(Reading *r, void *to, size_t n)
{
    if (n > r->left)
        return broken(r, "it ends too early");
    for (size_t got = 0; got < n;) {
        int more = unzReadCurrentFile(r->z->zip, (char *)to + got, (unsigned)(n - got));
        if (more <= 0)
            return broken(r, "its bytes are damaged or cut short");
        got += (size_t)more;
    }
    r->left -= n;
    return LB_OK;
}

static LbStatus read_header(Reading *r)
{
    unsigned char head[12];
    LbStatus status = read_bytes(r, head, 10);
    if (status != LB_OK)
        return status;
    bool wide = head[6] != 1;
    if (memcmp(head, "\x93NUMPY", 6) || head[6] < 1 || head[6] > 3 || head[7])
        return broken(r, "it is no .npy of version 1.0, 2.0 or 3.0");
    if (wide && (status = read_bytes(r, head + 10, 2)) != LB_OK)
        return status;
    size_t len = (size_t)head[8] | (size_t)head[9] << 8;
    len |= wide ? (size_t)head[10] << 16 | (size_t)head[11] << 24 : 0;
    if (len > HEADER_MOST)
        return broken(r, "a header of %zu bytes", len);
    char *text = memory_get(len + 1, 1);
    status = read_bytes(r, text, len);
    if (status == LB_OK)
        status = strlen(text) == len ? parse_header(r, text) : broken(r, "its header holds a NUL");
    free(text);
    return status;
}

/* The array's numbers, and whether they are what the member has left; memory is taken after that. */
static LbStatus take_memory(Reading *r, size_t width)
{
    NpzArray *a = &r->a;
    size_t bytes = width;
    a->n = 1;
    for (int i = 0; i < a->n_dim; i++)
        if (__builtin_mul_overflow(a->n, a->dim[i], &a->n) ||
            __builtin_mul_overflow(bytes, a->dim[i], &bytes))
            return broken(r, "its shape is impossible");
    if (bytes != r->left)
        return broken(r, "its shape asks for %zu bytes, but it has %llu", bytes, (unsigned long long)r->left);
    if (a->n > r->z->limit / sizeof(real))
        return fail(r->err, LB_MEMORY, "%s: array %.100s has %zu numbers, more than fit into %zu bytes",
                    r->z->path, r->name, a->n, r->z->limit);
    a->values = calloc(a->n ? a->n : 1, sizeof(real));
    if (!a->values)
        return fail(r->err, LB_MEMORY, "out of memory: array %.100s of %s has %zu numbers", r->name,
                    r->z->path, a->n);
    return LB_OK;
}

/* Where number k of the file belongs, row-major. */
static size_t place_of(const Reading *r, size_t k)
{
    const NpzArray *a = &r->a;
    if (!r->fortran || a->n_dim < 2)
        return k;
    size_t at = 0, stride = a->n;
    for (int i = 0; i < a->n_dim; i++) {
        stride /= a->dim[i];
        at += k % a->dim[i] * stride;
        k /= a->dim[i];
    }
    return at;
}

static LbStatus read_numbers(Reading *r)
{
    const Kind *kind = kind_find(r->a.dtype);
    LbStatus status = take_memory(r, kind->width);
    unsigned char piece[PIECE];
    size_t most = PIECE / kind->width;
    for (size_t k = 0, n; status == LB_OK && k < r->a.n; k += n) {
        n = r->a.n - k < most ? r->a.n - k : most;
        status = read_bytes(r, piece, n * kind->width);
        for (size_t i = 0; status == LB_OK && i < n; i++)
            r->a.values[place_of(r, k + i)] = (real)kind->read(piece + i * kind->width);
    }
    return status;
}

/* ---- members ---- */

/* What the directory says, before any of it is believed. */
static LbStatus check_member(Reading *r, const unz_file_info64 *about)
{
    uint64_t packed = about->compressed_size, plain = about->uncompressed_size;
    if (about->flag & 1)
        return broken(r, "it is encrypted");
    if (about->compression_method != 0 && about->compression_method != Z_DEFLATED)
        return broken(r, "it is packed by method %lu; stored and deflated members can be read",
                      (unsigned long)about->compression_method);
    bool possible = about->compression_method == 0 ? plain == packed : plain / DEFLATE_MOST <= packed;
    if (packed > r->z->len || !possible)
        return broken(r, "it claims %llu bytes, packed into %llu", (unsigned long long)plain,
                      (unsigned long long)packed);
    r->left = plain;
    return LB_OK;
}

static LbStatus read_member(Reading *r)
{
    LbStatus status = read_header(r);
    if (status == LB_OK)
        status = read_numbers(r);
    int closed = unzCloseCurrentFile(r->z->zip); /* compares the checksum when all was read */
    if (status == LB_OK && closed != UNZ_OK)
        return broken(r, "its checksum is wrong");
    return status;
}

static const Member *member_find(const Npz *z, const char *name)
{
    for (size_t i = 0; i < array_len(z->members); i++)
        if (text_equal(z->members[i].name, name))
            return &z->members[i];
    return NULL;
}

LbStatus npz_read(Npz *z, const char *name, NpzArray *out, LbError *err)
{
    *out = (NpzArray){ 0 };
    Reading r = { .z = z, .name = name, .err = err };
    const Member *m = member_find(z, name);
    if (!m)
        return fail(err, LB_FORMAT, "%s has no array %.100s", z->path, name);
    unz64_file_pos at = m->at;
    unz_file_info64 about;
    if (unzGoToFilePos64(z->zip, &at) != UNZ_OK ||
        unzGetCurrentFileInfo64(z->zip, &about, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK)
        return broken(&r, "it is not where the directory says");
    LbStatus status = check_member(&r, &about);
    if (status == LB_OK && unzOpenCurrentFile(z->zip) != UNZ_OK)
        status = broken(&r, "it does not agree with the directory");
    else if (status == LB_OK)
        status = read_member(&r);
    if (status == LB_OK)
        *out = r.a;
    else
        free(r.a.values);
    return status;
}

void npz_array_free(NpzArray *a)
{
    free(a->values);
    *a = (NpzArray){ 0 };
}

/* ---- the file ---- */

static LbStatus add_member(Npz *z, LbError *err)
{
    unz_file_info64 about;
    char name[NAME_MOST + 1];
    if (unzGetCurrentFileInfo64(z->zip, &about, name, sizeof name, NULL, 0, NULL, 0) != UNZ_OK)
        return fail(err, LB_FORMAT, "%s: its directory is damaged", z->path);
    size_t n = about.size_filename;
    if (n > NAME_MOST || strlen(name) != n || !utf8_is_valid(name, n))
        return fail(err, LB_FORMAT, "%s: a member whose name is no text of up to %d bytes", z->path,
                    NAME_MOST);
    if (n < 4 || strcmp(name + n - 4, ".npy"))
        return LB_OK;
    Member m = { memory_bytes(name, n - 4), { 0 } };
    unzGetFilePos64(z->zip, &m.at);
    array_push(z->members, m);
    return LB_OK;
}

static int by_name(const void *a, const void *b)
{
    const Member *x = *(const Member *const *)a, *y = *(const Member *const *)b;
    return strcmp(x->name, y->name);
}

static LbStatus check_twice(const Npz *z, LbError *err)
{
    const Member **sorted = NULL;
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(z->members); i++)
        array_push(sorted, &z->members[i]);
    if (sorted)
        qsort(sorted, array_len(sorted), sizeof *sorted, by_name);
    for (size_t i = 1; i < array_len(sorted) && status == LB_OK; i++)
        if (text_equal(sorted[i - 1]->name, sorted[i]->name))
            status = fail(err, LB_FORMAT, "%s has two arrays %.100s", z->path, sorted[i]->name);
    array_free(sorted);
    return status;
}

static LbStatus read_directory(Npz *z, LbError *err)
{
    LbStatus status = LB_OK;
    int more = unzGoToFirstFile(z->zip);
    for (; more == UNZ_OK && status == LB_OK; more = unzGoToNextFile(z->zip))
        status = add_member(z, err);
    if (status == LB_OK && more != UNZ_END_OF_LIST_OF_FILE)
        status = fail(err, LB_FORMAT, "%s: its directory is damaged", z->path);
    return status == LB_OK ? check_twice(z, err) : status;
}

static LbStatus open_zip(Npz *z, LbError *err)
{
    struct stat about;
    if (stat(z->path, &about) != 0)
        return fail(err, LB_FILE, "cannot open %s: %s", z->path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return fail(err, LB_FILE, "%s is not a plain file", z->path);
    z->len = (size_t)about.st_size;
    errno = 0;
    z->zip = unzOpen64(z->path);
    if (!z->zip && errno)
        return fail(err, LB_FILE, "cannot open %s: %s", z->path, strerror(errno));
    if (!z->zip)
        return fail(err, LB_FORMAT, "%s is no .npz (a zip file), or it is cut short", z->path);
    return read_directory(z, err);
}

LbStatus npz_open(const char *path, size_t limit, Npz **out, LbError *err)
{
    *out = NULL;
    Npz *z = memory_get(1, sizeof *z);
    z->path = memory_text(path);
    z->limit = limit;
    LbStatus status = open_zip(z, err);
    if (status == LB_OK)
        *out = z;
    else
        npz_close(z);
    return status;
}

void npz_close(Npz *z)
{
    if (!z)
        return;
    for (size_t i = 0; i < array_len(z->members); i++)
        free(z->members[i].name);
    array_free(z->members);
    if (z->zip)
        unzClose(z->zip);
    free(z->path);
    free(z);
}

size_t npz_count(const Npz *z)
{
    return array_len(z->members);
}

const char *npz_name(const Npz *z, size_t i)
{
    assert(i < array_len(z->members));
    return z->members[i].name;
}
