/* fuzz_safetensors.c -- one file read as tensors, as a model's weights and as a checkpoint of its training.
 *
 * What was read can be written, and reads back the same. Checksums would keep a fuzzer out, so the seeds are
 * files of "another program", which have none.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "small_model.h"
#include "tensor/safetensors.h"
#include "train/checkpoint.h"

/* The smallest: one layer each, all widths 2, one word. */
static Model *the_model(void)
{
    static Model *m;
    if (!m)
        m = small_model(
            &(SmallCase){ { "model.encoder.hidden=2", "model.encoder.embedding=2", "model.decoder.hidden=2",
                            "model.decoder.embedding=2", "model.decoder.init=zero",
                            "model.attention.score=dot", "model.encoder.bidirectional=false" } },
            1, 1);
    return m;
}

static Optim *the_optim(void)
{
    static Optim *o;
    LbError err = { 0 };
    if (!o)
        assert(optim_new(&the_model()->config, the_model()->params, &o, &err) == LB_OK);
    return o;
}

/* Every byte is there to be read. */
static uint32_t touch(const SafeTensors *s)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < safetensors_count(s); i++) {
        const StoredTensor *t = safetensors_get(s, i);
        char shape[STORED_SHAPE_TEXT];
        sum += crc32_of(t->data, t->bytes) + (uint32_t)strlen(stored_shape(t, shape));
        assert(safetensors_find(s, t->name) == t);
        real *numbers = memory_get(t->bytes, sizeof *numbers);
        stored_reals(t, numbers);
        free(numbers);
    }
    return sum;
}

static void expect_same(const SafeTensors *s)
{
    StoredTensor *all = NULL;
    for (size_t i = 0; i < safetensors_count(s); i++)
        array_push(all, *safetensors_get(s, i));
    const StoredNote note = { "step", safetensors_note(s, "step") };
    char *path = fuzz_path("again.safetensors");
    SafeTensors *again;
    LbError err = { 0 };
    assert(safetensors_write(path, all, array_len(all), &note, note.value ? 1 : 0, &err) == LB_OK);
    LbStatus status = safetensors_open(path, &again, &err);
    if (status != LB_OK)
        fprintf(stderr, "%s\n", err.text);
    assert(status == LB_OK && safetensors_count(again) == array_len(all));
    for (size_t i = 0; i < array_len(all); i++) {
        const StoredTensor *t = safetensors_find(again, all[i].name);
        assert(t && t->bytes == all[i].bytes && (!t->bytes || !memcmp(t->data, all[i].data, t->bytes)));
    }
    assert(text_equal(safetensors_note(again, "step"), note.value));
    safetensors_close(again);
    array_free(all);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_file("a.safetensors", (Bytes){ data, size });
    SafeTensors *s;
    LbError err = { 0 };
    LbStatus status = safetensors_open(path, &s, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (s != NULL));
    if (s) {
        touch(s);
        expect_same(s);
        safetensors_close(s);
    }
    TrainState state = { 0 };
    model_load_weights(the_model(), path, &err);
    checkpoint_load(path, the_model(), the_optim(), &state, &err);
    free(path);
    return 0;
}
