/* screen.h -- what a person sees: results on standard output, everything else on standard error.
 *
 * A live line (progress on a terminal) is overwritten by the next one and wiped before anything else is said.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "base/str.h"
#include "lookback.h"

/* ---- standard error ---- */
void screen_quiet(bool quiet); /* remarks and live lines are left out from now on */
bool screen_is_live(void);     /* standard error is a terminal */
void screen_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* a remark: one line */
void screen_live(const char *line); /* the live line; nothing unless screen_is_live() */
void screen_wipe(void);             /* the live line goes */

/* ---- standard output ---- */
extern const char *const colour_names[];    /* auto, truecolor, 256, ascii */
LbColour screen_colour(const char *choice); /* auto: what standard output can show */
int screen_columns(int fd);                 /* of the window, else $COLUMNS, else 80 */

/* Prints text and a newline if it has none. */
void print_block(const char *text);
/* Appends text as part of one line: line ends become spaces. */
void add_clean(Str *out, const char *text);
/* Appends any bytes as something a terminal can show: malformed and control characters become U+FFFD. */
void add_harmless(Str *out, const char *text, size_t n);
/* Hands on what was printed; a full disk or a closed pipe is LB_FILE. */
LbStatus print_flush(LbError *err);

#endif
