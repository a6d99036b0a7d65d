/* option.h -- one table describes every setting: parsing, checks, --help and docs are printed from it.
 *
 * A table fills a struct: each row names a key, its type, default, bounds, help and the member's offset.
 * The same type serves command-line flags (key "beam" is --beam) and config files (key "model.encoder.cell").
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"

typedef enum {
    OPTION_FLAG,   /* bool: on the command line no value; in a file true|false|yes|no|on|off */
    OPTION_INT,    /* int, low..high */
    OPTION_REAL,   /* double, low..high */
    OPTION_TEXT,   /* char *, owned by the struct; NULL when there is no default */
    OPTION_CHOICE, /* char *, one of choices; owned */
    OPTION_SIZE,   /* size_t, "512M" */
    OPTION_LIST,   /* char **, an array (array.h) of owned texts; each setting on the command line adds one */
} OptionType;

typedef struct {
    const char *key;
    char letter; /* -b for --beam; 0: none */
    OptionType type;
    const char *value;          /* default as text; NULL: none */
    double low, high;           /* inclusive, when low < high */
    const char *const *choices; /* NULL-terminated names for OPTION_CHOICE (aliases resolved by the caller) */
    const char *what; /* placeholder in help: "FILE", "N". "[...]" on an OPTION_TEXT: the value may be
                       * left out; then it is choices[0], and the next argument counts as the value only if
                       * it is a number or one of choices */
    const char *help; /* one sentence; NULL: not shown in help */
    size_t offset;    /* offsetof(Struct, member) */
} Option;
/* A table ends with a row whose key is NULL. */

void options_default(const Option *table, void *settings); /* settings must be zeroed before */
void options_free(const Option *table, void *settings);    /* frees texts and lists */
LbStatus option_set(const Option *table, void *settings, const char *key, const char *value, LbError *err);
const Option *option_find(const Option *table, const char *key);
/* The value as text that option_set reads (a list: joined by ", "). */
void option_show(const Option *o, const void *settings, Str *out);

/* The error for an unknown key: "unknown KIND `kye`; did you mean `key`?" -> LB_USAGE. */
LbStatus option_unknown(const Option *table, const char *kind, const char *key, LbError *err);

/* Command line: takes flags (--key value, --key=value, -k value, -kvalue; `--` ends them) out of argv and
 * leaves the rest, in order, in rest (an array of argv's own texts). A lone - is a file. A negative number
 * may be a value; any other value that begins with - needs the = form. --key of a flag may be negated as
 * --no-key. The caller frees rest with array_free; it is NULL on failure. */
LbStatus options_parse(const Option *table, void *settings, int argc, char **argv, char ***rest,
                       LbError *err);

/* Aligned, wrapped at 100 columns, with defaults. A table with a dotted key is a config's: no dashes. */
void options_help(const Option *table, Str *out);
/* What other pages are made of: the placeholder of a flag's value, NULL when it takes none; and what help
 * says of the flag, its sentence with choices and default. */
const char *option_what(const Option *o);
void option_sentence(const Option *o, Str *out);

#endif
