/* pairs.h -- two files side by side through forced decoding: what score, align and diagnose share. */
#ifndef CLI_PAIRS_H
#define CLI_PAIRS_H

#include "cli/command.h"

typedef struct {
    const Common *common;
    const char *model;
    int batch;
    bool one_text;         /* a single file is to be scored, not translated */
    bool tokens;           /* both files hold pieces of the vocabulary */
    const char *attends;   /* the verb that needs a model with attention, or NULL */
    LbMaps maps;           /* what results tell of where the model looked */
    const char *attention; /* a file for all maps, .npz or .jsonl, or NULL; maps is LB_MAPS_ALL then */
    bool pieces;           /* in that file: of pieces instead of words */
    /* Every pair, in order; line from 0. */
    LbStatus (*take)(void *context, const LbResult *r, LbText source, uint64_t line, LbError *err);
    /* Before the first pair, with a session that is free for use by take; and after the last, before it goes,
     * when nothing failed. NULL: not wanted. */
    LbStatus (*opened)(void *context, LbSession *s, const LbTranslateOptions *o, LbError *err);
    LbStatus (*done)(void *context, LbError *err);
    void *context;
} Pairs;

/* paths: the sources, the targets. n_paths 1: the model's own outputs take the place of targets, or, with
 * one_text, it is the text of a language model. */
LbStatus pairs_run(const Pairs *p, char *const *paths, size_t n_paths, LbError *err);

#endif
