/* corpus.h -- parallel text, checked and numbered.
 *
 * Reads source and target files line by line (or one TSV), encodes them and keeps what can be trained on.
 * What cannot is counted, never silently lost: the report says how many lines and which came first.
 */
#ifndef TEXT_CORPUS_H
#define TEXT_CORPUS_H

#include "base/rng.h"
#include "base/str.h"
#include "text/vocab.h"

typedef struct {
    char **source, **target; /* arrays of paths, same length */
    char **tsv;              /* or: files of "source TAB target"; what follows a second tab is not read */
    int max_length;          /* in pieces, either side; longer pairs are left out; 0: no limit */
} CorpusFiles;

typedef struct {
    size_t pairs;                   /* kept */
    size_t empty, too_long, no_tab; /* left out */
    size_t invalid_utf8;            /* kept, the bytes read as U+FFFD */
    /* Line numbers, from 1, counted on from file to file; 0: none. */
    int first_empty, first_too_long, first_invalid, first_no_tab;
    size_t source_pieces, target_pieces, source_unknown, target_unknown;
} CorpusReport;

typedef struct {
    int *ids;        /* all pieces, pair after pair, source then target, neither with specials */
    size_t *start;   /* [n+1] where pair i begins in ids */
    int *source_len; /* [n]; target_len = start[i+1] - start[i] - source_len[i] */
    size_t n;
    char **source_lines, **target_lines; /* the text, malformed bytes repaired, kept only when asked for
                                          * (validation); else NULL */
    CorpusReport report;
} Corpus;

/* Different line counts, a missing file and a corpus without one usable pair are errors that name the files
 * and lines. keep_text keeps raw lines, and also keeps empty and over-long pairs out as above. */
LbStatus corpus_load(const CorpusFiles *files, const Vocab *source, const Vocab *target, bool keep_text,
                     Corpus **out, LbError *err);
void corpus_free(Corpus *c);
void corpus_describe(const CorpusReport *r, Str *out); /* a few plain lines for a person */
const int *corpus_source(const Corpus *c, size_t i, int *n);
const int *corpus_target(const Corpus *c, size_t i, int *n);

#endif
