/* compare.h -- two texts under each other, word under word, with what differs marked, for a terminal.
 *
 *             0    1     2      3
 *     before  Zwei Hunde rennen .
 *     after   Zwei Katze rennt  .
 *                  ^^^^^ ^^^^^^
 *
 * Numbers are those of the words of the first text. Wider than the window, it goes on below. In colour the
 * words themselves are marked: orange and blue, which people with and without colour blindness tell apart.
 */
#ifndef VIEW_COMPARE_H
#define VIEW_COMPARE_H

#include "view/terminal.h"

/* A place of both texts; word NULL: nothing stands there. */
typedef struct {
    const char *word[2];
    int number; /* -1: none */
    bool differs;
} CompareCell;

/* Labels of the two texts; label[1] NULL: only the first is shown. */
void terminal_compare(const char *const label[2], const CompareCell *cells, int n, TerminalOptions o,
                      Str *out);

#endif
