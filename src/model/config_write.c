/* config_write.c -- a configuration as YAML, and the table of options as a page.
 *
 * Both walk config_table in order and open a section when the key's prefix changes. Text is quoted unless it
 * is plain beyond doubt, for us and for any other reader of YAML.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "model/config.h"
#include "model/config_alias.h"
#include "model/config_preset.h"

/* ---- YAML ---- */

static bool word_is_typed(const char *text)
{
    static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "null", "y", "n" };
    double number;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i]))
            return true;
    return text_to_real(text, &number);
}

/* Letters, digits and a few marks, beginning with a letter or a slash: never read as anything but text. */
static bool text_is_plain(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '/')
        return false;
    for (const char *p = text; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("/._-+", *p))
            return false;
    return !word_is_typed(text);
}

/* Code points that YAML does not take as they are, or takes for line breaks. */
static bool code_needs_escape(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
           code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
}

static void add_quoted(Str *out, const char *text)
{
    size_t n = strlen(text), step;
    str_add_char(out, '"');
    for (size_t i = 0; i < n; i += step) {
        uint32_t code;
        step = utf8_next(text + i, n - i, &code, NULL);
        if (code_needs_escape(code))
            str_addf(out, "\\u%04X", code);
        else {
            if (code == '"' || code == '\\')
                str_add_char(out, '\\');
            str_add_bytes(out, text + i, step);
        }
    }
    str_add_char(out, '"');
}

static void add_text(Str *out, const char *text)
{
    if (text_is_plain(text))
        str_add(out, text);
    else
        add_quoted(out, text);
}

static void add_list(Str *out, char **items)
{
    str_add_char(out, '[');
    for (size_t i = 0; i < array_len(items); i++) {
        str_add(out, i ? ", " : "");
        add_text(out, items[i]);
    }
    str_add_char(out, ']');
}

static const void *member(const Config *c, const Option *o)
{
    return (const char *)c + o->offset;
}

static bool has_value(const Config *c, const Option *o)
{
    if (o->type == OPTION_LIST)
        return array_len(*(char **const *)member(c, o)) > 0;
    if (o->type == OPTION_TEXT || o->type == OPTION_CHOICE)
        return *(char *const *)member(c, o) != NULL;
    return true;
}

static void add_value(Str *out, const Config *c, const Option *o)
{
    if (o->type == OPTION_LIST)
        add_list(out, *(char **const *)member(c, o));
    else if (o->type == OPTION_TEXT || o->type == OPTION_CHOICE)
        add_text(out, *(char *const *)member(c, o));
    else
        option_show(o, c, out);
}

static void indent(Str *out, int depth)
{
    for (int i = 0; i < depth; i++)
        str_add(out, "  ");
}

/* Opens the sections of `key` that the key before it was not in; indents; returns the key's last part. */
static const char *open_sections(Str *out, const char *key, const char *before)
{
    const char *part = key;
    int depth = 0;
    for (const char *dot; (dot = strchr(part, '.')); part = dot + 1, depth++) {
        if (strncmp(key, before, (size_t)(dot + 1 - key)) == 0)
            continue;
        indent(out, depth);
        str_addf(out, "%.*s:\n", (int)(dot - part), part);
    }
    indent(out, depth);
    return part;
}

void config_dump(const Config *c, Str *out)
{
    const char *before = "";
    for (const Option *o = config_table; o->key; o++) {
        if (!has_value(c, o))
            continue;
        str_addf(out, "%s: ", open_sections(out, o->key, before));
        add_value(out, c, o);
        str_add_char(out, '\n');
        before = o->key;
    }
}

/* ---- the page ---- */

static void add_range(Str *out, const Option *o)
{
    if (o->type == OPTION_INT && o->high >= 1e9)
        str_addf(out, "%g or more", o->low);
    else if (o->type == OPTION_INT || o->type == OPTION_REAL)
        str_addf(out, "%.9g to %.9g", o->low, o->high);
    else if (o->type == OPTION_FLAG)
        str_add(out, "true, false");
    else
        str_add(out, o->what ? o->what : "text");
}

static void add_choices(Str *out, const Option *o)
{
    for (int i = 0; o->choices[i]; i++)
        str_addf(out, "%s%s", i ? ", " : "", o->choices[i]);
}

static void add_row(Str *out, const Option *o)
{
    str_addf(out, "| `%s` | %s | ", o->key, o->value ? o->value : "");
    if (o->type == OPTION_CHOICE)
        add_choices(out, o);
    else
        add_range(out, o);
    str_addf(out, " | %s |\n", o->help);
}

/* The key's outermost section, as a length. */
static size_t section_len(const char *key)
{
    return strcspn(key, ".");
}

static void add_keys(Str *out)
{
    const char *section = "";
    for (const Option *o = config_table; o->key; o++) {
        bool inside = o->key[section_len(o->key)] == '.';
        if (inside && strncmp(section, o->key, section_len(o->key) + 1)) {
            str_addf(out, "\n## %.*s\n\n", (int)section_len(o->key), o->key);
            section = o->key;
        } else if (o != config_table) {
            add_row(out, o);
            continue;
        }
        str_add(out, "| key | default | values | meaning |\n|---|---|---|---|\n");
        add_row(out, o);
    }
}

static void add_presets(Str *out)
{
    str_add(out, "\n## Presets\n\n"
                 "What `model.preset` sets, but for the keys that the file or the command line gives. The\n"
                 "folder's `config.yaml` has the values themselves.\n\n| key |");
    for (int i = 0; i < N_PRESETS; i++)
        str_addf(out, " %s |", preset_names[i + 1]);
    str_add(out, "\n|---|---|---|---|\n");
    for (const PresetRow *row = preset_rows; row->key; row++) {
        str_addf(out, "| `%s` |", row->key);
        for (int i = 0; i < N_PRESETS; i++)
            str_addf(out, " %s |", row->value[i]);
        str_add_char(out, '\n');
    }
}

static void add_key_alias(Str *out, const KeyAlias *a)
{
    str_addf(out, "| `%s` | %s | ", a->name, a->system);
    if (!*a->key)
        str_add(out, "(passed over)");
    else
        str_addf(out, a->also ? "`%s`, `%s`" : "`%s`", a->key, a->also);
    str_add(out, " |\n");
}

static void add_aliases(Str *out)
{
    str_add(out,
            "\n## Names of other systems\n\n"
            "Accepted where they mean the same. JoeyNMT's `model.encoder.hidden_size` counts one direction: "
            "it is doubled\nwhen a recurrent encoder reads both ways. Its `adam_betas` are a list of two. "
            "OpenNMT's `encoder_type: transformer`\nis `model.type`. `batch_size` counts tokens when "
            "`batch_type` "
            "says so. `data.train` and `data.dev`\nas common beginnings of file names work together with "
            "`data.src` and `data.trg`.\nNot taken over: JoeyNMT's `model.tied_embeddings`, which is "
            "`model.shared_embeddings` here.\n\n"
            "| name | system | key here |\n|---|---|---|\n");
    for (const KeyAlias *a = config_key_aliases; a->name; a++)
        add_key_alias(out, a);
    str_add(out, "\n| key | value | is taken as |\n|---|---|---|\n");
    for (const ValueAlias *a = config_value_aliases; a->name; a++)
        str_addf(out, "| `%s` | %s | %s |\n", a->key, a->name, a->value);
}

void config_reference(Str *out)
{
    str_add(out,
            "# Configuration\n\n"
            "Every key of a configuration file, in YAML, nested by section. Any of them can be given on the\n"
            "command line as `key=value`, which wins over the file. This page is printed from the table in\n"
            "`src/model/config.c`: with `LOOKBACK_WRITE_DOCS=1` the test `test_config` writes it anew.\n\n");
    add_keys(out);
    add_presets(out);
    add_aliases(out);
}
