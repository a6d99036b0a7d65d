/* small_copy.h -- tiny models that copy, and batches with words that no vocabulary knows. */
#ifndef TESTS_SMALL_COPY_H
#define TESTS_SMALL_COPY_H

#include "small_model.h"

#define COPIES "model.copy.type=pointer"

static const SmallCase small_copying[] = {
    { { COPIES, "model.attention.score=additive" } },
    { { COPIES, "model.attention.score=dot", "model.attention.place=before" } },
    { { COPIES, "model.attention.score=general", "model.decoder.input_feeding=false" } },
    { { COPIES, "model.attention.score=concat", "model.decoder.cell=lstm", "model.encoder.cell=lstm" } },
    { { COPIES, "model.attention.score=scaled-dot", "model.tied_embeddings=false" } },
    { { COPIES, "model.attention.score=location", "data.shared_vocabulary=true" } },
    { { COPIES, "model.attention.score=multi-head", "model.attention.heads=2" } },
    { { COPIES, "model.attention.score=multi-head", "model.decoder.input_feeding=false" } },
    { { COPIES, "model.attention.score=uniform", "model.attention.place=before" } },
    { { COPIES, "model.copy.slots=3" } },
    { { COPIES, "model.copy.slots=2", "data.shared_vocabulary=true", "model.shared_embeddings=true" } },
    { { COPIES, SMALL_TRANSFORMER } },
    { { COPIES, SMALL_TRANSFORMER, "model.copy.slots=3" } },
    { { COPIES, SMALL_TRANSFORMER, "model.decoder.layers=3", "model.copy.layer=1", "model.copy.head=2" } },
    { { COPIES, SMALL_TRANSFORMER, "model.decoder.layers=2", "model.copy.layer=0", "model.copy.head=-1" } },
    { { COPIES, SMALL_TRANSFORMER, "model.attention.score=uniform", "data.shared_vocabulary=true" } },
};

#define COVERS "model.copy.coverage=true", "train.coverage_weight=0.7"
static const SmallCase small_covering[] = {
    { { COPIES, COVERS } },
    { { COPIES, COVERS, "model.attention.score=concat", "model.attention.place=before",
        "model.attention.hidden=5" } },
    { { COPIES, COVERS, "model.attention.score=dot", "model.decoder.input_feeding=false" } },
    { { COPIES, COVERS, "model.attention.score=general", "model.encoder.hidden=6",
        "model.decoder.cell=lstm" } },
    { { COVERS, "model.attention.score=scaled-dot", "model.attention.hidden=7" } },
    { { COPIES, COVERS, SMALL_TRANSFORMER, "model.decoder.layers=2", "model.copy.head=1" } },
    { { COVERS, SMALL_TRANSFORMER } },
};
enum { SMALL_COVERING = sizeof small_covering / sizeof *small_covering };
enum { SMALL_COPYING = sizeof small_copying / sizeof *small_copying };

/* Source words of which some are unknown: numbered as they come, and some come again. Returns how many. */
static inline int small_unknown(int *row, int n, int V, Rng *r)
{
    int known = 0;
    for (int i = 0; i < n; i++)
        if (rng_below(r, 3) == 0) {
            int k = rng_below(r, known + 1);
            row[i] = V + k;
            known += k == known;
        }
    return known;
}

/* small_batch with unknown words, for a model that copies: of a target one in three is its source's, if that
 * has some. */
static inline Batch *small_copy_batch(Arena *a, const Model *m, int n, int longest, uint64_t seed)
{
    Rng r = rng_new(seed);
    int *lens = arena_array(a, int, n), *target_lens = arena_array(a, int, n);
    if (!m->gate)
        return small_batch(a, m, n, longest, seed);
    const int **source = small_sentences(a, m->source, n, longest, &r, lens);
    const int **target = small_sentences(a, m->target, n, longest - 1, &r, target_lens);
    for (int i = 0; i < n; i++) {
        int unknown = small_unknown((int *)source[i], lens[i], vocab_size(m->source), &r);
        for (int t = 0; unknown && t < target_lens[i]; t++)
            if (rng_below(&r, 3) == 0)
                ((int *)target[i])[t] = vocab_size(m->target) + rng_below(&r, unknown);
    }
    Batch *b = batch_sources(source, lens, n, (SourceMarks){ 0 }, a);
    batch_add_targets(b, target, target_lens, a);
    return b;
}

#endif
