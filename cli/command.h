/* command.h -- what a verb of the command line is: one record, one file, one row in main.c's table.
 *
 * A verb's settings are a struct that begins with Common. Its option table lists its own rows first and ends
 * with COMMON_OPTIONS; parsing, checks and --help come from that table, so nothing is said twice.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/option.h"
#include "base/str.h"
#include "lookback.h"

/* What every verb takes. */
typedef struct {
    bool help, quiet, json;
    int threads;   /* 0: all cores */
    int seed;      /* -1: not given */
    size_t memory; /* 0: not given */
    char *isa;     /* NULL: not given */
} Common;

typedef struct {
    const char *name, *help; /* help: a line for the list of verbs */
    const char *usage;       /* what follows the name: "-m DIR [FILE ...]" */
    const char *about;       /* a paragraph, wrapped by hand */
    const char *examples;    /* each with what it does */
    const Option *options;
    size_t size;                   /* of the settings */
    bool on_heap;                  /* --memory is a limit of the whole process, kept by the system */
    size_t least, most;            /* arguments that are not flags; most 0: no limit */
    bool quick;                    /* answers from tables: nothing is computed */
    void (*blank)(void *settings); /* NULL, or sets what 0 cannot say: "not given" */
    void (*words)(Str *out); /* NULL, or adds what its first argument may be, separated by spaces; words that
                              * the usage begins with, `train|encode`, are known without */
    LbStatus (*run)(const void *settings, char **args, size_t n_args, LbError *err);
} Command;

extern const char *const isa_names[];

/* Rows of a verb's table. Its struct is called Settings and begins with `Common common`. */
/* clang-format off */
#define ROW(k, l, kind, v, m, h, ...) \
    { .key = k, .letter = l, .type = kind, .value = v, .help = h, .offset = offsetof(Settings, m), \
      ##__VA_ARGS__ }
#define FLAG(k, m, h) ROW(k, 0, OPTION_FLAG, "false", m, h)
#define INT(k, l, v, from, to, m, h) ROW(k, l, OPTION_INT, v, m, h, .low = from, .high = to)
#define REAL(k, l, v, from, to, w, m, h) ROW(k, l, OPTION_REAL, v, m, h, .low = from, .high = to, .what = w)
#define TEXT(k, l, v, w, m, h) ROW(k, l, OPTION_TEXT, v, m, h, .what = w)
#define LIST(k, l, w, m, h) ROW(k, l, OPTION_LIST, NULL, m, h, .what = w)
#define CHOICE(k, l, v, c, w, m, h) ROW(k, l, OPTION_CHOICE, v, m, h, .choices = c, .what = w)
#define MODEL_OPTION TEXT("model", 'm', NULL, "DIR", model, "The model's folder")
#define JSON_OPTION(h) FLAG("json", common.json, h)
#define SEED_OPTION(h) INT("seed", 0, NULL, 0, 2147483647, common.seed, h)
#define COMMON_OPTIONS \
    INT("threads", 0, NULL, 0, 4096, common.threads, "Threads; 0: all cores"), \
    CHOICE("isa", 0, NULL, isa_names, "auto|avx512|avx2|baseline", common.isa, \
           "Instruction set; not given: what LOOKBACK_ISA says, else the best"), \
    ROW("memory", 0, OPTION_SIZE, NULL, common.memory, "Take no more memory than this: 2G", .what = "SIZE"), \
    ROW("quiet", 'q', OPTION_FLAG, "false", common.quiet, "Errors only, no progress and no remarks"), \
    ROW("help", 'h', OPTION_FLAG, "false", common.help, "This page"), \
    { 0 }
/* clang-format on */

/* The seed, or `otherwise` when none was given. */
static inline uint64_t seed_or(const Common *c, uint64_t otherwise)
{
    return c->seed >= 0 ? (uint64_t)c->seed : otherwise;
}

extern const Command cmd_train, cmd_translate, cmd_answer, cmd_summarize, cmd_generate, cmd_fill, cmd_score,
    cmd_explain, cmd_why, cmd_whatif, cmd_align, cmd_check, cmd_diagnose, cmd_eval, cmd_synth, cmd_study,
    cmd_vocab, cmd_inspect, cmd_average, cmd_convert, cmd_bench, cmd_demo, cmd_help, cmd_completion;

/* What was typed, fit for a shell: "lookback explain -m 'my model'". free() it. */
char *command_typed(void);

/* LB_USAGE when a page's name does not end in .html or .htm; path NULL is fine. */
LbStatus page_name(const char *path, LbError *err);
/* lb_page_open, and the page says what was typed. */
LbStatus page_begin(const char *path, LbSession *s, LbPageOptions o, LbPage **out, LbError *err);
/* Closes a page after work that went well, and says so; else drops it. page NULL: there is none. Returns
 * status, or what went wrong in closing. */
LbStatus page_end(LbPage *page, const char *path, LbStatus status, LbError *err);

extern const Command *const commands[];                      /* every verb; ends with NULL */
const Command *command_find(const char *name, LbError *err); /* NULL (err filled): there is none */

#endif
