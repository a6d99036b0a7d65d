#include "explain/heads.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "explain/readout.h"

/* How many columns row i may look at. */
static size_t seen_columns(const HeadMap *m, size_t i)
{
    size_t n = m->columns;
    if (!m->causal)
        return n;
    while (n > i + 1 && !(m->weights[i * m->columns + n - 1] > 0))
        n--;
    return n;
}

static size_t diagonal(const HeadMap *m, size_t i)
{
    if (m->self)
        return i;
    size_t rows = m->row_to - m->row_from, columns = m->column_to - m->column_from;
    if (rows < 2 || columns < 1)
        return m->column_from;
    double share = (double)(i - m->row_from) / (double)(rows - 1);
    return m->column_from + (size_t)(share * (double)(columns - 1) + 0.5);
}

static double distance(size_t a, size_t b)
{
    return a > b ? (double)(a - b) : (double)(b - a);
}

static void add_spread(HeadSums *s, const double *p, size_t n, size_t d)
{
    double entropy = 0, largest = 0, away = 0, most = fmax(distance(d, 0), distance(d, n - 1));
    for (size_t k = 0; k < n; k++) {
        entropy -= p[k] > 0 ? p[k] * log(p[k]) : 0;
        largest = fmax(largest, p[k]);
        away += p[k] * distance(k, d);
    }
    s->entropy += entropy;
    s->normalised += entropy / log((double)n);
    s->largest += largest;
    s->diagonality += 1 - away / most;
}

static void add_places(HeadSums *s, const double *p, size_t n, size_t d)
{
    s->previous += d >= 1 && d - 1 < n ? p[d - 1] : 0;
    s->same += d < n ? p[d] : 0;
    s->next += d + 1 < n ? p[d + 1] : 0;
    s->first += p[0];
}

void heads_add(HeadSums *s, const HeadMap *m)
{
    for (size_t i = m->row_from; i < m->row_to; i++) {
        size_t n = seen_columns(m, i), d = diagonal(m, i);
        const double *p = m->weights + i * m->columns;
        if (n < 2)
            continue;
        s->n_rows++;
        add_spread(s, p, n, d);
        add_places(s, p, n, d);
        s->n_end += m->has_end;
        s->end += m->has_end ? p[m->columns - 1] : 0;
    }
}

/* Whether a word has a link, and whether one of its links is to this source word. */
static void look_up(const AerLink *gold, size_t n, size_t target, size_t source, bool *linked, bool *right)
{
    *linked = *right = false;
    for (size_t i = 0; i < n; i++)
        if ((size_t)gold[i].target == target) {
            *linked = true;
            *right |= (size_t)gold[i].source == source;
        }
}

void heads_add_gold(HeadSums *s, const HeadMap *m, const AerLink *gold, size_t n)
{
    AerLink *links = NULL;
    for (size_t i = m->row_from; i < m->row_to; i++) {
        size_t top = readout_top(m->weights + i * m->columns, m->columns), target = i - m->row_from;
        bool is_word = top >= m->column_from && top < m->column_to, linked, right;
        look_up(gold, n, target, top - m->column_from, &linked, &right);
        s->n_linked += linked;
        s->n_right += is_word && right;
        if (is_word)
            array_push(links, (AerLink){ (int)(top - m->column_from), (int)target, true });
    }
    aer_add(&s->counts, gold, n, links, array_len(links));
    array_free(links);
}

static double mean(double sum, size_t n)
{
    return n ? sum / (double)n : NAN;
}

HeadFigures heads_figures(const HeadSums *s)
{
    size_t n = s->n_rows;
    return (HeadFigures){ .n_rows = n,
                          .entropy = mean(s->entropy, n),
                          .normalised = mean(s->normalised, n),
                          .largest = mean(s->largest, n),
                          .diagonality = mean(s->diagonality, n),
                          .previous = mean(s->previous, n),
                          .same = mean(s->same, n),
                          .next = mean(s->next, n),
                          .first = mean(s->first, n),
                          .end = mean(s->end, s->n_end),
                          .accuracy = mean((double)s->n_right, s->n_linked),
                          .aer = s->n_linked ? aer_score(&s->counts) : NAN };
}

const char *heads_role(const HeadFigures *f, bool self)
{
    const struct {
        bool holds;
        const char *name;
    } roles[] = { { f->normalised >= 0.9, "uniform" }, { f->end >= 0.5, "end" },
                  { f->first >= 0.5, "first" },        { self && f->previous >= 0.5, "previous" },
                  { self && f->same >= 0.5, "same" },  { self && f->next >= 0.5, "next" },
                  { f->accuracy >= 0.5, "alignment" }, { f->diagonality >= 0.8, "diagonal" } };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].holds)
            return roles[i].name;
    return "-";
}
