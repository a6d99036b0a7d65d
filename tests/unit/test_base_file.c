/* Reading lines (plain, gzip, pipes), mapping, folders, and writing whole files. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/str.h"

static char *folder; /* a fresh one for this program */

/* The path of NAME in the folder, good until the fourth call after it. */
static const char *at(const char *name)
{
    static char paths[4][300];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const char *bytes, size_t n, const char *mode)
{
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* One gzip member, appended when mode is "ab". */
static void put_packed(const char *path, const char *bytes, size_t n, const char *mode)
{
    gzFile f = gzopen(path, mode);
    assert_non_null(f);
    assert_int_equal(gzwrite(f, bytes, (unsigned)n), n);
    assert_int_equal(gzclose(f), Z_OK);
}

static void expect_line(Reader *r, const char *text, size_t len)
{
    const char *got;
    size_t n;
    assert_int_equal(reader_line(r, &got, &n, NULL), 1);
    assert_int_equal(n, len);
    assert_memory_equal(got, text, len);
    assert_int_equal(got[n], '\0');
}

static void expect_end(Reader *r)
{
    const char *got;
    size_t n;
    assert_int_equal(reader_line(r, &got, &n, NULL), 0);
    assert_int_equal(reader_line(r, &got, &n, NULL), 0);
}

/* ---- lines ---- */

typedef struct {
    const char *bytes;
    size_t n;
    struct {
        const char *text;
        size_t len;
    } lines[5];
} LineCase;

#define LIT(text) text, sizeof(text) - 1
static const LineCase line_cases[] = {
    { LIT(""), { { 0 } } },
    { LIT("\n"), { { LIT("") } } },
    { LIT("a"), { { LIT("a") } } },
    { LIT("one\ntwo\n"), { { LIT("one") }, { LIT("two") } } },
    { LIT("one\r\n\r\ntwo"), { { LIT("one") }, { LIT("") }, { LIT("two") } } },
    { LIT("a\rb\r\r\n"), { { LIT("a\rb\r") } } },
    { LIT("nul\0inside\n\xff\xfe\n"), { { LIT("nul\0inside") }, { LIT("\xff\xfe") } } },
    { LIT("\xef\xbb\xbf"
          "a\n\xef\xbb\xbf"
          "b"),
      { { LIT("a") },
        { LIT("\xef\xbb\xbf"
              "b") } } },
    { LIT("\xef\xbb\xbf\n\xef\xbb"), { { LIT("") }, { LIT("\xef\xbb") } } },
    { LIT("\x1f"), { { LIT("\x1f") } } },
    { LIT("\x1fplain\n"), { { LIT("\x1fplain") } } },
};

static void check_lines(const char *path, const LineCase *c)
{
    Reader *r = reader_open(path, NULL);
    assert_non_null(r);
    int n = 0;
    for (; n < 5 && c->lines[n].text; n++) {
        expect_line(r, c->lines[n].text, c->lines[n].len);
        assert_int_equal(reader_number(r), n + 1);
    }
    expect_end(r);
    assert_int_equal(reader_number(r), n);
    reader_close(r);
}

static void lines_plain_and_packed(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof line_cases / sizeof *line_cases; i++) {
        put(at("plain"), line_cases[i].bytes, line_cases[i].n, "wb");
        check_lines(at("plain"), &line_cases[i]);
        put_packed(at("packed"), line_cases[i].bytes, line_cases[i].n, "wb"); /* no .gz in the name */
        check_lines(at("packed"), &line_cases[i]);
    }
}

static void long_lines_come_whole(void **unused)
{
    (void)unused;
    enum { N = 1000003 };
    char *text = malloc(2 * N + 2);
    for (int i = 0; i < N; i++)
        text[i] = (char)('a' + i % 26);
    text[N] = '\n';
    memcpy(text + N + 1, text, N + 1);
    put(at("long"), text, 2 * N + 2, "wb");
    put_packed(at("long.gz"), text, 2 * N + 2, "wb");
    for (int i = 0; i < 2; i++) {
        Reader *r = reader_open(at(i ? "long.gz" : "long"), NULL);
        expect_line(r, text, N);
        expect_line(r, text, N);
        expect_end(r);
        reader_close(r);
    }
    free(text);
}

static void gzip_members_follow_each_other(void **unused)
{
    (void)unused;
    put_packed(at("members"), "one\nt", 5, "wb");
    put_packed(at("members"), "wo\n", 3, "ab");
    put(at("members"), "\0\0\0\0", 4, "ab"); /* padding */
    Reader *r = reader_open(at("members"), NULL);
    expect_line(r, "one", 3);
    expect_line(r, "two", 3);
    expect_end(r);
    reader_close(r);
}

/* Reads to the end or the first error. */
static int read_all(const char *path, LbError *err)
{
    Reader *r = reader_open(path, err);
    assert_non_null(r);
    const char *text;
    size_t n;
    int more;
    while ((more = reader_line(r, &text, &n, err)) > 0)
        ;
    reader_close(r);
    return more;
}

static void damaged_gzip_is_an_error(void **unused)
{
    (void)unused;
    char text[5000], bytes[6000];
    for (int i = 0; i < 5000; i++)
        text[i] = (char)(i * i % 251);
    put_packed(at("whole"), text, sizeof text, "wb");
    FILE *f = fopen(at("whole"), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    LbError err;
    assert_int_equal(read_all(at("whole"), &err), 0);
    static const size_t cuts[] = { 2, 9, 40, 1 }; /* how many bytes are left, or 1: all but one */
    for (int i = 0; i < 4; i++) {
        put(at("cut"), bytes, cuts[i] == 1 ? n - 1 : cuts[i], "wb");
        assert_int_equal(read_all(at("cut"), &err), -1);
        assert_int_equal(err.status, LB_FORMAT);
        assert_non_null(strstr(err.text, at("cut")));
    }
    bytes[n / 2] ^= 0x55;
    put(at("damaged"), bytes, n, "wb");
    assert_int_equal(read_all(at("damaged"), &err), -1);
    bytes[n / 2] ^= 0x55;
    put(at("tail"), bytes, n, "wb");
    put(at("tail"), "rubbish", 7, "ab");
    assert_int_equal(read_all(at("tail"), &err), -1);
}

static void what_cannot_be_opened_says_so(void **unused)
{
    (void)unused;
    LbError err = { 0 };
    assert_null(reader_open(at("nowhere"), &err));
    assert_int_equal(err.status, LB_FILE);
    assert_non_null(strstr(err.text, "nowhere"));
    assert_null(reader_open(folder, &err));
    assert_non_null(strstr(err.text, "folder"));
    size_t n;
    assert_null(file_read(at("nowhere"), &n, &err));
    Mapped m;
    assert_int_equal(file_map(folder, &m, &err), LB_FILE);
    assert_int_equal(file_map(at("nowhere"), &m, &err), LB_FILE);
}

/* A line sent into a pipe must arrive although the pipe stays open. */
static void check_pipe(const char *bytes, size_t n)
{
    int ends[2], kept = dup(0);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], 0);
    assert_int_equal(write(ends[1], bytes, n), n);
    Reader *r = reader_open("-", NULL);
    expect_line(r, "at once", 7);
    close(ends[1]);
    expect_end(r);
    reader_close(r);
    assert_int_equal(dup2(kept, 0), 0); /* closing the reader left descriptor 0 open */
    close(ends[0]);
    close(kept);
}

static void a_pipe_gives_its_line_at_once(void **unused)
{
    (void)unused;
    alarm(20); /* a reader that waits for more would wait forever */
    check_pipe("at once\n", 8);
    put_packed(at("piped"), "at once\n", 8, "wb");
    char bytes[200];
    FILE *f = fopen(at("piped"), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    check_pipe(bytes, n);
    alarm(0);
}

/* ---- whole files ---- */

static void files_are_read_and_mapped(void **unused)
{
    (void)unused;
    size_t n;
    put_packed(at("all"), "x\0y\n", 4, "wb");
    char *all = file_read(at("all"), &n, NULL);
    assert_int_equal(n, 4);
    assert_memory_equal(all, "x\0y\n", 5);
    free(all);
    Mapped m;
    put(at("map"), "bytes", 5, "wb");
    assert_int_equal(file_map(at("map"), &m, NULL), LB_OK);
    assert_int_equal(m.len, 5);
    assert_memory_equal(m.data, "bytes", 5);
    file_unmap(&m);
    file_unmap(&m);
    put(at("empty"), "", 0, "wb");
    assert_int_equal(file_map(at("empty"), &m, NULL), LB_OK);
    assert_null(m.data);
    all = file_read(at("empty"), &n, NULL);
    assert_int_equal(n, 0);
    assert_string_equal(all, "");
    free(all);
}

static void expect_content(const char *path, const char *text)
{
    size_t n;
    char *all = file_read(path, &n, NULL);
    assert_non_null(all);
    assert_string_equal(all, text);
    free(all);
}

static size_t count_temporaries(void)
{
    char **names = dir_list(folder);
    size_t n = 0;
    for (size_t i = 0; i < array_len(names); i++) {
        n += strstr(names[i], ".tmp") != NULL;
        free(names[i]);
    }
    array_free(names);
    return n;
}

static void the_old_file_stays_until_the_new_is_kept(void **unused)
{
    (void)unused;
    const char *path = at("atomic");
    LbError err;
    assert_int_equal(file_write(path, "old", 3, &err), LB_OK);
    assert_int_equal(chmod(path, 0640), 0);
    NewFile n;
    assert_int_equal(new_file_open(&n, path, &err), LB_OK);
    fputs("half", n.f);
    fflush(n.f);
    expect_content(path, "old");
    assert_int_equal(count_temporaries(), 1);
    new_file_drop(&n);
    expect_content(path, "old");
    assert_int_equal(count_temporaries(), 0);
    assert_int_equal(new_file_open(&n, path, &err), LB_OK);
    fputs("new", n.f);
    assert_int_equal(new_file_keep(&n, &err), LB_OK);
    new_file_drop(&n);
    expect_content(path, "new");
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(count_temporaries(), 0);
}

static void links_and_devices_stay_what_they_are(void **unused)
{
    (void)unused;
    LbError err;
    assert_int_equal(file_write(at("target"), "old", 3, &err), LB_OK);
    assert_int_equal(symlink("target", at("link")), 0);
    assert_int_equal(file_write(at("link"), "new", 3, &err), LB_OK);
    struct stat about;
    assert_int_equal(lstat(at("link"), &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    expect_content(at("target"), "new");
    assert_int_equal(file_write("/dev/null", "x", 1, &err), LB_OK);
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
}

static void writing_that_fails_says_so(void **unused)
{
    (void)unused;
    LbError err = { 0 };
    assert_int_equal(file_write(at("no/such/folder/x"), "x", 1, &err), LB_FILE);
    assert_non_null(strstr(err.text, "no/such/folder/x"));
    assert_int_equal(file_write(folder, "x", 1, &err), LB_FILE);
    assert_int_equal(file_write("/dev/full", "x", 1, &err), LB_FILE);
    assert_non_null(strstr(err.text, "space"));
}

/* ---- folders ---- */

static void folders_are_made_and_listed(void **unused)
{
    (void)unused;
    LbError err = { 0 };
    char *deep = path_join(folder, "deep/er/est/");
    assert_int_equal(dir_make(deep, &err), LB_OK);
    assert_int_equal(dir_make(deep, &err), LB_OK);
    assert_true(file_is_dir(deep));
    free(deep);
    put(at("deep/b"), "", 0, "wb");
    put(at("deep/a"), "", 0, "wb");
    assert_int_equal(dir_make(at("deep/a/x"), &err), LB_FILE);
    assert_int_equal(dir_make(at("deep/a"), &err), LB_FILE);
    char **names = dir_list(at("deep"));
    static const char *const expected[] = { "a", "b", "er" };
    assert_int_equal(array_len(names), 3);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(names[i], expected[i]);
        free(names[i]);
    }
    array_free(names);
    assert_null(dir_list(at("nowhere")));
    assert_true(file_exists(at("deep/a")));
    assert_false(file_exists(at("deep/c")));
    assert_false(file_is_dir(at("deep/a")));
}

static void paths_are_joined(void **unused)
{
    (void)unused;
    static const char *const cases[][3] = {
        { "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "", "b", "b" }, { "a", "/b", "/b" }, { "/", "b", "/b" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = path_join(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        free(path);
    }
}

static void crc_is_the_known_one(void **unused)
{
    (void)unused;
    assert_true(crc32_of("123456789", 9) == 0xCBF43926u);
    assert_true(crc32_of("", 0) == 0);
}

static int make_folder(void **unused)
{
    (void)unused;
    static char name[] = "/tmp/lookback-test-XXXXXX";
    folder = mkdtemp(name);
    return folder ? 0 : -1;
}

static void remove_below(const char *path)
{
    char **names = dir_list(path);
    for (size_t i = 0; i < array_len(names); i++) {
        char *inner = path_join(path, names[i]);
        if (file_is_dir(inner))
            remove_below(inner);
        else
            unlink(inner);
        free(inner);
        free(names[i]);
    }
    array_free(names);
    rmdir(path);
}

static int remove_folder(void **unused)
{
    (void)unused;
    remove_below(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_plain_and_packed),
        cmocka_unit_test(long_lines_come_whole),
        cmocka_unit_test(gzip_members_follow_each_other),
        cmocka_unit_test(damaged_gzip_is_an_error),
        cmocka_unit_test(what_cannot_be_opened_says_so),
        cmocka_unit_test(a_pipe_gives_its_line_at_once),
        cmocka_unit_test(files_are_read_and_mapped),
        cmocka_unit_test(the_old_file_stays_until_the_new_is_kept),
        cmocka_unit_test(links_and_devices_stay_what_they_are),
        cmocka_unit_test(writing_that_fails_says_so),
        cmocka_unit_test(folders_are_made_and_listed),
        cmocka_unit_test(paths_are_joined),
        cmocka_unit_test(crc_is_the_known_one),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
