/* auroc.h -- how well a number tells two kinds apart: the area under the receiver operating characteristic.
 *
 * It is the probability that one drawn from the first kind has the larger number, equal ones counting half
 * (Mann and Whitney 1947; Hanley and McNeil 1982): 0.5 tells nothing, 1 everything.
 */
#ifndef METRIC_AUROC_H
#define METRIC_AUROC_H

#include <stddef.h>

/* NAN when one of the kinds has nothing, or a number is NAN. */
double auroc(const double *first, size_t n_first, const double *second, size_t n_second);

#endif
