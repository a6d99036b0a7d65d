/* dates.c -- dates as people write them, to the year first and figures only.
 *
 *     Thursday , 3 May 1 9 7 9      1 9 7 9 - 0 5 - 0 3
 *
 * Figures are words of their own on both sides, so each has something to look at: a figure of the year its
 * own (surely) or another one of the year (possibly); so for a month or day of two figures; a month's name,
 * or a single figure, is where both figures come from. A hyphen comes from no word; it may be looked for
 * anywhere in year, month and day. A weekday says nothing that the rest does not. Years run from 1600 to
 * 2399, so that no figure of a year follows from another one. With separators `.` the day stands first, with
 * `/` the month, so every form has one meaning.
 */
#include "synth/tasks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { FIRST_YEAR = 1600, N_YEARS = 800 };

static const char *const forms[] = {
    "d Month y",
    "Month dth y",
    "y Month d",
    "dd Mon y",
    "dth Month y",
    "d month y",
    "d MONTH y",
    "Month d , y",
    "Mon dth , y",
    "dth of Month y",
    "Weekday d Month y",
    "d . m . y",
    "m / d / y",
    "y - mm - dd",
    "the dth of Month y",
    "Weekday , d Month y",
    "Weekday , Mon d , y",
    "the dth of Month , y",
    "Weekday the dth of Month y",
    "Weekday the dth of Month , y",
};
enum { N_FORMS = sizeof forms / sizeof *forms };

static const char *const months[] = { "January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December" };
static const char *const weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday" };

typedef struct {
    int year, month, day; /* month and day from 1 */
} Date;

static int days_of(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (leap && month == 2);
}

/* 0: Sunday (Sakamoto's rule; Gregorian) */
static int weekday_of(const Date *d)
{
    static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
    int y = d->year - (d->month < 3);
    return (y + y / 4 - y / 100 + y / 400 + shift[d->month - 1] + d->day) % 7;
}

/* ---- the words of a form ---- */

typedef enum { NO_PART, YEAR, MONTH, DAY, N_PARTS } Part;

static void number(char *out, int n)
{
    snprintf(out, DRAFT_BYTES, "%d", n);
}

static void two_figures(char *out, int n)
{
    snprintf(out, DRAFT_BYTES, "%02d", n);
}

static void ordinal(char *out, int n)
{
    static const char *const ends[] = { "th", "st", "nd", "rd" };
    bool plain = n % 10 > 3 || n / 10 == 1;
    snprintf(out, DRAFT_BYTES, "%d%s", n, ends[plain ? 0 : n % 10]);
}

static void name(char *out, int n)
{
    snprintf(out, DRAFT_BYTES, "%s", months[n - 1]);
}

static void short_name(char *out, int n)
{
    snprintf(out, DRAFT_BYTES, "%.3s", months[n - 1]);
}

static void small_name(char *out, int n)
{
    name(out, n);
    out[0] = (char)tolower((unsigned char)out[0]);
}

static void large_name(char *out, int n)
{
    name(out, n);
    for (char *c = out; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

static const struct {
    const char *code;
    Part part;
    void (*write)(char *out, int n);
} codes[] = {
    { "y", YEAR, number },          { "m", MONTH, number },       { "mm", MONTH, two_figures },
    { "Month", MONTH, name },       { "Mon", MONTH, short_name }, { "month", MONTH, small_name },
    { "MONTH", MONTH, large_name }, { "d", DAY, number },         { "dd", DAY, two_figures },
    { "dth", DAY, ordinal },
};

/* Writes what `code` stands for, itself if it is no code; which part it tells. */
static Part write_word(char *out, const char *code, const Date *date)
{
    const int value[N_PARTS] = { 0, date->year, date->month, date->day };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (text_equal(code, codes[i].code)) {
            codes[i].write(out, value[codes[i].part]);
            return codes[i].part;
        }
    snprintf(out, DRAFT_BYTES, "%s", text_equal(code, "Weekday") ? weekdays[weekday_of(date)] : code);
    return NO_PART;
}

/* Where a part stands in the source. */
typedef struct {
    int first, n;
} Place;

/* A word, or a word for each figure and one for what follows them: 1 3 th. */
static Place add_words(Draft *out, const char *text)
{
    Place place = { out->n_source, 0 };
    for (; isdigit((unsigned char)*text); text++, place.n++)
        draft_source(out, (const char[]){ *text, 0 });
    if (*text)
        draft_source(out, text);
    return place.n ? place : (Place){ place.first, 1 };
}

static void say(const char *form, const Date *date, Place place[N_PARTS], Draft *out)
{
    char word[DRAFT_BYTES], code[DRAFT_BYTES];
    draft_clear(out);
    for (int used = 0; sscanf(form, "%31s%n", code, &used) == 1; form += used) {
        Part part = write_word(word, code, date);
        place[part] = add_words(out, word);
    }
}

static void add_possible(Draft *out, Place from)
{
    for (int i = 0; i < from.n; i++)
        draft_possible(out, from.first + i);
}

static void add_figures(Draft *out, int n, int n_figures, Place from)
{
    char figures[DRAFT_BYTES];
    snprintf(figures, sizeof figures, "%0*d", n_figures, n);
    for (int i = 0; i < n_figures; i++) {
        draft_target(out, (const char[]){ figures[i], 0 }, from.first + (from.n == n_figures ? i : 0));
        add_possible(out, from);
    }
}

static void add_hyphen(Draft *out, const Place place[N_PARTS])
{
    draft_target(out, "-", -1);
    for (int part = YEAR; part <= DAY; part++)
        add_possible(out, place[part]);
}

static Date draw_date(Rng *r)
{
    Date d = { .year = FIRST_YEAR + rng_below(r, N_YEARS), .month = 1 + rng_below(r, 12) };
    d.day = 1 + rng_below(r, days_of(d.year, d.month));
    return d;
}

void dates_draw(Rng *r, int n_source, Draft *out)
{
    Place place[N_PARTS];
    Date date;
    do {
        date = draw_date(r);
        say(forms[rng_below(r, N_FORMS)], &date, place, out);
    } while (out->n_source != n_source);
    add_figures(out, date.year, 4, place[YEAR]);
    add_hyphen(out, place);
    add_figures(out, date.month, 2, place[MONTH]);
    add_hyphen(out, place);
    add_figures(out, date.day, 2, place[DAY]);
}
