/* complete.c -- completion for shells, from the verbs' records and option tables.
 *
 * A script is all data: one branch for each verb with its flags, and what may follow a flag -- names,
 * folders, files, or something that nobody can guess. What a first argument may be is read from the usage
 * line where that names it, `train|encode|decode`.
 */
#include <string.h>

#include "cli/pages.h"

/* ---- what may follow ---- */

typedef enum { NO_VALUE, ANYTHING, NAMES, FOLDER, FILES } Value;

static Value value_of(const Option *o)
{
    const char *what = option_what(o);
    if (!what)
        return NO_VALUE;
    if (o->choices)
        return NAMES;
    if (strstr(what, "DIR"))
        return FOLDER;
    return strstr(what, "FILE") || strstr(what, "STEM") ? FILES : ANYTHING;
}

static void add_choices(const Option *o, Str *out)
{
    for (size_t i = 0; o->choices[i]; i++)
        str_addf(out, "%s%s", i ? " " : "", o->choices[i]);
}

static bool is_on(const Option *o)
{
    return o->type == OPTION_FLAG && text_equal(o->value, "true");
}

/* Bytes of the name that text begins with: lower case, between `[` or `|` and a space or another `|`. */
static size_t name_length(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
    return n > 0 && strchr(" |]", text[n]) ? n : 0; /* the NUL at the end counts as one of them */
}

/* Appends the names that a usage line begins with, each followed by a space. */
static void add_usage_names(const char *usage, Str *out)
{
    const char *at = usage + (usage[0] == '[');
    while (at) {
        size_t n = name_length(at);
        str_add_bytes(out, at, n);
        str_add(out, n > 0 ? " " : "");
        at = n > 0 ? strchr(at, '|') : NULL;
        if (at)
            at += 1 + strspn(at + 1, " ");
    }
}

static void add_words(const Command *c, Str *out)
{
    str_add(out, "");
    if (c->words)
        c->words(out);
    else
        add_usage_names(c->usage, out);
    while (out->len > 0 && out->text[out->len - 1] == ' ')
        str_cut(out, out->len - 1);
}

/* Text between single quotes, where `quote` stands for one and a backslash goes before each of `marked`. */
static void add_quoted(const char *text, const char *quote, const char *marked, Str *out)
{
    for (; *text; text++) {
        if (*text == '\'')
            str_add(out, quote);
        else
            str_addf(out, "%s%c", strchr(marked, *text) ? "\\" : "", *text);
    }
}

/* ---- bash ---- */

static const char bash_head[] =
    "# Completion of lookback for bash, printed by `lookback completion bash`.\n"
    "_lookback_offer() { # _lookback_offer KIND [WORDS]: what begins like the word at the cursor\n"
    "    local IFS=$'\\n'\n"
    "    case $1 in\n"
    "    words) IFS=$' \\n'; COMPREPLY=($(compgen -W \"$2\" -- \"$cur\")) ;;\n"
    "    dirs) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\")) ;;\n"
    "    files) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
    "    esac\n"
    "}\n\n"
    "_lookback() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} flags "
    "words\n"
    "    COMPREPLY=()\n"
    "    # bash cuts --flag=value into three words\n"
    "    if [[ $cur == = ]]; then cur=\n"
    "    elif [[ $flag == = && COMP_CWORD -gt 2 ]]; then flag=${COMP_WORDS[COMP_CWORD - 2]}; fi\n";

static void bash_flags(const Option *table, Str *out)
{
    for (const Option *o = table; o->key; o++) {
        if (o->help)
            str_addf(out, "%s--%s", o == table ? "" : " ", o->key);
        if (o->help && is_on(o))
            str_addf(out, " --no-%s", o->key);
    }
}

static void bash_value(const Command *c, const Option *o, Str *out)
{
    static const char *const kinds[] = {
        [ANYTHING] = "", [NAMES] = "words", [FOLDER] = "dirs", [FILES] = "files"
    };
    Value v = value_of(o);
    if (v == NO_VALUE || !o->help)
        return;
    str_addf(out, "    %s,--%s", c->name, o->key);
    if (o->letter)
        str_addf(out, " | %s,-%c", c->name, o->letter);
    str_addf(out, ") _lookback_offer %s", v == ANYTHING ? "nothing" : kinds[v]);
    if (v == NAMES) {
        str_add(out, " '");
        add_choices(o, out);
        str_add_char(out, '\'');
    }
    str_add(out, "; return ;;\n");
}

static void bash_verb(const Command *c, Str *out)
{
    str_addf(out, "    %s)\n        flags='", c->name);
    bash_flags(c->options, out);
    str_add(out, "'\n        words='");
    add_words(c, out);
    str_add(out, "' ;;\n");
}

void page_bash(Str *out)
{
    str_add(out, bash_head);
    str_add(out, "    if ((COMP_CWORD == 1)); then\n        _lookback_offer words '");
    for (const Command *const *c = commands; *c; c++)
        str_addf(out, "%s ", (*c)->name);
    str_add(out, "--help --version --man'\n        return\n    fi\n"
                 "    [[ $cur == -* ]] || case $verb,$flag in\n");
    for (const Command *const *c = commands; *c; c++)
        for (const Option *o = (*c)->options; o->key; o++)
            bash_value(*c, o, out);
    str_add(out, "    esac\n    case $verb in\n");
    for (const Command *const *c = commands; *c; c++)
        bash_verb(*c, out);
    str_add(out, "    esac\n"
                 "    if [[ $cur == -* ]]; then _lookback_offer words \"$flags\"\n"
                 "    elif [[ $words && COMP_CWORD -eq 2 ]]; then _lookback_offer words \"$words\"\n"
                 "    else _lookback_offer files; fi\n"
                 "}\n"
                 "complete -F _lookback lookback\n");
}

/* ---- zsh ---- */

static void zsh_text(const char *text, Str *out)
{
    add_quoted(text, "'\\''", "[]:\\", out);
}

static void zsh_value(const Option *o, Str *out)
{
    static const char *const actions[] = { [ANYTHING] = " ", [FOLDER] = "_files -/", [FILES] = "_files" };
    Value v = value_of(o);
    if (v == NO_VALUE)
        return;
    str_add(out, ":");
    zsh_text(option_what(o), out);
    if (v != NAMES) {
        str_addf(out, ":%s", actions[v]);
        return;
    }
    str_add(out, ":(");
    add_choices(o, out);
    str_add(out, ")");
}

/* One specification of _arguments: '(-b --beam)'{-b+,--beam=}'[help]:N: ' */
static void zsh_option(const Option *o, Str *out)
{
    bool valued = value_of(o) != NO_VALUE;
    Str help = { 0 };
    option_sentence(o, &help);
    str_add(out, "        ");
    if (o->letter)
        str_addf(out, "'(-%c --%s)'{-%c%s,--%s%s}'", o->letter, o->key, o->letter, valued ? "+" : "", o->key,
                 valued ? "=" : "");
    else
        str_addf(out, "'%s--%s%s", o->type == OPTION_LIST ? "*" : "", o->key, valued ? "=" : "");
    str_add(out, "[");
    zsh_text(help.text, out);
    str_add(out, "]");
    zsh_value(o, out);
    str_add(out, "' \\\n");
    if (is_on(o))
        str_addf(out, "        '--no-%s[Switch off --%s]' \\\n", o->key, o->key);
    str_free(&help);
}

static void zsh_verb(const Command *c, Str *out)
{
    Str words = { 0 };
    add_words(c, &words);
    str_addf(out, "%s)\n    _arguments -s -S \\\n", c->name);
    for (const Option *o = c->options; o->key; o++)
        if (o->help)
            zsh_option(o, out);
    if (words.len)
        str_addf(out, "        '1:argument:(%s)' \\\n", words.text);
    str_add(out, "        '*:file:_files' ;;\n");
    str_free(&words);
}

void page_zsh(Str *out)
{
    str_add(out, "#compdef lookback\n"
                 "# Completion of lookback for zsh, printed by `lookback completion zsh`.\n"
                 "if ((CURRENT == 2)); then\n"
                 "    local -a verbs=(\n");
    for (const Command *const *c = commands; *c; c++) {
        str_addf(out, "        '%s:", (*c)->name);
        zsh_text((*c)->help, out);
        str_add(out, "'\n");
    }
    str_add(out, "    )\n    _describe verb verbs\n    return\nfi\n"
                 "local verb=$words[2]\nshift words\n((CURRENT--))\ncase $verb in\n");
    for (const Command *const *c = commands; *c; c++)
        zsh_verb(*c, out);
    str_add(out, "esac\n");
}

/* ---- fish ---- */

static void fish_text(const char *text, Str *out)
{
    str_add(out, " -d '");
    add_quoted(text, "\\'", "\\", out);
    str_add(out, "'\n");
}

static void fish_option(const Command *c, const Option *o, Str *out)
{
    static const char *const rules[] = { [NO_VALUE] = "",
                                         [ANYTHING] = " -x",
                                         [FOLDER] = " -x -a '(__fish_complete_directories)'",
                                         [FILES] = " -r -F" };
    Str help = { 0 };
    Value v = value_of(o);
    option_sentence(o, &help);
    str_addf(out, "complete -c lookback -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->key);
    if (o->letter)
        str_addf(out, " -s %c", o->letter);
    str_add(out, v == NAMES ? " -x -a '" : rules[v]);
    if (v == NAMES) {
        add_choices(o, out);
        str_add_char(out, '\'');
    }
    fish_text(help.text, out);
    str_free(&help);
}

static void fish_verb(const Command *c, Str *out)
{
    Str words = { 0 };
    add_words(c, &words);
    str_addf(out, "complete -c lookback -n __fish_use_subcommand -f -a %s", c->name);
    fish_text(c->help, out);
    if (words.len)
        str_addf(out, "complete -c lookback -n '__fish_seen_subcommand_from %s' -a '%s'\n", c->name,
                 words.text);
    for (const Option *o = c->options; o->key; o++)
        if (o->help)
            fish_option(c, o, out);
    str_free(&words);
}

void page_fish(Str *out)
{
    str_add(out, "# Completion of lookback for fish, printed by `lookback completion fish`.\n");
    for (const Command *const *c = commands; *c; c++)
        fish_verb(*c, out);
}
