/* option.c -- one table of settings: its parser, its checks, its help.
 *
 * What differs between the types is one row of `types`: how text becomes a member, how a member becomes
 * text, and what a good value looks like in a message. The command line adds nothing but the finding of
 * key and value, so a config file and a flag are checked by the same lines.
 */
#include "base/option.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { HELP_COLUMNS = 100, HELP_LEFT = 34 };

static void *member(const Option *o, void *settings)
{
    return (char *)settings + o->offset;
}

static const void *member_of(const Option *o, const void *settings)
{
    return (const char *)settings + o->offset;
}

static bool in_bounds(const Option *o, double value)
{
    return !(o->low < o->high) || (value >= o->low && value <= o->high);
}

/* ---- text to member: false when the text is no good ---- */

static bool put_flag(const Option *o, void *to, const char *text)
{
    (void)o;
    static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };
    for (int i = 0; i < 6; i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *(bool *)to = i % 2;
        return true;
    }
    return false;
}

static bool put_int(const Option *o, void *to, const char *text)
{
    long long value;
    if (!text_to_int(text, &value) || value < INT_MIN || value > INT_MAX || !in_bounds(o, (double)value))
        return false;
    *(int *)to = (int)value;
    return true;
}

static bool put_real(const Option *o, void *to, const char *text)
{
    double value;
    if (!text_to_real(text, &value) || !in_bounds(o, value))
        return false;
    *(double *)to = value;
    return true;
}

static bool put_text(const Option *o, void *to, const char *text)
{
    (void)o;
    char **place = to, *copy = memory_text(text);
    free(*place);
    *place = copy;
    return true;
}

static size_t count_choices(const Option *o)
{
    size_t n = 0;
    while (o->choices && o->choices[n])
        n++;
    return n;
}

static bool is_choice(const Option *o, const char *text)
{
    for (size_t i = 0, n = count_choices(o); i < n; i++)
        if (strcmp(o->choices[i], text) == 0)
            return true;
    return false;
}

static bool put_choice(const Option *o, void *to, const char *text)
{
    return is_choice(o, text) && put_text(o, to, text);
}

static bool put_size(const Option *o, void *to, const char *text)
{
    size_t value;
    if (!text_to_size(text, &value) || !in_bounds(o, (double)value))
        return false;
    *(size_t *)to = value;
    return true;
}

static bool put_list(const Option *o, void *to, const char *text)
{
    (void)o;
    char ***list = to;
    array_push(*list, memory_text(text));
    return true;
}

/* ---- member to text ---- */

static void show_flag(const void *from, Str *out)
{
    str_add(out, *(const bool *)from ? "true" : "false");
}

static void show_int(const void *from, Str *out)
{
    str_addf(out, "%d", *(const int *)from);
}

/* The fewest digits that read back as the same number. */
static void show_real(const void *from, Str *out)
{
    double value = *(const double *)from;
    size_t start = out->len;
    for (int digits = 6; digits <= 17; digits++) {
        str_addf(out, "%.*g", digits, value);
        if (strtod(out->text + start, NULL) == value)
            return;
        if (digits < 17)
            str_cut(out, start);
    }
}

static void show_text(const void *from, Str *out)
{
    const char *text = *(char *const *)from;
    str_add(out, text ? text : "");
}

static void show_size(const void *from, Str *out)
{
    size_t value = *(const size_t *)from, unit = 0;
    for (; value > 0 && value % 1024 == 0 && unit < 4; unit++)
        value /= 1024;
    str_addf(out, "%zu", value);
    if (unit > 0)
        str_add_char(out, "KMGT"[unit - 1]);
}

static void show_list(const void *from, Str *out)
{
    char *const *list = *(char **const *)from;
    str_add(out, "");
    for (size_t i = 0; i < array_len(list); i++)
        str_addf(out, "%s%s", i ? ", " : "", list[i]);
}

/* ---- what a good value is ---- */

/* Bounds that only say "any" are not worth words. */
static void add_bounds(const Option *o, void (*show)(double, Str *), Str *out)
{
    bool bounded = o->low < o->high;
    bool low = bounded && o->low > INT_MIN, high = bounded && o->high < INT_MAX;
    if (low) {
        str_add(out, high ? " from " : " of at least ");
        show(o->low, out);
    }
    if (high) {
        str_add(out, low ? " to " : " of at most ");
        show(o->high, out);
    }
}

static void show_bound(double bound, Str *out)
{
    show_real(&bound, out);
}

static void show_whole_bound(double bound, Str *out)
{
    str_addf(out, "%.0f", bound);
}

static void show_size_bound(double bound, Str *out)
{
    size_t size = bound > 0 ? (size_t)bound : 0;
    show_size(&size, out);
}

static void want_flag(const Option *o, Str *out)
{
    (void)o;
    str_add(out, "true or false");
}

static void want_int(const Option *o, Str *out)
{
    str_add(out, "a whole number");
    add_bounds(o, show_whole_bound, out);
}

static void want_real(const Option *o, Str *out)
{
    str_add(out, "a number");
    add_bounds(o, show_bound, out);
}

static void want_size(const Option *o, Str *out)
{
    str_add(out, "a size (such as 512M or 4G)");
    add_bounds(o, show_size_bound, out);
}

static void want_text(const Option *o, Str *out)
{
    (void)o;
    str_add(out, "a text");
}

static void want_choice(const Option *o, Str *out)
{
    str_add(out, "one of ");
    for (size_t i = 0, n = count_choices(o); i < n; i++)
        str_addf(out, "%s%s", i ? ", " : "", o->choices[i]);
}

/* ---- the types ---- */

static const struct {
    bool (*put)(const Option *o, void *to, const char *text);
    void (*show)(const void *from, Str *out);
    void (*want)(const Option *o, Str *out);
    const char *what; /* the placeholder where the option has none */
} types[] = {
    [OPTION_FLAG] = { put_flag, show_flag, want_flag, NULL },
    [OPTION_INT] = { put_int, show_int, want_int, "N" },
    [OPTION_REAL] = { put_real, show_real, want_real, "X" },
    [OPTION_TEXT] = { put_text, show_text, want_text, "TEXT" },
    [OPTION_CHOICE] = { put_choice, show_text, want_choice, "NAME" },
    [OPTION_SIZE] = { put_size, show_size, want_size, "SIZE" },
    [OPTION_LIST] = { put_list, show_list, want_text, "TEXT" },
};

void options_default(const Option *table, void *settings)
{
    for (const Option *o = table; o->key; o++)
        if (o->value && !types[o->type].put(o, member(o, settings), o->value))
            assert(!"a default that its own row refuses");
}

static void free_list(char ***list)
{
    for (size_t i = 0; i < array_len(*list); i++)
        free((*list)[i]);
    array_free(*list);
}

void options_free(const Option *table, void *settings)
{
    for (const Option *o = table; o->key; o++) {
        if (o->type == OPTION_LIST)
            free_list(member(o, settings));
        if (o->type != OPTION_TEXT && o->type != OPTION_CHOICE)
            continue;
        char **text = member(o, settings);
        free(*text);
        *text = NULL;
    }
}

const Option *option_find(const Option *table, const char *key)
{
    for (const Option *o = table; o->key; o++)
        if (strcmp(o->key, key) == 0)
            return o;
    return NULL;
}

void option_show(const Option *o, const void *settings, Str *out)
{
    types[o->type].show(member_of(o, settings), out);
}

/* A value in a message: its beginning is enough. */
static void add_quoted(Str *out, const char *value)
{
    size_t n = strlen(value), shown = 0;
    uint32_t code;
    while (shown < n && shown < 60)
        shown += utf8_next(value + shown, n - shown, &code, NULL);
    str_add_char(out, '`');
    str_add_bytes(out, value, shown);
    str_add(out, shown < n ? "...`" : "`");
}

/* `shown` is the key as the user wrote it: "--beam", "-b", "model.encoder.cell". */
static LbStatus set_shown(const Option *o, void *settings, const char *shown, const char *value, LbError *err)
{
    if (types[o->type].put(o, member(o, settings), value))
        return LB_OK;
    Str message = { 0 };
    add_quoted(&message, value);
    str_addf(&message, " for %s is not ", shown);
    types[o->type].want(o, &message);
    const char *nearest = o->type == OPTION_CHOICE ? text_nearest(value, o->choices, count_choices(o)) : NULL;
    if (nearest)
        str_addf(&message, "; did you mean `%s`?", nearest);
    fail(err, LB_USAGE, "%s", message.text);
    str_free(&message);
    return LB_USAGE;
}

LbStatus option_set(const Option *table, void *settings, const char *key, const char *value, LbError *err)
{
    const Option *o = option_find(table, key);
    if (!o)
        return option_unknown(table, "key", key, err);
    Str shown = { 0 };
    str_addf(&shown, "`%s`", key);
    LbStatus status = set_shown(o, settings, shown.text, value, err);
    str_free(&shown);
    return status;
}

LbStatus option_unknown(const Option *table, const char *kind, const char *key, LbError *err)
{
    bool is_flag = strcmp(kind, "flag") == 0;
    const char **keys = NULL;
    for (const Option *o = table; o->key; o++)
        array_push(keys, o->key);
    const char *nearest = text_nearest(key, keys, array_len(keys));
    array_free(keys);
    Str message = { 0 };
    str_addf(&message, "unknown %s %s%.100s%s%s", kind, is_flag ? "--" : "`", key,
             strlen(key) > 100 ? "..." : "", is_flag ? "" : "`");
    if (nearest)
        str_addf(&message, is_flag ? "; did you mean --%s?" : "; did you mean `%s`?", nearest);
    else if (is_flag)
        str_add(&message, "; --help lists them");
    fail(err, LB_USAGE, "%s", message.text);
    str_free(&message);
    return LB_USAGE;
}

/* ---- the command line ---- */

typedef struct {
    const Option *table;
    void *settings;
    char **next, **end; /* of argv */
    char **rest;
    LbError *err;
} Line;

static bool may_be_left_out(const Option *o)
{
    return o->type == OPTION_TEXT && o->what && o->what[0] == '[';
}

/* The next argument as the value of o; NULL when it is none. */
static const char *next_value(Line *l, const Option *o)
{
    const char *text = l->next < l->end ? *l->next : NULL;
    double number;
    bool is_number = text && text_to_real(text, &number);
    if (!text || (text[0] == '-' && text[1] && !is_number))
        return NULL;
    if (may_be_left_out(o) && !is_number && !is_choice(o, text))
        return NULL;
    l->next++;
    return text;
}

/* `value` is what follows = or the letter, or NULL. */
static LbStatus take_value(Line *l, const Option *o, const char *shown, const char *value)
{
    if (!value && o->type == OPTION_FLAG)
        value = "true";
    if (!value)
        value = next_value(l, o);
    if (!value && may_be_left_out(o))
        value = o->choices ? o->choices[0] : "";
    if (value)
        return set_shown(o, l->settings, shown, value, l->err);
    if (l->next < l->end)
        return fail(l->err, LB_USAGE, "%s needs a value; one that begins with - is given as --%s=VALUE",
                    shown, o->key);
    return fail(l->err, LB_USAGE, "%s needs a value", shown);
}

/* The flag that --no-KEY switches off, or NULL. */
static const Option *find_negated(const Option *table, const char *key)
{
    const Option *o = text_starts(key, "no-") ? option_find(table, key + 3) : NULL;
    return o && o->type == OPTION_FLAG ? o : NULL;
}

/* --key, --key=value or --no-key; `key` is behind the dashes, `value` behind the =. */
static LbStatus take_key(Line *l, const char *key, const char *shown, const char *value)
{
    const Option *o = option_find(l->table, key);
    if (o)
        return take_value(l, o, shown, value);
    o = find_negated(l->table, key);
    if (!o)
        return option_unknown(l->table, "flag", key, l->err);
    if (value)
        return fail(l->err, LB_USAGE, "%s takes no value", shown);
    return set_shown(o, l->settings, shown, "false", l->err);
}

static LbStatus take_long(Line *l, const char *argument)
{
    const char *equals = strchr(argument, '=');
    char *shown = equals ? memory_bytes(argument, (size_t)(equals - argument)) : memory_text(argument);
    LbStatus status = take_key(l, shown + 2, shown, equals ? equals + 1 : NULL);
    free(shown);
    return status;
}

static const Option *find_letter(const Option *table, char letter)
{
    for (const Option *o = table; o->key; o++)
        if (o->letter && o->letter == letter)
            return o;
    return NULL;
}

/* -k, -kVALUE, or several flags -abc. */
static LbStatus take_letters(Line *l, const char *argument)
{
    LbStatus status = LB_OK;
    for (const char *at = argument + 1; *at && status == LB_OK; at++) {
        char shown[3] = { '-', *at, '\0' };
        const Option *o = find_letter(l->table, *at);
        if (!o)
            return fail(l->err, LB_USAGE, "unknown flag %.60s; --help lists them", argument);
        if (o->type != OPTION_FLAG)
            return take_value(l, o, shown, at[1] ? at + 1 : NULL);
        status = take_value(l, o, shown, NULL);
    }
    return status;
}

static LbStatus take_argument(Line *l, char *argument)
{
    double number;
    if (text_starts(argument, "--"))
        return take_long(l, argument);
    bool is_number = text_to_real(argument, &number) && !find_letter(l->table, argument[1]);
    if (argument[0] == '-' && argument[1] && !is_number)
        return take_letters(l, argument);
    array_push(l->rest, argument);
    return LB_OK;
}

LbStatus options_parse(const Option *table, void *settings, int argc, char **argv, char ***rest, LbError *err)
{
    Line l = { .table = table, .settings = settings, .next = argv, .end = argv + argc, .err = err };
    LbStatus status = LB_OK;
    *rest = NULL;
    while (l.next < l.end && status == LB_OK) {
        char *argument = *l.next++;
        if (strcmp(argument, "--") == 0)
            break;
        status = take_argument(&l, argument);
    }
    for (; l.next < l.end && status == LB_OK; l.next++)
        array_push(l.rest, *l.next);
    if (status != LB_OK)
        array_free(l.rest);
    *rest = l.rest;
    return status;
}

/* ---- help ---- */

static bool is_config(const Option *table)
{
    for (const Option *o = table; o->key; o++)
        if (strchr(o->key, '.'))
            return true;
    return false;
}

const char *option_what(const Option *o)
{
    return o->what ? o->what : types[o->type].what;
}

/* "-b, --beam N" */
static void add_left(const Option *o, bool config, Str *out)
{
    const char *what = option_what(o);
    if (o->letter)
        str_addf(out, "-%c, ", o->letter);
    else if (!config)
        str_add(out, "    ");
    str_addf(out, "%s%s", config ? "" : "--", o->key);
    if (what && !config)
        str_addf(out, " %s", what);
}

static bool is_shown_default(const Option *o)
{
    return o->value && *o->value && !(o->type == OPTION_FLAG && strcmp(o->value, "false") == 0);
}

/* The sentence, the choices if nothing names them yet, the default. */
static void add_right(const Option *o, bool config, Str *out)
{
    str_add(out, o->help);
    if (o->type == OPTION_CHOICE && (config || !o->what || !strchr(o->what, '|'))) {
        str_add(out, ": ");
        want_choice(o, out);
    }
    if (!is_shown_default(o))
        return;
    if (o->type == OPTION_FLAG && !config)
        str_addf(out, " (default on; --no-%s)", o->key);
    else
        str_addf(out, " (default %s)", o->value);
}

void option_sentence(const Option *o, Str *out)
{
    add_right(o, false, out);
}

static void add_spaces(Str *out, int n)
{
    for (; n > 0; n--)
        str_add_char(out, ' ');
}

/* Words of text from column `left` on; the cursor already stands there. */
static void add_wrapped(const char *text, int left, Str *out)
{
    Span *words = text_words(text, strlen(text));
    int column = left;
    for (size_t i = 0; i < array_len(words); i++) {
        const char *word = text + words[i].start;
        size_t n = (size_t)(words[i].end - words[i].start);
        int width = utf8_width(word, n);
        if (column > left && column + 1 + width > HELP_COLUMNS) {
            str_add_char(out, '\n');
            add_spaces(out, left);
            column = left;
        }
        if (column > left) {
            str_add_char(out, ' ');
            column++;
        }
        str_add_bytes(out, word, n);
        column += width;
    }
    str_add_char(out, '\n');
    array_free(words);
}

/* Where the sentences begin: behind the longest left side that is not too long. */
static int help_column(const Option *table, bool config)
{
    int widest = 0;
    Str left = { 0 };
    for (const Option *o = table; o->key; o++) {
        str_cut(&left, 0);
        if (o->help)
            add_left(o, config, &left);
        int width = utf8_width(left.text, left.len);
        if (width > widest && width <= HELP_LEFT)
            widest = width;
    }
    str_free(&left);
    return widest + 4;
}

static void help_row(const Option *o, bool config, int column, Str *out)
{
    Str side = { 0 };
    add_left(o, config, &side);
    str_addf(out, "  %s", side.text);
    int used = 2 + utf8_width(side.text, side.len);
    if (used + 2 > column) {
        str_add_char(out, '\n');
        used = 0;
    }
    add_spaces(out, column - used);
    str_cut(&side, 0);
    add_right(o, config, &side);
    add_wrapped(side.text, column, out);
    str_free(&side);
}

void options_help(const Option *table, Str *out)
{
    bool config = is_config(table);
    int column = help_column(table, config);
    str_add(out, "");
    for (const Option *o = table; o->key; o++)
        if (o->help)
            help_row(o, config, column, out);
}
