/* progress.c -- see progress.h. Parts are tried from the fullest line to the barest until one fits. */
#include "view/progress.h"

#include <math.h>
#include <stdio.h>

#include "view/label.h"

enum { BAR_MOST = 30, BAR_LEAST = 6 };

void progress_time(double seconds, Str *out)
{
    if (!(seconds >= 0) || seconds > 1e9) {
        str_add(out, "?");
        return;
    }
    long s = (long)(seconds + 0.5), days = s / 86400, hours = s / 3600 % 24;
    if (days > 0)
        str_addf(out, "%ldd %02ld:%02ld:%02ld", days, hours, s / 60 % 60, s % 60);
    else if (hours > 0)
        str_addf(out, "%ld:%02ld:%02ld", hours, s / 60 % 60, s % 60);
    else
        str_addf(out, "%ld:%02ld", s / 60, s % 60);
}

void progress_number(double value, Str *out)
{
    char digits[32];
    if (!isfinite(value) || fabs(value) >= 1e15 || fabs(value) < 10) {
        str_addf(out, fabs(value) < 10 ? "%.2f" : "%g", value);
        return;
    }
    int n = snprintf(digits, sizeof digits, "%.0f", fabs(value));
    if (value < 0)
        str_add_char(out, '-');
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            str_add_char(out, ',');
        str_add_char(out, digits[i]);
    }
}

static double share(const Progress *p)
{
    return p->total > 0 && p->done > 0 ? fmin(p->done / p->total, 1) : 0;
}

static double rate(const Progress *p)
{
    if (p->rate > 0)
        return p->rate;
    return p->seconds > 0 ? (p->done - p->done_before) / p->seconds : 0;
}

static void add_rate(const Progress *p, Str *out)
{
    if (!p->unit || !(rate(p) > 0))
        return;
    str_add(out, "  ");
    progress_number(rate(p), out);
    str_add_char(out, ' ');
    label_clean(out, p->unit);
    str_add(out, "/s");
}

static void add_times(const Progress *p, Str *out)
{
    str_add(out, "  ");
    progress_time(p->seconds, out);
    if (!(p->total > 0) || !(rate(p) > 0))
        return;
    str_add(out, " done, ");
    progress_time(fmax(0, (p->total - p->done) / rate(p)), out);
    str_add(out, " left");
}

/* bar: how many signs wide; 0: none. */
static void compose(const Progress *p, int bar, bool with_rate, Str *out)
{
    if (p->label && *p->label)
        label_clean(out, p->label);
    if (p->total > 0)
        str_addf(out, "%s%3.0f%%", out->len ? " " : "", floor(100 * share(p)));
    if (p->total > 0 && bar > 0) {
        str_add(out, " [");
        for (int i = 0; i < bar; i++)
            str_add_char(out, i < (int)(share(p) * bar + 1e-9) ? '#' : '-');
        str_add_char(out, ']');
    }
    if (with_rate)
        add_rate(p, out);
    add_times(p, out);
    if (p->suffix && *p->suffix) {
        str_add(out, "  ");
        label_clean(out, p->suffix);
    }
}

static int width_of(const Progress *p, int bar, bool with_rate)
{
    Str s = { 0 };
    compose(p, bar, with_rate, &s);
    int width = utf8_width(s.text, s.len);
    str_free(&s);
    return width;
}

void progress_line(const Progress *p, int columns, Str *out)
{
    columns = columns <= 0 ? 80 : columns < 4 ? 4 : columns;
    int room = columns - width_of(p, 0, true) - 3; /* the bar's space and brackets */
    int bar = room < BAR_LEAST ? 0 : room > BAR_MOST ? BAR_MOST : room;
    bool with_rate = bar > 0 || room + 3 >= 0;
    Str s = { 0 };
    compose(p, bar, with_rate, &s);
    label_shorten(out, s.text, columns);
    str_free(&s);
}

void progress_plain(const Progress *p, Str *out)
{
    Str s = { 0 };
    compose(p, 0, true, &s);
    str_add_bytes(out, s.text, s.len);
    str_free(&s);
}
