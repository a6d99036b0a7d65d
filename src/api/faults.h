/* faults.h -- how well signs find faults that are known: AUROC of each sign, and the share that was located.
 */
#ifndef API_FAULTS_H
#define API_FAULTS_H

#include "base/status.h"
#include "base/str.h"
#include "explain/suspicion.h"

typedef enum { FAULT_NONE, FAULT_NATURAL, FAULT_JOINED, FAULT_WRONG, FAULT_DROPPED, FAULT_LOOPED } FaultKind;

typedef struct {
    FaultKind kind; /* FAULT_NONE: nobody said */
    Stretch where;  /* of FAULT_DROPPED and FAULT_LOOPED */
} FaultLabel;

/* Reads "natural", "wrong", "joined", "dropped I-J", "looped I-J" (both ends in). LB_FORMAT. */
LbStatus fault_parse(const char *text, FaultLabel *out, LbError *err);

/* A number in Suspicion that stands for suspicion, larger for worse. */
typedef struct {
    const char *name;
    size_t offset;
} Sign;

typedef struct {
    const char *fault, *against;
    size_t n, n_against; /* sentences of either kind */
    double located;      /* share of n whose place was found; NAN: the fault has none */
    double *area;        /* [n_signs] AUROC; NAN: not known */
} FaultRow;

enum { FAULT_ROWS = 3 };
/* labels [n], signs of the same sentences; rows [FAULT_ROWS], area the caller's memory. A place counts as
 * found when it and the label's have more than half of their words in common (intersection over union). */
void faults_measure(const FaultLabel *labels, const Suspicion *found, size_t n, const Sign *signs,
                    int n_signs, FaultRow *rows);

#endif
