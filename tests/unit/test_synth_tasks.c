/* Each task's pairs against its rule, said once more in another way and read off the text alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/str.h"
#include "synth/stories.h"
#include "synth/synth.h"

/* ---- words ---- */

/* A text cut at its spaces; the words are in `copy`. */
typedef struct {
    char *copy, **words;
    int n;
} Cut;

static Cut cut_text(const char *text)
{
    Cut c = { .copy = memory_text(text) };
    char *rest = NULL;
    for (char *w = strtok_r(c.copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        array_push(c.words, w);
    c.n = (int)array_len(c.words);
    return c;
}

static void cut_free(Cut *c)
{
    array_free(c->words);
    free(c->copy);
}

typedef void (*CheckPair)(const SynthPair *pair, char **source, char **target);

static void check_pairs(const SynthTask *task, int n, CheckPair check)
{
    Rng r = rng_new(21);
    SynthPair pair = { 0 };
    for (int i = 0; i < n; i++) {
        synth_make(task, &r, &pair);
        Cut source = cut_text(pair.source), target = cut_text(pair.target);
        assert_true(source.n == pair.n_source && target.n == pair.n_target);
        check(&pair, source.words, target.words);
        cut_free(&source);
        cut_free(&target);
    }
    synth_pair_free(&pair);
}

/* The links as the align files have them. */
static char *links_text(const SynthPair *pair)
{
    Str s = { 0 };
    str_add(&s, "");
    for (size_t k = 0; k < array_len(pair->links); k++)
        str_addf(&s, "%s%d%c%d", k ? " " : "", pair->links[k].source, pair->links[k].sure ? '-' : '?',
                 pair->links[k].target);
    return str_take(&s);
}

static void check_links(const SynthPair *pair, Str *wanted)
{
    char *links = links_text(pair);
    assert_string_equal(links, wanted->text);
    free(links);
    str_free(wanted);
}

static int place_of(const char *word, char **words, int n)
{
    for (int i = 0; i < n; i++)
        if (text_equal(word, words[i]))
            return i;
    return -1;
}

/* ---- sort ---- */

static void check_sorted(const SynthPair *pair, char **source, char **target)
{
    Str links = { 0 };
    assert_int_equal(pair->n_source, pair->n_target);
    for (int j = 0; j < pair->n_target; j++) {
        assert_true(j == 0 || strcmp(target[j - 1], target[j]) < 0);
        int i = place_of(target[j], source, pair->n_source);
        assert_true(i >= 0);
        str_addf(&links, "%s%d-%d", j ? " " : "", i, j);
    }
    check_links(pair, &links);
}

static void test_sort(void **state)
{
    (void)state;
    check_pairs(synth_find("sort", NULL), 500, check_sorted);
}

/* ---- lexicon ---- */

/* What each source word was seen to become: links alone must give a dictionary. */
static struct {
    char *word, *meaning;
} dictionary[256];
static int n_entries, n_nulls, n_links_seen, fertility[3], n_crossed;

static void learn(const char *word, const char *meaning)
{
    int i = 0;
    while (i < n_entries && !text_equal(dictionary[i].word, word))
        i++;
    if (i < n_entries) {
        assert_string_equal(dictionary[i].meaning, meaning);
        return;
    }
    assert_true(n_entries < 200);
    dictionary[n_entries].word = memory_text(word);
    dictionary[n_entries++].meaning = memory_text(meaning);
}

static int meaning_of(const SynthPair *pair, int source, char **target, Str *out)
{
    int n = 0, last = -1;
    str_add(out, "");
    for (size_t k = 0; k < array_len(pair->links); k++)
        if (pair->links[k].source == source) {
            assert_true(pair->links[k].sure && (n == 0 || pair->links[k].target == last + 1));
            last = pair->links[k].target;
            str_addf(out, "%s ", target[last]);
            n++;
        }
    return n;
}

static void check_lexicon(const SynthPair *pair, char **source, char **target)
{
    assert_in_range(pair->n_source, 5, 20);
    for (int i = 0; i < pair->n_source; i++) {
        Str meaning = { 0 };
        int n = meaning_of(pair, i, target, &meaning);
        assert_in_range(n, 0, 2);
        fertility[n]++;
        learn(source[i], meaning.text);
        str_free(&meaning);
    }
    int before = -1;
    for (size_t k = 0; k < array_len(pair->links); k++) {
        assert_true(pair->links[k].source >= before - 1); /* no farther than one place */
        n_crossed += pair->links[k].source < before;
        before = pair->links[k].source;
    }
    int os = 0;
    for (int j = 0; j < pair->n_target; j++)
        os += text_equal(target[j], "os");
    assert_int_equal(pair->n_target, (int)array_len(pair->links) + os);
    n_nulls += os;
    n_links_seen += (int)array_len(pair->links);
}

static void test_lexicon(void **state)
{
    (void)state;
    check_pairs(synth_find("lexicon", NULL), 3000, check_lexicon);
    assert_int_equal(n_entries, 200);
    assert_true(fertility[0] > 0 && fertility[1] > 0 && fertility[2] > 0 && n_crossed > 0);
    /* one word in 20 brings a word from nothing */
    assert_true(n_nulls * 15 > n_links_seen / 2 && n_nulls * 15 < n_links_seen);
    for (int i = 0; i < n_entries; i++) {
        free(dictionary[i].word);
        free(dictionary[i].meaning);
    }
}

static SynthReport read_task(const SynthTask *task)
{
    Rng r = rng_new(9);
    SynthPair pairs[300] = { 0 };
    for (int i = 0; i < 300; i++)
        synth_make(task, &r, &pairs[i]);
    SynthReport report = synth_read(pairs, 300);
    for (int i = 0; i < 300; i++)
        synth_pair_free(&pairs[i]);
    return report;
}

static void test_readers(void **state)
{
    (void)state;
    SynthReport lexicon = read_task(synth_find("lexicon", NULL)), copy = read_task(synth_find("copy", NULL));
    SynthReport kvqa = read_task(synth_find("kvqa", NULL));
    assert_true(lexicon.diagonal.aer >= 0.3 && lexicon.perfect.aer > 0.01 && lexicon.perfect.aer < 0.04);
    assert_true(lexicon.perfect.hit == -1);
    assert_true(copy.diagonal.aer == 0 && copy.perfect.aer == 0);
    assert_true(kvqa.perfect.hit == 1 && kvqa.perfect.aer == 0);
    assert_true(kvqa.diagonal.hit > 0.02 && kvqa.diagonal.hit < 0.2); /* one fact of ten */
}

/* ---- dates ---- */

static int month_of(const char *word)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    char small[4] = "";
    for (int i = 0; i < 3 && word[i]; i++)
        small[i] = (char)tolower((unsigned char)word[i]);
    const char *at = strlen(small) == 3 ? strstr(names, small) : NULL;
    return at && (at - names) % 3 == 0 ? (int)(at - names) / 3 + 1 : 0;
}

typedef struct {
    int value, first, n; /* its words */
} Number;

/* Figures beside each other, as one number; an array. */
static Number *read_numbers(char **words, int n)
{
    Number *all = NULL;
    for (int i = 0; i < n; i++) {
        if (!isdigit((unsigned char)words[i][0]))
            continue;
        assert_int_equal(strlen(words[i]), 1);
        if (i == 0 || !isdigit((unsigned char)words[i - 1][0]))
            array_push(all, (Number){ 0, i, 0 });
        Number *last = &array_last(all);
        last->value = 10 * last->value + words[i][0] - '0';
        last->n++;
    }
    return all;
}

typedef struct {
    Number year, month, day;
    const char *weekday;
} Read;

/* Of two numbers without a month's name the day is first before a dot, else the month is. */
static Read read_date(char **words, int n)
{
    Read d = { .weekday = NULL };
    for (int i = 0; i < n; i++)
        if (month_of(words[i]))
            d.month = (Number){ month_of(words[i]), i, 1 };
        else if (strstr(words[i], "day"))
            d.weekday = words[i];
    Number *numbers = read_numbers(words, n), others[2] = { 0 };
    int n_others = 0;
    for (size_t i = 0; i < array_len(numbers); i++)
        if (numbers[i].n == 4)
            d.year = numbers[i];
        else
            others[n_others++] = numbers[i];
    bool day_first = d.month.value || place_of(".", words, n) >= 0;
    assert_int_equal(n_others, d.month.value ? 1 : 2);
    if (!d.month.value)
        d.month = others[day_first];
    d.day = others[!day_first];
    array_free(numbers);
    return d;
}

/* Of figure j, which is figure k of `of` that the number says. */
static void add_gold(Str *links, const Number *number, int j, int k, int of)
{
    int own = number->first + (number->n == of ? k : 0);
    str_addf(links, "%s%d-%d", j ? " " : "", own, j);
    for (int i = number->first; i < number->first + number->n; i++)
        if (i != own)
            str_addf(links, " %d?%d", i, j);
}

static void add_anywhere(Str *links, const Read *d, int j)
{
    const Number *parts[] = { &d->year, &d->month, &d->day };
    for (int p = 0; p < 3; p++)
        for (int i = 0; i < parts[p]->n; i++)
            str_addf(links, " %d?%d", parts[p]->first + i, j);
}

static void check_date(const SynthPair *pair, char **source, char **target)
{
    Read d = read_date(source, pair->n_source);
    char text[32], weekday[16];
    snprintf(text, sizeof text, "%04d-%02d-%02d", d.year.value, d.month.value, d.day.value);
    struct tm tm = { .tm_year = d.year.value - 1900, .tm_mon = d.month.value - 1, .tm_mday = d.day.value };
    time_t seconds = timegm(&tm);
    assert_true(tm.tm_mon == d.month.value - 1 && gmtime_r(&seconds, &tm)); /* there is such a day */
    strftime(weekday, sizeof weekday, "%A", &tm);
    assert_true(!d.weekday || text_equal(d.weekday, weekday));
    assert_int_equal(pair->n_target, 10);
    Str links = { 0 };
    for (int j = 0; j < 10; j++) {
        assert_true(target[j][0] == text[j] && target[j][1] == 0);
        if (j < 4)
            add_gold(&links, &d.year, j, j, 4);
        else if (j == 4 || j == 7)
            add_anywhere(&links, &d, j);
        else
            add_gold(&links, j < 7 ? &d.month : &d.day, j, (j - 5) % 3, 2);
    }
    check_links(pair, &links);
}

static void test_dates(void **state)
{
    (void)state;
    check_pairs(synth_find("dates", NULL), 3000, check_date);
}

/* ---- kvqa ---- */

static void check_different(char **words, int n, int from, int step)
{
    for (int i = from; i < n - 5; i += step)
        for (int k = from; k < i; k += step)
            assert_string_not_equal(words[i], words[k]);
}

static void check_answer(const SynthPair *pair, char **source, char **target)
{
    int n = pair->n_source, fact = 0;
    assert_true(text_equal(source[n - 1], "?") && text_equal(source[n - 5], "what"));
    while (!text_equal(source[5 * fact + 1], source[n - 2]))
        fact++;
    assert_int_equal(pair->n_target, 1);
    assert_string_equal(source[5 * fact + 3], target[0]);
    check_different(source, n, 1, 5);
    check_different(source, n, 3, 5);
    assert_int_equal(array_len(pair->evidence), 1);
    const SynthEvidence *e = pair->evidence;
    assert_true(e->sentence == fact && e->first == 5 * fact && e->last == 5 * fact + 4);
    Str links = { 0 };
    int at = 5 * fact;
    str_addf(&links, "%d-0 %d?0 %d?0 %d?0 %d?0", at + 3, at, at + 1, at + 2, at + 4);
    check_links(pair, &links);
}

static void test_kvqa(void **state)
{
    (void)state;
    static const int facts[] = { 5, 10, 50, 51, 200 };
    const SynthTask *kvqa = synth_find("kvqa", NULL);
    assert_int_equal(kvqa->longest, 55);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        SynthTask task = synth_with_facts(kvqa, facts[i]);
        assert_int_equal(task.longest, 5 * facts[i] + 5);
        check_pairs(&task, 50, check_answer);
    }
}

/* ---- keysent ---- */

static void check_summary(const SynthPair *pair, char **source, char **target)
{
    int n_keys = 0;
    Str links = { 0 };
    assert_int_equal(pair->n_source, 140);
    for (int s = 0; s < 20; s++) {
        char **w = source + 7 * s, **t = target + 4 * n_keys;
        assert_string_equal(w[6], ".");
        if (!text_equal(w[0], "mainly") && !text_equal(w[0], "notably") && !text_equal(w[0], "crucially"))
            continue;
        assert_true(text_equal(t[0], w[2]) && text_equal(t[1], w[3]) && text_equal(t[2], w[5]));
        const SynthEvidence *e = &pair->evidence[n_keys];
        assert_true(e->sentence == s && e->first == 7 * s && e->last == 7 * s + 6);
        int j = 4 * n_keys++, i = 7 * s;
        str_addf(&links, "%s%d-%d %d-%d %d-%d %d-%d", j ? " " : "", i + 2, j, i + 3, j + 1, i + 5, j + 2,
                 i + 6, j + 3);
        for (int k = 0; k < 6; k++)
            str_addf(&links, " %d?%d", i + k, j + 3);
    }
    assert_int_equal(n_keys, 3);
    assert_int_equal(pair->n_target, 12);
    assert_int_equal(array_len(pair->evidence), 3);
    check_links(pair, &links);
}

static void test_keysent(void **state)
{
    (void)state;
    check_pairs(synth_find("keysent", NULL), 200, check_summary);
}

/* ---- stories ---- */

static void add_part(char ***words, const char *from, size_t n)
{
    if (n > 0)
        array_push(*words, memory_bytes(from, n));
}

/* Words and punctuation apart; an array. */
static char **cut_story(const char *text)
{
    char **words = NULL;
    for (const char *from = text, *c = text;; c++)
        if (!*c || strchr(" ,.?'", *c)) {
            add_part(&words, from, (size_t)(c - from));
            add_part(&words, c, *c && *c != ' ');
            from = c + 1;
            if (!*c)
                return words;
        }
}

static int n_inside(char **words, int first, int last, const char *word)
{
    int n = 0;
    for (int i = first; i <= last; i++)
        n += text_equal(words[i], word);
    return n;
}

static int sentence_of(char **words, int at)
{
    return n_inside(words, 0, at, "|||");
}

static void check_story(const SynthPair *pair)
{
    char **words = cut_story(pair->source);
    int n = (int)array_len(words), answer = pair->links[0].source;
    assert_int_equal(n, pair->n_source);
    assert_true(pair->n_target == 1 && text_equal(words[n - 1], "?"));
    assert_true(pair->links[0].sure && text_equal(words[answer], pair->target));
    assert_int_equal(array_len(pair->evidence), 1);
    const SynthEvidence *e = pair->evidence;
    assert_true(e->first <= answer && answer <= e->last && text_equal(words[e->last], "."));
    assert_true(e->first == 0 || text_equal(words[e->first - 1], "|||"));
    assert_true(text_equal(words[e->last + 1], "|||") && sentence_of(words, e->first) == e->sentence);
    for (size_t k = 1; k < array_len(pair->links); k++) {
        int i = pair->links[k].source;
        assert_true(!pair->links[k].sure && e->first <= i && i <= e->last);
    }
    for (int i = 0; i < n; i++)
        free(words[i]);
    array_free(words);
}

static void test_stories(void **state)
{
    (void)state;
    static const int sentences[][2] = { { 1, 1 }, { 2, 8 }, { 50, 50 } };
    Rng r = rng_new(7);
    for (int k = 0; k < 9; k++) {
        SynthPair pair = { 0 };
        SynthTask task = synth_with_stories(synth_find("stories", NULL), sentences[k % 3][0],
                                            sentences[k % 3][1], SYNTH_FEWEST_NAMES, 0);
        task.part = k / 3;
        for (int i = 0; i < 300; i++) {
            synth_make(&task, &r, &pair);
            check_story(&pair);
        }
        synth_pair_free(&pair);
    }
}

/* What is said twice of one person, or of one object, would leave two answers. Read off sentences of one
 * form: of all people who were born somewhere, in a text, each occurs once. */
static void test_one_answer(void **state)
{
    (void)state;
    Rng r = rng_new(8);
    SynthPair pair = { 0 };
    SynthTask task = synth_with_stories(synth_find("stories", NULL), 20, 20, 300, 0);
    int n_seen = 0;
    for (int i = 0; i < 500; i++) {
        char places[20][32];
        int n = 0;
        synth_make(&task, &r, &pair);
        for (const char *c = pair.source; (c = strstr(c, " was born near ")) && n < 20; n++) {
            c += strlen(" was born near ");
            assert_int_equal(sscanf(c, "%31[A-Za-z]", places[n]), 1);
            for (int k = 0; k < n; k++)
                assert_string_not_equal(places[k], places[n]);
        }
        n_seen += n;
    }
    assert_true(n_seen > 100);
    synth_pair_free(&pair);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* No name is in two parts, or of two kinds. */
static void test_story_names(void **state)
{
    (void)state;
    static char all[60000][DRAFT_BYTES];
    size_t n = 0;
    for (int pool = 0; pool < STORY_POOLS; pool++)
        for (int part = SYNTH_TRAIN; part <= SYNTH_TEST; part++) {
            assert_true(pool == STORY_JOBS || story_names((StoryPool)pool, part) >= SYNTH_FEWEST_NAMES);
            for (int i = 0; i < story_names((StoryPool)pool, part); i++) {
                assert_true(n < 60000);
                story_name((StoryPool)pool, part, i, all[n++]);
            }
        }
    assert_true(n > 20000);
    qsort(all, n, sizeof *all, compare_names);
    for (size_t i = 1; i < n; i++)
        assert_string_not_equal(all[i - 1], all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort),    cmocka_unit_test(test_lexicon),    cmocka_unit_test(test_readers),
        cmocka_unit_test(test_dates),   cmocka_unit_test(test_kvqa),       cmocka_unit_test(test_keysent),
        cmocka_unit_test(test_stories), cmocka_unit_test(test_one_answer), cmocka_unit_test(test_story_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
