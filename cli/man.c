/* man.c -- manual pages from the tables, in the macros of man(7).
 *
 * Every text passes through add_text, which leaves nothing that roff would take for its own: a backslash, a
 * dot or an apostrophe at the beginning of a line, and the characters that it would set as typographic ones.
 * Other than ASCII is written as \[uXXXX], so a page reads the same in every locale.
 */
#include <string.h>

#include "cli/pages.h"

static const struct {
    char c;
    const char *roff;
} special[] = {
    { '\\', "\\e" }, { '-', "\\-" }, { '`', "\\(ga" }, { '\'', "\\(aq" }, { '^', "\\(ha" }, { '~', "\\(ti" },
};
enum { N_SPECIAL = sizeof special / sizeof *special };

static void add_char(uint32_t code, Str *out)
{
    if (code >= 0x80) {
        str_addf(out, "\\[u%04X]", (unsigned)code);
        return;
    }
    for (int i = 0; i < N_SPECIAL; i++) {
        if ((uint32_t)special[i].c == code) {
            str_add(out, special[i].roff);
            return;
        }
    }
    str_add_char(out, (char)code);
}

static void add_text(const char *text, Str *out)
{
    bool line_begins = true;
    for (size_t n = strlen(text), i = 0; i < n;) {
        uint32_t code;
        i += utf8_next(text + i, n - i, &code, NULL);
        if (line_begins && code == '.')
            str_add(out, "\\&");
        add_char(code, out);
        line_begins = code == '\n';
    }
}

/* A text in a font: B or I. */
static void add_font(char font, const char *text, Str *out)
{
    str_addf(out, "\\f%c", font);
    add_text(text, out);
    str_add(out, "\\fR");
}

static void add_section(const char *title, const char *text, Str *out)
{
    str_addf(out, ".SH %s\n", title);
    add_text(text, out);
    str_add_char(out, '\n');
}

static void add_head(const char *name, const char *help, Str *out)
{
    str_add(out, ".\\\" printed by `lookback help --man`\n.TH ");
    for (const char *c = name; *c; c++)
        str_add_char(out, (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
    str_addf(out, " 1 \"\" \"lookback %s\" \"User Commands\"\n", LB_VERSION);
    str_add(out, ".SH NAME\n");
    add_text(name, out);
    str_add(out, " \\- ");
    add_text(help, out);
    str_add_char(out, '\n');
}

/* ---- a verb ---- */

static void add_option(const Option *o, Str *out)
{
    const char letter[] = { '-', o->letter, '\0' };
    Str key = { 0 }, help = { 0 };
    str_addf(&key, "--%s", o->key);
    option_sentence(o, &help);
    str_add(out, ".TP\n");
    if (o->letter) {
        add_font('B', letter, out);
        str_add(out, ", ");
    }
    add_font('B', key.text, out);
    if (option_what(o)) {
        str_add_char(out, ' ');
        add_font('I', option_what(o), out);
    }
    str_add_char(out, '\n');
    add_text(help.text, out);
    str_add_char(out, '\n');
    str_free(&key);
    str_free(&help);
}

static const char exit_codes[] = ".SH EXIT STATUS\n"
                                 ".TP\n0\nDone.\n"
                                 ".TP\n1\nThe work failed: bad data, a missing file. One line on standard "
                                 "error says what, where, and what "
                                 "to try.\n"
                                 ".TP\n2\nWrong usage: an unknown flag or value.\n";

static void add_verb(const Command *c, Str *out)
{
    Str name = { 0 };
    str_addf(&name, "lookback-%s", c->name);
    add_head(name.text, c->help, out);
    str_cut(&name, 0);
    str_addf(&name, "lookback %s", c->name);
    str_add(out, ".SH SYNOPSIS\n");
    add_font('B', name.text, out);
    str_add_char(out, ' ');
    add_text(c->usage, out);
    str_add_char(out, '\n');
    str_free(&name);
    add_section("DESCRIPTION", c->about, out);
    str_add(out, ".SH OPTIONS\n");
    for (const Option *o = c->options; o->key; o++)
        if (o->help)
            add_option(o, out);
    str_add(out, ".SH EXAMPLES\n.nf\n");
    add_text(c->examples, out);
    str_add(out, ".fi\n");
    str_add(out, exit_codes);
    str_add(out, ".SH SEE ALSO\n.BR lookback (1)\n");
}

/* ---- the program ---- */

static const char about[] =
    "lookback trains attention models for sequences, runs them, and shows where they looked. What it does is "
    "said by a verb; each has a page of its own. Text comes from standard input or files (- is standard "
    "input, .gz is unpacked) and goes to standard output, one line for each line of input, in order; "
    "progress and messages go to standard error.";

static const char environment[] =
    ".SH ENVIRONMENT\n"
    ".TP\n.B LOOKBACK_ISA\nThe instruction set, as for \\fB\\-\\-isa\\fR: auto, avx512, avx2 or baseline.\n"
    ".TP\n.BR GOMP_SPINCOUNT ,\\  OMP_WAIT_POLICY\nHow idle threads wait. When neither is set, lookback lets "
    "them "
    "wait a few microseconds and then sleep.\n";

static void add_program(Str *out)
{
    add_head("lookback", "attention models for sequences: train, run, and see where they looked", out);
    str_add(out, ".SH SYNOPSIS\n.B lookback\n.I VERB\n[flags] [files]\n.br\n.B lookback \\-\\-version\n");
    add_section("DESCRIPTION", about, out);
    str_add(out, ".SH VERBS\n");
    for (const Command *const *c = commands; *c; c++) {
        str_addf(out, ".TP\n.BR lookback\\-%s (1)\n", (*c)->name);
        add_text((*c)->help, out);
        str_add_char(out, '\n');
    }
    str_add(out, environment);
    str_add(out, exit_codes);
    str_add(out, ".SH SEE ALSO\n");
    for (const Command *const *c = commands; *c; c++)
        str_addf(out, ".BR lookback\\-%s (1)%s\n", (*c)->name, c[1] ? "," : "");
}

void page_man(const Command *c, Str *out)
{
    if (c)
        add_verb(c, out);
    else
        add_program(out);
}
