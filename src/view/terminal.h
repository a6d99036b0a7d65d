/* terminal.h -- where the model looked, as text for a terminal.
 *
 * A heat map has one row for each target word and one column for each source word (or the reverse), and at
 * the right of each row its strongest cell in words: "-> cats 0.93". Source words stand above their column:
 * across when there is room, else downwards, else (long or right-to-left words) as numbers that a list below
 * explains. A map wider than the window is cut into blocks of columns, one below the other; all cells are
 * always shown. A highlight on which the output was found not to depend is hatched with "/", in colour and
 * without; below the map stand how many are supported, and those that are not in words.
 *
 * Words are made harmless (label.h) and aligned by screen columns, not bytes. Output is UTF-8.
 */
#ifndef VIEW_TERMINAL_H
#define VIEW_TERMINAL_H

#include "base/str.h"
#include "explain/map.h"

typedef enum { TERMINAL_ASCII, TERMINAL_256, TERMINAL_TRUE } TerminalColour;

typedef struct {
    TerminalColour colour; /* ASCII: the signs " .:-=+*#%@" and no escape sequence at all */
    int columns;     /* of the window; 0: 80. Exceeded by the legend and long words only, or if under 30 */
    bool transposed; /* rows are source words */
} TerminalOptions;

/* Appends the map to out; a map without attention or without words is one line that says so. */
void terminal_map(const Map *m, TerminalOptions o, Str *out);

/* Appends n steps of the decoder, told slowly: for each the word chosen, the (up to five) source words with
 * the largest weights with score -> weight -> share of the context vector, and the likeliest next words. */
void terminal_trace(const TraceStep *steps, int n, TerminalOptions o, Str *out);

#endif
