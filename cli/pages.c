/* pages.c -- help for a terminal. */
#include "cli/pages.h"

void page_overview(Str *out)
{
    str_add(out, "lookback trains attention models for sequences, runs them, and shows where they looked.\n\n"
                 "usage: lookback VERB [flags] [files]\n\n");
    for (const Command *const *c = commands; *c; c++)
        str_addf(out, "  %-10s  %s\n", (*c)->name, (*c)->help);
    str_add(out, "\nlookback VERB --help   what a verb takes, with examples\n"
                 "lookback --version     version, compiler, instruction set, oneDNN\n\n"
                 "Start with `lookback demo`: in a few minutes it trains a small model and shows where it "
                 "looks.\n");
}

void page_help(const Command *c, Str *out)
{
    str_addf(out, "lookback %s -- %s\n\nusage: lookback %s %s\n\n%s\n\nexamples:\n%s\noptions:\n", c->name,
             c->help, c->name, c->usage, c->about, c->examples);
    options_help(c->options, out);
}
