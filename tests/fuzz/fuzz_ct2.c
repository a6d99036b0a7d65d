/* fuzz_ct2.c -- a CTranslate2 folder: target vocabulary, source vocabulary and config.json as texts, then
 * model.bin.
 *
 * What is accepted becomes a model that can be written, and opened again.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <sys/stat.h>

#include "base/status.h"
#include "convert/convert.h"

static void put(const char *folder, const char *name, Bytes part)
{
    char *path = path_join(folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, part.data, part.size) != (ssize_t)part.size || close(fd) != 0)
        abort();
    free(path);
}

static void expect_model(Model *m, const char *out)
{
    LbError err = { 0 };
    Model *again;
    assert(model_save(m, out, &err) == LB_OK);
    LbStatus status = model_open(out, false, &again, &err);
    if (status != LB_OK)
        fprintf(stderr, "%s\n", err.text);
    assert(status == LB_OK && vocab_size(again->target) == vocab_size(m->target));
    model_free(again);
    dir_drop(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "target_vocabulary.txt", "source_vocabulary.json", "config.json" };
    char *in = fuzz_path("in"), *out = fuzz_path("out");
    Bytes rest = { data, size };
    mkdir(in, 0700);
    for (int i = 0; i < 3; i++)
        put(in, names[i], fuzz_part(&rest));
    put(in, "model.bin", rest);
    Model *m;
    Str told = { 0 };
    LbError err = { 0 };
    LbStatus status = convert_read(in, &m, &told, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (m != NULL));
    if (m)
        expect_model(m, out);
    model_free(m);
    str_free(&told);
    dir_drop(in);
    free(in);
    free(out);
    return 0;
}
