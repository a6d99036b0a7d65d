/* faults.c -- see faults.h. */
#include "api/faults.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "metric/auroc.h"

static const struct {
    const char *name;
    bool placed;
} kinds[] = {
    [FAULT_NATURAL] = { "natural", false }, [FAULT_JOINED] = { "joined", false },
    [FAULT_WRONG] = { "wrong", false },     [FAULT_DROPPED] = { "dropped", true },
    [FAULT_LOOPED] = { "looped", true },
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* Each fault beside sentences that have nothing wrong but are like it otherwise. */
static const struct {
    FaultKind fault, against;
    size_t place; /* in Suspicion, a Stretch */
} rows_of[FAULT_ROWS] = {
    { FAULT_WRONG, FAULT_NATURAL, 0 },
    { FAULT_DROPPED, FAULT_JOINED, offsetof(Suspicion, hole) },
    { FAULT_LOOPED, FAULT_NATURAL, offsetof(Suspicion, loop) },
};

static bool parse_place(const char *text, Stretch *out)
{
    int used = 0;
    unsigned from, last;
    if (sscanf(text, " %9u-%9u%n", &from, &last, &used) != 2 || text[used] || last < from)
        return false;
    *out = (Stretch){ from, (size_t)last + 1 };
    return true;
}

LbStatus fault_parse(const char *text, FaultLabel *out, LbError *err)
{
    size_t n = strcspn(text, " ");
    for (int k = FAULT_NATURAL; k < N_KINDS; k++) {
        if (strlen(kinds[k].name) != n || strncmp(kinds[k].name, text, n))
            continue;
        *out = (FaultLabel){ .kind = (FaultKind)k };
        if (kinds[k].placed ? parse_place(text + n, &out->where) : !text[n])
            return LB_OK;
    }
    return fail(err, LB_FORMAT, "\"%.40s\" is not a label: natural, wrong, joined, dropped I-J or looped I-J",
                text);
}

static double number_of(const Suspicion *s, size_t offset)
{
    return *(const double *)(const void *)((const char *)s + offset);
}

/* The sign of all sentences of a kind; an array. */
static double *signs_of(const FaultLabel *labels, const Suspicion *found, size_t n, FaultKind kind,
                        size_t offset)
{
    double *all = NULL;
    for (size_t i = 0; i < n; i++)
        if (labels[i].kind == kind)
            array_push(all, number_of(&found[i], offset));
    return all;
}

static bool is_found(Stretch a, Stretch b)
{
    size_t from = a.from > b.from ? a.from : b.from, to = a.to < b.to ? a.to : b.to;
    size_t both = to > from ? to - from : 0, either = (a.to - a.from) + (b.to - b.from) - both;
    return 2 * both > either;
}

static double located(const FaultLabel *labels, const Suspicion *found, size_t n, int row)
{
    size_t all = 0, right = 0;
    for (size_t i = 0; i < n; i++) {
        if (labels[i].kind != rows_of[row].fault)
            continue;
        const void *place = (const char *)&found[i] + rows_of[row].place;
        all++;
        right += is_found(*(const Stretch *)place, labels[i].where);
    }
    return all && kinds[rows_of[row].fault].placed ? (double)right / (double)all : NAN;
}

void faults_measure(const FaultLabel *labels, const Suspicion *found, size_t n, const Sign *signs,
                    int n_signs, FaultRow *rows)
{
    for (int r = 0; r < FAULT_ROWS; r++) {
        FaultKind fault = rows_of[r].fault, against = rows_of[r].against;
        rows[r].fault = kinds[fault].name;
        rows[r].against = kinds[against].name;
        rows[r].located = located(labels, found, n, r);
        for (int i = 0; i < n_signs; i++) {
            double *bad = signs_of(labels, found, n, fault, signs[i].offset),
                   *good = signs_of(labels, found, n, against, signs[i].offset);
            rows[r].n = array_len(bad);
            rows[r].n_against = array_len(good);
            rows[r].area[i] = auroc(bad, array_len(bad), good, array_len(good));
            array_free(bad);
            array_free(good);
        }
    }
}
