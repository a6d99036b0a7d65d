/* main.c -- lookback VERB [flags] [files].
 *
 * A verb is a row of `commands`; what it takes is its option table. This file finds the verb, reads its
 * flags, starts the library, and turns a status into an exit code: 0 done, 1 the work failed, 2 wrong usage.
 * Results go to standard output; everything else, errors as one line, to standard error.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"

static const Command *const commands[] = {
    &cmd_train, &cmd_translate, &cmd_score,   &cmd_explain, &cmd_align, &cmd_eval,
    &cmd_synth, &cmd_vocab,     &cmd_inspect, &cmd_average, &cmd_bench, &cmd_demo,
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

const char *const isa_names[] = { "auto", "avx512", "avx2", "baseline", NULL };

/* ---- pages ---- */

static LbStatus print_overview(LbError *err)
{
    puts("lookback trains attention models for sequences, runs them, and shows where they looked.\n\n"
         "usage: lookback VERB [flags] [files]\n");
    for (int i = 0; i < N_COMMANDS; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->help);
    puts("\nlookback VERB --help   what a verb takes, with examples\n"
         "lookback --version     version, compiler, instruction set, oneDNN\n\n"
         "Start with `lookback demo`: in a few minutes it trains a small model and shows where it looks.");
    return print_flush(err);
}

static LbStatus print_version(LbError *err)
{
    LbStatus status = lb_start(getenv("LOOKBACK_ISA"), 0, err);
    if (status != LB_OK)
        return status;
    printf("lookback %s\ncompiler %s\nisa %s\noneDNN %s\n", LB_VERSION, lb_compiler(), lb_isa(), lb_onednn());
    return print_flush(err);
}

static LbStatus print_help(const Command *c, LbError *err)
{
    Str table = { 0 };
    options_help(c->options, &table);
    printf("lookback %s -- %s\n\nusage: lookback %s %s\n\n%s\n\nexamples:\n%s\noptions:\n%s", c->name,
           c->help, c->name, c->usage, c->about, c->examples, table.text);
    str_free(&table);
    return print_flush(err);
}

/* ---- verbs ---- */

static const Command *find_command(const char *name, LbError *err)
{
    const char *names[N_COMMANDS];
    for (int i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i]->name;
        if (strcmp(names[i], name) == 0)
            return commands[i];
    }
    const char *nearest = text_nearest(name, names, N_COMMANDS);
    if (nearest)
        fail(err, LB_USAGE, "unknown verb `%.60s`; did you mean `%s`?", name, nearest);
    else
        fail(err, LB_USAGE, "unknown verb `%.60s`; `lookback --help` lists them", name);
    return NULL;
}

static LbStatus check_count(const Command *c, size_t n, LbError *err)
{
    if (n >= c->least && (c->most == 0 || n <= c->most))
        return LB_OK;
    return fail(err, LB_USAGE, "too %s arguments for %s; usage: lookback %s %s",
                n < c->least ? "few" : "many", c->name, c->name, c->usage);
}

static LbStatus start(const Common *common, LbError *err)
{
    screen_quiet(common->quiet);
    return lb_start(common->isa ? common->isa : getenv("LOOKBACK_ISA"), common->threads, err);
}

static LbStatus run_parsed(const Command *c, void *settings, char **rest, LbError *err)
{
    const Common *common = settings;
    if (common->help)
        return print_help(c, err);
    LbStatus status = check_count(c, array_len(rest), err);
    if (status == LB_OK)
        status = start(common, err);
    if (status == LB_OK)
        status = c->run(settings, rest, array_len(rest), err);
    screen_wipe();
    return status == LB_OK ? print_flush(err) : status;
}

static LbStatus run_command(const Command *c, int argc, char **argv, LbError *err)
{
    Common *settings = memory_get(1, c->size);
    char **rest;
    settings->seed = -1;
    if (c->blank)
        c->blank(settings);
    options_default(c->options, settings);
    LbStatus status = options_parse(c->options, settings, argc, argv, &rest, err);
    if (status == LB_OK)
        status = run_parsed(c, settings, rest, err);
    array_free(rest);
    options_free(c->options, settings);
    free(settings);
    return status;
}

/* ---- the command line ---- */

typedef struct {
    int argc;
    char **argv;
    LbError *err;
} CommandLine;

static bool is_one_of(const char *text, const char *a, const char *b)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

static LbStatus run_line(void *arg)
{
    const CommandLine *l = arg;
    static char help[] = "--help";
    char *only_help[] = { help };
    const char *name = l->argc > 1 ? l->argv[1] : "help";
    bool asks_help = is_one_of(name, "help", "--help") || is_one_of(name, "-h", "help");
    if (asks_help && l->argc < 3)
        return print_overview(l->err);
    if (strcmp(name, "--version") == 0)
        return print_version(l->err);
    const Command *c = find_command(asks_help ? l->argv[2] : name, l->err);
    if (!c)
        return LB_USAGE;
    return asks_help ? run_command(c, 1, only_help, l->err)
                     : run_command(c, l->argc - 2, l->argv + 2, l->err);
}

/* Between parallel loops libgomp's threads wait by spinning, for milliseconds unless told otherwise, and slow
 * down everything else on a busy machine, this program included. It reads its setting before main begins, so
 * the program starts itself once more. */
static void wait_politely(char **argv)
{
    if (getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY"))
        return;
    setenv("GOMP_SPINCOUNT", "20000", 1); /* some ten microseconds */
    execv("/proc/self/exe", argv);        /* when it fails, all goes on as it was */
}

int main(int argc, char **argv)
{
    wait_politely(argv);
    LbError err = { 0 };
    CommandLine line = { argc, argv, &err };
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, and told as one */
    LbStatus status = guard(run_line, &line, &err);
    if (status == LB_OK)
        return 0;
    screen_wipe();
    fflush(stdout); /* what was answered before the failure */
    fprintf(stderr, "lookback: %s\n", err.text);
    return status == LB_USAGE ? 2 : 1;
}
