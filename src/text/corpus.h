/* corpus.h -- parallel text, or one text alone, checked and numbered.
 *
 * Reads source and target files line by line (or one TSV), encodes them and keeps what can be trained on. A
 * line of one text is a pair too: it is the target, and its source is empty.
 * What cannot is counted, never silently lost: the report says how many lines and which came first.
 *
 * A small corpus is encoded at once. A large one stays on disk: of a sample it is reported what it is like,
 * and corpus_take encodes the lines that are wanted when they are wanted. That function is the one place
 * where the two differ; whoever reads through it cannot tell them apart.
 */
#ifndef TEXT_CORPUS_H
#define TEXT_CORPUS_H

#include "base/rng.h"
#include "base/str.h"
#include "text/guide.h"
#include "text/vocab.h"

/* What a source carries besides its pieces. All zero: an end of sentence, no begin. */
typedef struct {
    bool begin, no_end;
} SourceMarks;

static inline int marks_count(SourceMarks m)
{
    return m.begin + !m.no_end;
}

typedef struct {
    char **source, **target; /* arrays of paths, same length */
    char **tsv;              /* or: files of "source TAB target"; what follows a second tab is not read */
    char **text;             /* or: files of one text */
    int max_length;          /* in pieces, either side; longer pairs are left out; 0: no limit */
    size_t at_once;          /* bytes: more text than this stays on disk; 0: however much, it does not */
    const char *folder;      /* where .gz is unpacked; NULL: TMPDIR, else /tmp */
    SourceMarks marks;       /* of the batches to be made */
    char **guide;            /* NULL, or files of gold, one for each of source or tsv */
    GuideForm *guide_form;   /* what they hold */
    bool unknown;            /* unknown words have numbers of their own (vocab_unknown.h) */
} CorpusFiles;

typedef struct {
    bool one_text;                  /* lines, not pairs of them */
    bool guided;                    /* there is gold for attention */
    size_t lines;                   /* pairs of lines looked at */
    size_t pairs;                   /* kept */
    size_t empty, too_long, no_tab; /* left out */
    size_t invalid_utf8;            /* kept, the bytes read as U+FFFD */
    /* Line numbers, from 1, counted on from file to file; 0: none. */
    int first_empty, first_too_long, first_invalid, first_no_tab;
    size_t source_pieces, target_pieces, source_unknown, target_unknown;
    size_t guided_pieces; /* target pieces of which the attention is guided */
} CorpusReport;

typedef struct CorpusText CorpusText;

typedef struct {
    int *ids;        /* all pieces, pair after pair, source then target, neither with specials */
    size_t *start;   /* [n+1] where pair i begins in ids */
    int *source_len; /* [n]; target_len = start[i+1] - start[i] - source_len[i] */
    size_t n;        /* pairs in memory; 0: they are on disk */
    int *from;       /* [n] the number of pair i's line, from 0; NULL: i */
    char **source_lines, **target_lines; /* the text, malformed bytes repaired, kept only when asked for
                                          * (validation); else NULL */
    CorpusReport report;                 /* on disk: of a sample */
    size_t n_lines;                      /* pairs of lines; 0: n */
    uint64_t hash;                       /* of files and max_length; 0: not from files */
    CorpusText *text;                    /* on disk; else NULL */
    SourceMarks marks;
    int known; /* source pieces from this number on are unknown words; 0: all are the vocabulary's */
    bool guided;
    GuideCell *guide;    /* all cells, pair after pair; NULL: none */
    size_t *guide_start; /* [n+1] where those of pair i begin; NULL: not guided */
} Corpus;

/* Different line counts, a missing file, gold that does not fit its pair and a corpus (or sample) without one
 * usable pair are errors that name the files and lines. keep_text keeps raw lines and the whole corpus in
 * memory, whatever at_once says. The vocabularies must live as long as the corpus. */
LbStatus corpus_load(const CorpusFiles *files, const Vocab *source, const Vocab *target, bool keep_text,
                     Corpus **out, LbError *err);
void corpus_free(Corpus *c);
void corpus_describe(const CorpusReport *r, Str *out); /* a few plain lines for a person */

/* Of a corpus in memory. */
const int *corpus_source(const Corpus *c, size_t i, int *n);
const int *corpus_target(const Corpus *c, size_t i, int *n);
/* Of a guided corpus; NULL when there are none (*n 0). */
const GuideCell *corpus_guide(const Corpus *c, size_t i, size_t *n);

/* Of any corpus. */
size_t corpus_lines(const Corpus *c);  /* pairs of lines, usable or not */
uint64_t corpus_hash(const Corpus *c); /* another corpus, or the same in another order, has another one */
size_t corpus_memory(const Corpus *c); /* bytes it takes */

/* The pairs of these lines (numbers below corpus_lines), in this order, into *out; what cannot be trained on
 * is left out and counted in out->report. *out, at first { 0 }, may be filled again and again and is given
 * back with corpus_clear. Its `from` are the numbers of pairs of c, or lines when these are on disk. LB_DATA
 * when the files have changed, or gold that is on disk does not fit its pair. */
LbStatus corpus_take(const Corpus *c, const int *lines, size_t n, Corpus *out, LbError *err);
void corpus_clear(Corpus *c);
void corpus_add_report(CorpusReport *sum, const CorpusReport *more);

#endif
