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
#include <sys/resource.h>
#include <unistd.h>

#include "base/array.h"
#include "base/process.h"
#include "base/status.h"
#include "cli/command.h"
#include "cli/pages.h"
#include "cli/screen.h"

const Command *const commands[] = {
    &cmd_train,   &cmd_translate, &cmd_answer,     &cmd_summarize, &cmd_generate, &cmd_fill,     &cmd_score,
    &cmd_explain, &cmd_why,       &cmd_whatif,     &cmd_align,     &cmd_check,    &cmd_diagnose, &cmd_eval,
    &cmd_synth,   &cmd_study,     &cmd_vocab,      &cmd_inspect,   &cmd_average,  &cmd_convert,  &cmd_bench,
    &cmd_demo,    &cmd_help,      &cmd_completion, NULL,
};
enum { N_COMMANDS = sizeof commands / sizeof *commands - 1 };

const char *const isa_names[] = { "auto", "avx512", "avx2", "baseline", NULL };

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
    Str page = { 0 };
    page_help(c, &page);
    print_block(page.text);
    str_free(&page);
    return print_flush(err);
}

static char **program_argv;

static void add_quoted(Str *out, const char *word)
{
    bool plain = *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                             "-_=+:,./@%")];
    str_add(out, plain ? "" : "'");
    for (; *word; word++)
        if (*word == '\'')
            str_add(out, "'\\''");
        else
            str_add_char(out, *word);
    str_add(out, plain ? "" : "'");
}

char *command_typed(void)
{
    Str out = { 0 };
    str_add(&out, "lookback");
    for (char **word = program_argv; *word && word[1]; word++) {
        str_add_char(&out, ' ');
        add_quoted(&out, word[1]);
    }
    return str_take(&out);
}

LbStatus page_name(const char *path, LbError *err)
{
    const char *dot = path ? strrchr(path, '.') : NULL;
    if (!path || text_equal(dot, ".html") || text_equal(dot, ".htm"))
        return LB_OK;
    return fail(err, LB_USAGE, "--html %.200s: the name of a page must end in .html", path);
}

LbStatus page_begin(const char *path, LbSession *s, LbPageOptions o, LbPage **out, LbError *err)
{
    char *typed = command_typed();
    o.command = typed;
    LbStatus status = lb_page_open(path, s, o, out, err);
    free(typed);
    return status;
}

LbStatus page_end(LbPage *page, const char *path, LbStatus status, LbError *err)
{
    if (!page || status != LB_OK) {
        lb_page_drop(page);
        return status;
    }
    status = lb_page_close(page, err);
    if (status == LB_OK)
        screen_say("wrote %s", path);
    return status;
}

/* ---- verbs ---- */

const Command *command_find(const char *name, LbError *err)
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

/* Between parallel loops libgomp's threads wait by spinning, for milliseconds unless told otherwise, and slow
 * down everything else on a busy machine, this program included. It reads its setting before main begins, so
 * the program starts itself once more; that costs ten milliseconds, and nothing has been read or written. */
static void wait_politely(int threads)
{
    if (threads == 1 || getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY"))
        return;
    setenv("GOMP_SPINCOUNT", "20000", 1);  /* some ten microseconds */
    execv("/proc/self/exe", program_argv); /* when it fails, all goes on as it was */
}

static LbStatus start(const Command *c, const Common *common, LbError *err)
{
    screen_quiet(common->quiet);
    if (c->quick)
        return LB_OK;
    wait_politely(common->threads);
    return lb_start(common->isa ? common->isa : getenv("LOOKBACK_ISA"), common->threads, err);
}

/* For verbs without working memory of their own to count: the system refuses what goes beyond the limit, and
 * that ends as LB_MEMORY. */
static LbStatus limit_heap(const Common *common, LbError *err)
{
    size_t taken = process_memory();
    if (taken >= common->memory)
        return fail(err, LB_MEMORY, "the program alone takes %zu MiB: raise --memory", (taken >> 20) + 1);
    struct rlimit limit = { common->memory, RLIM_INFINITY };
    setrlimit(RLIMIT_DATA, &limit);
    return LB_OK;
}

static LbStatus run_parsed(const Command *c, void *settings, char **rest, LbError *err)
{
    const Common *common = settings;
    if (common->help)
        return print_help(c, err);
    LbStatus status = check_count(c, array_len(rest), err);
    if (status == LB_OK)
        status = start(c, common, err);
    if (status == LB_OK && c->on_heap && common->memory > 0)
        status = limit_heap(common, err);
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

static LbStatus run_line(void *arg)
{
    const CommandLine *l = arg;
    const char *name = l->argc > 1 ? l->argv[1] : "--help";
    int n = l->argc > 2 ? l->argc - 2 : 0;
    if (text_equal(name, "--version"))
        return print_version(l->err);
    if (text_equal(name, "--help") || text_equal(name, "-h"))
        return run_command(&cmd_help, n, l->argv + 2, l->err);
    if (text_equal(name, "--man"))
        return run_command(&cmd_help, n + 1, l->argv + 1, l->err);
    const Command *c = command_find(name, l->err);
    return c ? run_command(c, n, l->argv + 2, l->err) : LB_USAGE;
}

int main(int argc, char **argv)
{
    program_argv = argv;
    LbError err = { 0 };
    CommandLine line = { argc, argv, &err };
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, and told as one */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that grew to its limit */
    LbStatus status = guard(run_line, &line, &err);
    if (status == LB_OK)
        return 0;
    screen_wipe();
    fflush(stdout); /* what was answered before the failure */
    fprintf(stderr, "lookback: %s\n", err.text);
    return status == LB_USAGE ? 2 : 1;
}
