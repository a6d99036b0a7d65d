/* balance.h -- numbers for and against, as bars to either side of an axis, for a terminal.
 *
 *                           frau <- | -> mann
 *     0 ein                        #|                 -0.310
 *     1 kleiner                     |#########         3.420
 *
 * Of many rows those nearest to 0 are left out, and their number is told.
 * In colour the sides are orange and blue, which people with and without colour blindness tell apart.
 */
#ifndef VIEW_BALANCE_H
#define VIEW_BALANCE_H

#include "view/terminal.h"

typedef struct {
    const char *word; /* any bytes */
    int number;       /* stands before it */
    double value;     /* above 0: a bar to the right; NAN: there is none */
    double beside;    /* a second number, without a bar; NAN: none */
} BalanceRow;

/* What the tables of one answer share, so that they can be compared. */
typedef struct {
    const char *left, *right; /* names of the sides */
    const char *beside;       /* what the second number is called, at most 12 letters; NULL: there is none */
    double scale;             /* the longest bar's number, above 0 */
    int word_width, digits;   /* of the widest word and number */
} Balance;

/* Makes room for some rows: scale, word_width and digits grow. */
void balance_fit(Balance *b, const BalanceRow *rows, int n);

void terminal_balance(const Balance *b, const BalanceRow *rows, int n, TerminalOptions o, Str *out);

#endif
