/* pages.h -- what the program says about itself: help, manual pages, completions of shells.
 *
 * All of it is made from the verbs' records and option tables, so nothing is said twice and nothing is
 * forgotten. Each function appends to `out`.
 */
#ifndef CLI_PAGES_H
#define CLI_PAGES_H

#include "cli/command.h"

void page_overview(Str *out);
void page_help(const Command *c, Str *out);
/* In man(7)'s macros, ASCII only: lookback-VERB(1); lookback(1) when c is NULL. */
void page_man(const Command *c, Str *out);

/* Scripts to be read by a shell. */
void page_bash(Str *out);
void page_zsh(Str *out);
void page_fish(Str *out);

#endif
