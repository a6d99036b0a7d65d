/* heads.c -- from weights over pieces to one matrix.
 *
 * A place of the decoder is named twice: as a row by the word it says, as a column by the word it reads,
 * which is the one said before it. So in words the columns of a decoder's map are "<s>" and all words but the
 * last.
 */
#include "api/heads.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/readout.h"

const char *head_kind_name(LbMapKind kind)
{
    static const char *const names[LB_KINDS] = { "cross", "encoder", "decoder" };
    return names[kind];
}

/* One head, or the mean over a layer's heads, over pieces. */
static double *piece_matrix(const LbHeads *all, int layer, int head)
{
    size_t n = all->n_rows * all->n_columns, from = head < 0 ? 0 : (size_t)head,
           n_heads = head < 0 ? all->n_heads : 1;
    double *sum = memory_get(n, sizeof *sum);
    for (size_t k = 0; k < n_heads; k++) {
        const float *w = all->weights + ((size_t)layer * all->n_heads + from + k) * n;
        for (size_t i = 0; i < n; i++)
            sum[i] += (double)w[i] / (double)n_heads;
    }
    return sum;
}

/* The word that each place reads: the begin of sentence, or the word that the place before it says. */
static int *input_words(const int *word, size_t n)
{
    int *out = memory_get(n, sizeof *out);
    for (size_t i = 1; i < n; i++)
        out[i] = word[i - 1] + 1;
    return out;
}

double *head_matrix(const LbResult *r, const LbHypothesis *h, LbMapKind kind, int layer, int head,
                    bool pieces, size_t *rows, size_t *columns)
{
    const LbHeads *all = &h->heads[kind];
    assert(all->n_layers > 0 && layer >= 0 && (size_t)layer < all->n_layers && head < (int)all->n_heads);
    double *weights = piece_matrix(all, layer, head);
    *rows = all->n_rows;
    *columns = all->n_columns;
    if (pieces)
        return weights;
    const int *row_word = kind == LB_ENCODER ? r->source_piece_word : h->piece_word;
    int *inputs = kind == LB_DECODER ? input_words(h->piece_word, h->n_pieces) : NULL;
    *rows = kind == LB_ENCODER ? r->n_source_words : h->n_words;
    *columns = kind == LB_DECODER ? h->n_words : r->n_source_words;
    double *words = memory_get(*rows * *columns, sizeof *words);
    readout_words(weights, all->n_rows, all->n_columns, row_word, inputs ? inputs : r->source_piece_word,
                  *rows, *columns, words);
    free(inputs);
    free(weights);
    return words;
}

double *head_summary(const LbResult *r, const LbHypothesis *h, bool pieces, size_t *rows, size_t *columns)
{
    *rows = pieces ? h->n_pieces : h->n_words;
    *columns = pieces ? r->n_source_pieces : r->n_source_words;
    double *copy = memory_get(*rows * *columns, sizeof *copy);
    return memcpy(copy, pieces ? h->piece_attention : h->attention, *rows * *columns * sizeof *copy);
}

bool head_is_mark(const LbWord *w)
{
    return w->start == w->end && (text_equal(w->text, "</s>") || text_equal(w->text, "<s>"));
}

LbWord *head_inputs(const LbWord *words, size_t n)
{
    LbWord *out = memory_get(n, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = i && !head_is_mark(&words[i - 1]) ? words[i - 1]
                                                   : (LbWord){ "<s>", words[i].start, words[i].start };
    return out;
}
