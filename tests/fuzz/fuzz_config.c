/* fuzz_config.c -- a configuration file, then `key=value` texts, one a line.
 *
 * What is accepted must come back the same from what config_dump writes.
 * Words: src/model/config.c src/model/config_alias.c
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "model/config.h"

static void use(const Config *c)
{
    LbError err = { 0 };
    Config copy;
    config_copy(&copy, c);
    config_check(&copy, &err);
    config_check_training(&copy, &err);
    config_free(&copy);
}

static void expect_same(const Config *c)
{
    Str first = { 0 }, second = { 0 };
    LbError err = { 0 };
    config_dump(c, &first);
    char *path = fuzz_file("dumped.yaml", (Bytes){ (const uint8_t *)first.text, first.len });
    Config again;
    LbStatus status = config_load(&again, path, NULL, 0, &err);
    if (status != LB_OK)
        fprintf(stderr, "%s\n%s\n", err.text, first.text);
    assert(status == LB_OK);
    config_dump(&again, &second);
    assert(text_equal(first.text, second.text));
    config_free(&again);
    str_free(&first);
    str_free(&second);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes rest = { data, size };
    char *path = fuzz_file("config.yaml", fuzz_part(&rest)), *lines = fuzz_text(rest), *save = NULL;
    const char **texts = NULL;
    for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        array_push(texts, line);
    Config c;
    LbError err = { 0 };
    LbStatus status = config_load(&c, path, texts, (int)array_len(texts), &err);
    assert((status == LB_OK) == !*err.text);
    if (status == LB_OK) {
        use(&c);
        expect_same(&c);
        config_free(&c);
    }
    array_free(texts);
    free(lines);
    free(path);
    return 0;
}
