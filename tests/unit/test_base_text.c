/* Text, UTF-8, near names, numbers, options and YAML trees. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/option.h"
#include "base/str.h"
#include "base/tree.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define LIT(text) text, sizeof(text) - 1

/* ---- Str ---- */

static void text_is_built_up(void **unused)
{
    (void)unused;
    Str s = { 0 };
    str_add(&s, "");
    assert_string_equal(s.text, "");
    for (int i = 0; i < 1000; i++)
        str_addf(&s, "%d,", i % 10);
    assert_int_equal(s.len, 2000);
    str_cut(&s, 4);
    str_add_code(&s, 0x20AC);
    str_add_char(&s, '\0');
    str_add_bytes(&s, "z", 1);
    assert_int_equal(s.len, 9);
    assert_memory_equal(s.text, "0,1,\xe2\x82\xac\0z", 10);
    char *taken = str_take(&s);
    assert_int_equal(s.len, 0);
    free(taken);
    taken = str_take(&s);
    assert_string_equal(taken, "");
    free(taken);
    str_free(&s);
}

/* ---- UTF-8 ---- */

static const struct {
    const char *bytes;
    size_t n;
    size_t codes, replaced;
    const char *repaired;
} utf8_cases[] = {
    { LIT(""), 0, 0, "" },
    { LIT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 4, 0, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
    { LIT("\xef\xbf\xbf\xf4\x8f\xbf\xbf"), 2, 0, "\xef\xbf\xbf\xf4\x8f\xbf\xbf" },
    { LIT("a\xff"), 2, 1, "a\xef\xbf\xbd" },
    { LIT("\xc0\xaf"), 2, 2, "\xef\xbf\xbd\xef\xbf\xbd" },                                 /* over-long */
    { LIT("\xe0\x80\xaf"), 3, 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },                 /* over-long */
    { LIT("\xed\xa0\x80"), 3, 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },                 /* surrogate */
    { LIT("\xf4\x90\x80\x80"), 4, 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* too high */
    { LIT("\xe2\x82"), 2, 2, "\xef\xbf\xbd\xef\xbf\xbd" },                                 /* cut off */
    { LIT("\xe2\x82z"), 3, 2, "\xef\xbf\xbd\xef\xbf\xbdz" },
    { LIT("a\0b"), 3, 1,
      "a\xef\xbf\xbd"
      "b" },
};

static void utf8_is_decoded_strictly(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(utf8_cases); i++) {
        const char *bytes = utf8_cases[i].bytes;
        size_t n = utf8_cases[i].n;
        bool has_nul = memchr(bytes, 0, n) != NULL;
        assert_int_equal(utf8_is_valid(bytes, n), utf8_cases[i].replaced == 0 || has_nul);
        assert_int_equal(utf8_count(bytes, n), utf8_cases[i].codes);
        Str out = { 0 };
        assert_int_equal(utf8_repair(&out, bytes, n), utf8_cases[i].replaced);
        assert_string_equal(out.text, utf8_cases[i].repaired);
        assert_int_equal(out.len, strlen(out.text));
        str_free(&out);
    }
}

static void every_code_point_comes_back(void **unused)
{
    (void)unused;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        if (code == 0xD800)
            code = 0xE000;
        char bytes[4];
        uint32_t back;
        bool valid;
        size_t n = utf8_put(code, bytes);
        if (utf8_next(bytes, n, &back, &valid) != n || back != code || !valid)
            fail_msg("code point %x", code);
    }
}

static void huge_rubbish_is_repaired(void **unused)
{
    (void)unused;
    enum { N = 3 << 20 };
    char *bytes = malloc(N);
    memset(bytes, 0xFF, N);
    Str out = { 0 };
    assert_int_equal(utf8_repair(&out, bytes, N), N);
    assert_int_equal(out.len, 3 * (size_t)N);
    str_free(&out);
    free(bytes);
}

static void spaces_are_pythons(void **unused)
{
    (void)unused;
    int n = 0;
    for (uint32_t code = 0; code <= 0x10FFFF; code++)
        n += utf8_is_space(code);
    assert_int_equal(n, 29); /* sum(chr(i).isspace() for i in range(0x110000)) */
    assert_true(utf8_is_space(0x3000) && utf8_is_space(0x1F) && utf8_is_space(0x2009));
    assert_false(utf8_is_space(0x200B) || utf8_is_space(0xFEFF) || utf8_is_space(0));
}

static void width_counts_columns(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int width;
    } cases[] = {
        { "", 0 }, { "abc", 3 }, { "\xc3\xa9", 1 }, { "e\xcc\x81", 1 }, { "\xe6\xbc\xa2\xe5\xad\x97", 4 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(utf8_width(cases[i].text, strlen(cases[i].text)), cases[i].width);
}

/* ---- names and numbers ---- */

static void near_names_are_found(void **unused)
{
    (void)unused;
    static const char *const names[] = { "beam", "batch", "normalize", "max-length-factor",
                                         "model.encoder.cell" };
    static const struct {
        const char *name, *nearest;
    } cases[] = {
        { "beem", "beam" },
        { "baem", "beam" },
        { "norm", "normalize" },
        { "max_length_factor", "max-length-factor" },
        { "BATCH", "batch" },
        { "model.encoder.cel", "model.encoder.cell" },
        { "cell", "model.encoder.cell" },
        { "xyz", NULL },
        { "", NULL },
        { "b", NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *nearest = text_nearest(cases[i].name, names, COUNT(names));
        assert_true(text_equal(nearest, cases[i].nearest));
    }
    char endless[5000];
    memset(endless, 'b', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(text_nearest(endless, names, COUNT(names)));
}

static void numbers_are_whole_texts(void **unused)
{
    (void)unused;
    long long whole;
    double real;
    static const char *const no_ints[] = { "",  " 1", "1 ", "1x", "0x10", "1.0", "99999999999999999999",
                                           "-", "+-1" };
    for (size_t i = 0; i < COUNT(no_ints); i++)
        assert_false(text_to_int(no_ints[i], &whole));
    assert_true(text_to_int("-12", &whole) && whole == -12);
    static const char *const no_reals[] = { "", " 1", "nan", "inf", "1e999", "0x1p3", "1.2.3", "e", "1e" };
    for (size_t i = 0; i < COUNT(no_reals); i++)
        assert_false(text_to_real(no_reals[i], &real));
    assert_true(text_to_real("-1.5e-3", &real) && real == -1.5e-3);
    assert_true(text_to_real(".5", &real) && real == 0.5);
}

static void sizes_have_units(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
        { "512", 512 },     { "64K", 65536 },          { "64kb", 65536 },
        { "64KiB", 65536 }, { "1.5G", 1610612736 },    { "0", 0 },
        { "7B", 7 },        { "2T", (size_t)2 << 40 }, { "18446744073709551615", SIZE_MAX },
    };
    size_t size;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(text_to_size(cases[i].text, &size) && size == cases[i].size);
    static const char *const bad[] = {
        "",    "K",   "-1",  "1.5", "1X", "1 K", "18446744073709551616", "99999999999T", "99999999.5T",
        ".5G", "1KK", "1iB",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(text_to_size(bad[i], &size));
}

static void words_are_spans(void **unused)
{
    (void)unused;
    Span *words = text_words(LIT("  one\ttwo\xc2\xa0x \0 \n"));
    assert_int_equal(array_len(words), 3);
    assert_true(words[0].start == 2 && words[0].end == 5);
    assert_true(words[1].start == 6 && words[1].end == 12);
    assert_true(words[2].start == 13 && words[2].end == 14);
    array_free(words);
    assert_null(text_words("  ", 2));
}

/* ---- options ---- */

typedef struct {
    bool quiet, fast;
    int beam, seed;
    double normalize;
    char *model, *cell, *alignment;
    size_t memory;
    char **ensemble;
} Settings;

static const char *const cells[] = { "gru", "lstm", "rnn", NULL };
static const char *const alignments[] = { "hard", "soft", NULL };
#define AT(name) offsetof(Settings, name)
static const Option table[] = {
    { .key = "quiet", .letter = 'q', .type = OPTION_FLAG, .help = "say nothing", .offset = AT(quiet) },
    { .key = "fast",
      .letter = 'f',
      .type = OPTION_FLAG,
      .value = "true",
      .help = "be quick",
      .offset = AT(fast) },
    { .key = "beam",
      .letter = 'b',
      .type = OPTION_INT,
      .value = "5",
      .low = 1,
      .high = 100,
      .help = "hypotheses",
      .offset = AT(beam) },
    { .key = "seed", .type = OPTION_INT, .help = NULL, .offset = AT(seed) },
    { .key = "normalize",
      .letter = 'n',
      .type = OPTION_REAL,
      .value = "1.0",
      .low = -1,
      .high = 2,
      .help = "the exponent of the length by which the score of a hypothesis is divided, so that long ones "
              "are not at a disadvantage",
      .offset = AT(normalize) },
    { .key = "model",
      .letter = 'm',
      .type = OPTION_TEXT,
      .what = "DIR",
      .help = "the model",
      .offset = AT(model) },
    { .key = "cell",
      .type = OPTION_CHOICE,
      .value = "gru",
      .choices = cells,
      .help = "the cell",
      .offset = AT(cell) },
    { .key = "alignment",
      .type = OPTION_TEXT,
      .what = "[hard|soft|THRESHOLD]",
      .choices = alignments,
      .help = "print alignments",
      .offset = AT(alignment) },
    { .key = "memory", .type = OPTION_SIZE, .value = "4G", .help = "the limit", .offset = AT(memory) },
    { .key = "ensemble",
      .type = OPTION_LIST,
      .what = "DIR",
      .help = "one more model",
      .offset = AT(ensemble) },
    { 0 },
};

static LbStatus parse(Settings *s, char ***rest, LbError *err, char **argv)
{
    *s = (Settings){ 0 };
    options_default(table, s);
    int n = 0;
    while (argv[n])
        n++;
    return options_parse(table, s, n, argv, rest, err);
}
#define ARGS(...) ((char *[]){ __VA_ARGS__, NULL })

static void the_command_line_is_read(void **unused)
{
    (void)unused;
    Settings s;
    LbError err;
    char **rest;
    assert_int_equal(
        parse(&s, &rest, &err,
              ARGS("in.txt", "-b3", "--normalize", "-0.5", "-qm", "dir", "--cell=lstm", "-", "--no-fast",
                   "--memory", "64K", "--ensemble", "a", "--ensemble=b", "-7", "--", "--quiet")),
        LB_OK);
    assert_true(s.quiet && !s.fast && s.beam == 3 && s.normalize == -0.5 && s.memory == 65536);
    assert_string_equal(s.model, "dir");
    assert_string_equal(s.cell, "lstm");
    assert_int_equal(array_len(s.ensemble), 2);
    assert_string_equal(s.ensemble[1], "b");
    static const char *const left[] = { "in.txt", "-", "-7", "--quiet" };
    assert_int_equal(array_len(rest), 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(rest[i], left[i]);
    array_free(rest);
    options_free(table, &s);
    assert_null(s.model);
}

static void a_value_may_be_left_out(void **unused)
{
    (void)unused;
    static const struct {
        const char *next, *value;
        size_t left;
    } cases[] = { { "soft", "soft", 0 }, { "0.3", "0.3", 0 }, { "in.txt", "hard", 1 }, { "-q", "hard", 0 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Settings s;
        char **rest, next[10];
        strcpy(next, cases[i].next);
        assert_int_equal(parse(&s, &rest, NULL, ARGS("--alignment", next)), LB_OK);
        assert_string_equal(s.alignment, cases[i].value);
        assert_int_equal(array_len(rest), cases[i].left);
        array_free(rest);
        options_free(table, &s);
    }
}

static void defaults_are_filled_in(void **unused)
{
    (void)unused;
    Settings s;
    char **rest;
    assert_int_equal(parse(&s, &rest, NULL, (char *[]){ NULL }), LB_OK);
    assert_true(!s.quiet && s.fast && s.beam == 5 && s.normalize == 1 && s.memory == (size_t)4 << 30);
    assert_null(s.model);
    assert_null(rest);
    options_free(table, &s);
}

static void wrong_arguments_are_explained(void **unused)
{
    (void)unused;
    static const struct {
        const char *argument, *text;
    } cases[] = {
        { "--beem", "unknown flag --beem; did you mean --beam?" },
        { "--zzzzzz", "unknown flag --zzzzzz; --help lists them" },
        { "-z", "unknown flag -z; --help lists them" },
        { "--beam=0", "`0` for --beam is not a whole number from 1 to 100" },
        { "-b1.5", "`1.5` for -b is not a whole number from 1 to 100" },
        { "--normalize=nan", "`nan` for --normalize is not a number from -1 to 2" },
        { "--cell=lstn", "`lstn` for --cell is not one of gru, lstm, rnn; did you mean `lstm`?" },
        { "--cell=", "`` for --cell is not one of gru, lstm, rnn" },
        { "--memory=lots", "`lots` for --memory is not a size (such as 512M or 4G)" },
        { "--quiet=perhaps", "`perhaps` for --quiet is not true or false" },
        { "--no-fast=1", "--no-fast takes no value" },
        { "--no-beam", "unknown flag --no-beam; --help lists them" },
        { "--seed=99999999999", "`99999999999` for --seed is not a whole number" },
        { "--model", "--model needs a value" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Settings s;
        LbError err = { 0 };
        char **rest, argument[40];
        strcpy(argument, cases[i].argument);
        assert_int_equal(parse(&s, &rest, &err, ARGS("x", argument)), LB_USAGE);
        assert_int_equal(err.status, LB_USAGE);
        assert_string_equal(err.text, cases[i].text);
        assert_null(rest);
        options_free(table, &s);
    }
    Settings s;
    char **rest;
    LbError err;
    assert_int_equal(parse(&s, &rest, &err, ARGS("--model", "-x")), LB_USAGE);
    assert_string_equal(err.text, "--model needs a value; one that begins with - is given as --model=VALUE");
    options_free(table, &s);
}

static void config_keys_are_set_and_shown(void **unused)
{
    (void)unused;
    static const struct {
        const char *key, *value, *shown;
    } cases[] = {
        { "quiet", "yes", "true" },       { "fast", "off", "false" },
        { "beam", "12", "12" },           { "normalize", "0.1", "0.1" },
        { "normalize", "1e-7", "1e-07" }, { "memory", "2048", "2K" },
        { "cell", "rnn", "rnn" },         { "model", "", "" },
        { "ensemble", "one", "one" },     { "normalize", "0.30000000000000004", "0.30000000000000004" },
    };
    Settings s = { 0 };
    options_default(table, &s);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(option_set(table, &s, cases[i].key, cases[i].value, NULL), LB_OK);
        Str out = { 0 };
        option_show(option_find(table, cases[i].key), &s, &out);
        assert_string_equal(out.text, cases[i].shown);
        str_free(&out);
    }
    LbError err;
    assert_int_equal(option_set(table, &s, "beem", "1", &err), LB_USAGE);
    assert_string_equal(err.text, "unknown key `beem`; did you mean `beam`?");
    assert_int_equal(option_set(table, &s, "beam", "", &err), LB_USAGE);
    assert_string_equal(err.text, "`` for `beam` is not a whole number from 1 to 100");
    assert_int_equal(s.beam, 12);
    options_free(table, &s);
}

static void help_is_aligned_and_wrapped(void **unused)
{
    (void)unused;
    Str out = { 0 };
    options_help(table, &out);
    assert_non_null(strstr(out.text, "\n  -b, --beam N        hypotheses (default 5)\n"));
    assert_non_null(strstr(out.text, "the cell: one of gru, lstm, rnn (default gru)\n"));
    assert_non_null(strstr(out.text, "be quick (default on; --no-fast)\n"));
    assert_null(strstr(out.text, "seed"));
    int longest = 0;
    for (const char *line = out.text; *line;) {
        int n = (int)strcspn(line, "\n");
        longest = n > longest ? n : longest;
        line += n + (line[n] == '\n');
    }
    assert_in_range(longest, 80, 100);
    str_free(&out);
}

/* ---- trees ---- */

static void yaml_becomes_dotted_keys(void **unused)
{
    (void)unused;
    static const char text[] = "# a comment\n"
                               "model_dir: models/x\n"
                               "model:\n"
                               "  encoder: { cell: gru, layers: 2 }\n"
                               "  'tied embeddings': \"yes: really\"\n"
                               "data:\n"
                               "  train: [a.gz,\n"
                               "          b.gz]\n"
                               "guide:\n"
                               "empty: {}\n"
                               "none: null\n"
                               "quoted: 'null'\n";
    static const TreeItem expected[] = {
        { "model_dir", "models/x", 2 },
        { "model.encoder.cell", "gru", 4 },
        { "model.encoder.layers", "2", 4 },
        { "model.tied embeddings", "yes: really", 5 },
        { "data.train", "a.gz", 7 },
        { "data.train", "b.gz", 8 },
        { "guide", "", 9 },
        { "empty", "", 10 },
        { "none", "", 11 },
        { "quoted", "null", 12 },
    };
    TreeItem *items;
    LbError err = { 0 };
    assert_int_equal(tree_parse(LIT(text), "c.yaml", &items, &err), LB_OK);
    assert_int_equal(array_len(items), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_string_equal(items[i].key, expected[i].key);
        assert_string_equal(items[i].value, expected[i].value);
        assert_int_equal(items[i].line, expected[i].line);
    }
    tree_free(items);
}

static void empty_yaml_has_no_items(void **unused)
{
    (void)unused;
    static const char *const cases[] = { "", "# nothing\n", "---\n", "{}\n", "---\n...\n" };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TreeItem *items;
        assert_int_equal(tree_parse(cases[i], strlen(cases[i]), "c", &items, NULL), LB_OK);
        assert_null(items);
    }
}

static void bad_yaml_names_the_line(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t n;
        int line;
        const char *says;
    } cases[] = {
        { LIT("a: 1\nb: 2\na: 3\n"), 3, "`a` is given twice, first in line 1" },
        { LIT("a.b: 1\na: { b: 2 }\n"), 2, "given twice" },
        { LIT("a: { b: 1 }\nc: 1\na: { d: 2 }\n"), 3, "given twice" },
        { LIT("a: &x 1\nb: *x\n"), 1, "anchors" },
        { LIT("a: &x { b: *x }\n"), 1, "anchors" },
        { LIT("a: 1\n---\nb: 2\n"), 2, "second document" },
        { LIT("- a\n- b\n"), 1, "key: value" },
        { LIT("just text\n"), 1, "key: value" },
        { LIT("a: 1\n? [b, c]\n: 2\n"), 2, "a key must be a word" },
        { LIT("a: 1\n'': 2\n"), 2, "a key must be a word" },
        { LIT("a:\n  - b: 1\n"), 2, "plain values" },
        { LIT("a: []\n"), 1, "empty list" },
        { LIT("a: \"x\\0y\"\n"), 1, "NUL" },
        { LIT("a: [1, 2\n"), 2, "c.yaml" },
        { LIT("a: 1\n\tb: 2\n"), 2, "c.yaml" },
        { LIT("a: \xff\xfe\n"), 0, "c.yaml" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TreeItem *items;
        LbError err = { 0 };
        assert_int_equal(tree_parse(cases[i].text, cases[i].n, "c.yaml", &items, &err), LB_FORMAT);
        assert_null(items);
        if (!strstr(err.text, cases[i].says) || err.line != cases[i].line)
            fail_msg("case %zu: %s", i, err.text);
    }
}

static void check_nesting(int depth, LbStatus status)
{
    Str text = { 0 };
    for (int i = 0; i < depth; i++)
        str_add(&text, "{a: ");
    str_add(&text, "1");
    for (int i = 0; i < depth; i++)
        str_add_char(&text, '}');
    TreeItem *items;
    assert_int_equal(tree_parse(text.text, text.len, "c", &items, NULL), status);
    tree_free(items);
    str_free(&text);
}

static void nesting_has_a_limit(void **unused)
{
    (void)unused;
    check_nesting(32, LB_OK);
    check_nesting(33, LB_FORMAT);
    check_nesting(20000, LB_FORMAT);
}

/* Every alias doubles what the one before stands for. */
static void aliases_cannot_explode(void **unused)
{
    (void)unused;
    Str text = { 0 };
    str_add(&text, "a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++)
        str_addf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    TreeItem *items;
    assert_int_equal(tree_parse(text.text, text.len, "c", &items, NULL), LB_FORMAT);
    str_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_built_up),
        cmocka_unit_test(utf8_is_decoded_strictly),
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(huge_rubbish_is_repaired),
        cmocka_unit_test(spaces_are_pythons),
        cmocka_unit_test(width_counts_columns),
        cmocka_unit_test(near_names_are_found),
        cmocka_unit_test(numbers_are_whole_texts),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(words_are_spans),
        cmocka_unit_test(the_command_line_is_read),
        cmocka_unit_test(a_value_may_be_left_out),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(wrong_arguments_are_explained),
        cmocka_unit_test(config_keys_are_set_and_shown),
        cmocka_unit_test(help_is_aligned_and_wrapped),
        cmocka_unit_test(yaml_becomes_dotted_keys),
        cmocka_unit_test(empty_yaml_has_no_items),
        cmocka_unit_test(bad_yaml_names_the_line),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(aliases_cannot_explode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
