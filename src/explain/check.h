/* check.h -- does the output depend on the words that attention points at? Tests over a data set, and a
 * verdict.
 *
 * Everything comes from the matrices D of erase.h; a target word t (the end of sentence left out) points at
 * one source word, the top of its row. Words are ranked by weight divided by their number of pieces, else
 * long rare words come first even where attention is uniform.
 *
 *     drop        mean over target words of D[t][top(t)]
 *     weighted    mean of sum over s of A[t][s] D[t][s], rows of A over words sum to 1
 *     supported   share of top(t) that the word depends on (erase_supports)
 *     flips       of the target words that were the model's choice, the share that erasing top(t) changes
 *     tau         Kendall's tau-b between row t of weights and D[t]; 0 for a constant row
 *     hit@k       of the words with gold links (or of all, with gold evidence), the share of which one of the
 *                 k top words is gold
 *
 * each for attention and for three baselines: `foreign`, the row of another sentence of similar lengths at
 * the same t (what position alone explains); `random`, the exact mean over all source words; `best`, the
 * word that leave-one-out itself finds.
 *
 *     skill = (drop - drop random) / (drop best - drop random), a ratio of sums over sentences
 *
 * Verdict, from 95 % bootstrap intervals over sentences: faithful if drop - random and drop - foreign lie
 * above 0 with their whole intervals and the lower end of skill is at least 1/2; weak if the differences hold
 * but skill does not; else not faithful. Fewer than 50 sentences are too little data.
 *
 * The unit is the target word: ranking words by averaged rows, as for classifiers (DeYoung et al. 2020,
 * "ERASER"), finds next to nothing in translation, where the average over rows is nearly flat (sets.h).
 */
#ifndef EXPLAIN_CHECK_H
#define EXPLAIN_CHECK_H

#include "explain/erase.h"
#include "metric/aer.h"

/* What takes the place of the map under test, to see whether the test can tell. */
typedef enum {
    CONTROL_NONE,
    CONTROL_SHUFFLED,      /* each row in another order */
    CONTROL_FOREIGN,       /* rows of a second other sentence */
    CONTROL_UNIFORM,       /* rows without any difference */
    CONTROL_LEAVE_ONE_OUT, /* D itself: what no map can surpass */
    CONTROLS
} CheckControl;

/* One sentence and its output in words, marks left out. */
typedef struct {
    uint64_t line;     /* its number: decides its draws */
    const int *pieces; /* [S] of each source word */
    const Erased *erased;
    const float *maps;      /* [n_maps,T,S] weights, summed over a source word's pieces, any scale */
    const double *gradient; /* [T,S] another explanation to compare with; NULL: none */
    const AerLink *gold;    /* [n_gold] as links_sort leaves them */
    size_t n_gold;
    bool has_gold;
    const bool *evidence; /* [S]; NULL: none is known */
} CheckSentence;

typedef struct {
    const CheckSentence *sentences; /* [n], at least one target and one source word each */
    size_t n;
    int n_maps, map; /* map: the one under test */
    CheckControl control;
    uint64_t seed;
    size_t samples; /* of the bootstrap */
} CheckPlan;

/* ---- figures ---- */

typedef enum {
    TEST_DROP,
    TEST_WEIGHTED,
    TEST_SUPPORTED,
    TEST_FLIPS,
    TEST_TAU,
    TEST_HIT1,
    TEST_HIT3,
    TEST_HIT5,
    CHECK_TESTS
} CheckTest;
typedef enum { OF_MAP, OF_FOREIGN, OF_RANDOM, OF_BEST, CHECK_COLUMNS } CheckColumn;

/* Figures are numbered: those of tests first, test * CHECK_COLUMNS + column. */
enum {
    FIGURE_AER =
        CHECK_TESTS * CHECK_COLUMNS, /* alignment error of (top(t), t), for each column; none random */
    FIGURE_OVER_RANDOM = FIGURE_AER + CHECK_COLUMNS,
    FIGURE_OVER_FOREIGN,
    FIGURE_SKILL,
    FIGURE_GRADIENT_TAU,    /* between rows of weights and of the gradient */
    FIGURE_GRADIENT_LOO,    /* between the gradient's and D's */
    FIGURE_GRADIENT_DROP,   /* where the gradient points */
    FIGURE_GOLD_SUPPORTED,  /* share of gold cells that are supported, highlighted or not */
    FIGURE_OTHER_SUPPORTED, /* of all other cells of sentences with gold */
    CHECK_FIGURES
};

typedef struct {
    double value, low, high; /* a 95 % interval; value NAN: nothing to measure */
} Estimate;

typedef enum { VERDICT_FAITHFUL, VERDICT_WEAK, VERDICT_NOT, VERDICT_LITTLE, VERDICTS } Verdict;
const char *verdict_name(Verdict v); /* "faithful", "weak", "not faithful", "too little data" */
enum { CHECK_LEAST = 50 };           /* sentences that a verdict needs */
Verdict verdict_of(size_t n_sentences, const Estimate *over_random, const Estimate *over_foreign,
                   const Estimate *skill);

/* What was drawn by chance, and what follows from it, for one sentence: [T] each. */
typedef struct {
    size_t neighbour; /* whose rows are foreign; SIZE_MAX: there is no other sentence */
    size_t *top, *foreign, *best;
} CheckDraws;

typedef struct {
    size_t n_sentences, n_words; /* target words */
    Estimate figure[CHECK_FIGURES];
    Verdict verdict;
    CheckDraws *draws; /* [n_sentences] */
} CheckResult;

/* Memory of the draws from a. */
CheckResult check_run(const CheckPlan *p, Arena *a);

/* The same skill of every map. */
typedef struct {
    Estimate drop, foreign, over_random, over_foreign, skill;
    Verdict verdict;
} MapSkill;
void check_maps(const CheckPlan *p, MapSkill *out);

#endif
