/* real.h -- the number type. Users run float; the same sources are built once more with double, where a
 * gradient check can tell a 1 % error in a derivative from rounding.
 */
#ifndef COMPUTE_REAL_H
#define COMPUTE_REAL_H

#if REAL_IS_DOUBLE
typedef double real;
#define REAL(x) x
#else
typedef float real;
#define REAL(x) x##f
#endif

#endif
