/* Every fuzz target over its seeds, among them whatever a fuzzer once found: the targets cannot rot, and what
 * was mended stays so. FUZZ_TARGETS, from CMake, is T(NAME) for each tests/fuzz/fuzz_NAME.c, whose function
 * is called fuzz_NAME here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define T(name) int fuzz_##name(const uint8_t *data, size_t size);
FUZZ_TARGETS
#undef T

typedef struct {
    const char *name;
    int (*run)(const uint8_t *data, size_t size);
} Target;

#define T(name) { #name, fuzz_##name },
static Target targets[] = { FUZZ_TARGETS };
#undef T

/* A copy of exactly that size, so that AddressSanitizer sees a read behind it. */
static void run_seed(const Target *t, const char *path)
{
    Mapped seed;
    LbError err = { 0 };
    if (file_map(path, &seed, &err) != LB_OK)
        fail_msg("%s", err.text);
    uint8_t *copy = malloc(seed.len);
    for (size_t i = 0; i < seed.len; i++)
        copy[i] = seed.data[i];
    print_message("%s\n", path);
    assert_int_equal(t->run(copy, seed.len), 0);
    free(copy);
    file_unmap(&seed);
}

static void seeds_pass(void **state)
{
    const Target *t = *state;
    char *folder = path_join("fuzz/seeds", t->name), **names = dir_list(folder);
    if (!names)
        fail_msg("no seeds in %s", folder);
    for (size_t i = 0; i < array_len(names); i++) {
        char *path = path_join(folder, names[i]);
        run_seed(t, path);
        free(path);
        free(names[i]);
    }
    array_free(names);
    free(folder);
    assert_int_equal(t->run((const uint8_t *)"", 0), 0);
}

int main(void)
{
    enum { N = sizeof targets / sizeof *targets };
    struct CMUnitTest tests[N];
    for (int i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){ targets[i].name, seeds_pass, NULL, NULL, &targets[i] };
    return cmocka_run_group_tests_name("seeds of the fuzz targets", tests, NULL, NULL);
}
