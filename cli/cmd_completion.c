/* cmd_completion.c -- lookback completion: scripts that let a shell complete verbs, flags and values. */
#include "cli/pages.h"
#include "cli/screen.h"

typedef struct {
    Common common;
} Settings;

static const Option options[] = { COMMON_OPTIONS };

static const struct {
    const char *name;
    void (*page)(Str *out);
} shells[] = { { "bash", page_bash }, { "zsh", page_zsh }, { "fish", page_fish } };
enum { N_SHELLS = sizeof shells / sizeof *shells };

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    (void)settings, (void)n_args;
    Str page = { 0 };
    for (int i = 0; i < N_SHELLS; i++)
        if (text_equal(args[0], shells[i].name))
            shells[i].page(&page);
    if (!page.text)
        return fail(err, LB_USAGE, "no completion for `%.60s`; there are bash, zsh and fish", args[0]);
    print_block(page.text);
    str_free(&page);
    return LB_OK;
}

const Command cmd_completion = {
    .name = "completion",
    .help = "a script that completes verbs, flags and values in bash, zsh or fish",
    .usage = "bash|zsh|fish",
    .about = "Prints a script for a shell to read. An installed lookback has installed them already.",
    .examples = "  source <(lookback completion bash)\n"
                "      in this shell; in ~/.bashrc: in every one\n"
                "  lookback completion fish >~/.config/fish/completions/lookback.fish\n"
                "      the same for fish\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 1,
    .quick = true,
    .run = run,
};
