/* history.c -- see history.h. The file may be one that a run is just writing, so its last line may be torn.
 */
#include "api/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"

enum { MOST_COLUMNS = 64 };

/* ---- reading ---- */

/* The next field of a line that begins at *at; moves behind it. NULL: there is none. A copy, the caller's. */
static char *next_field(const char **at)
{
    if (!*at)
        return NULL;
    const char *tab = strchr(*at, '\t'), *end = tab ? tab : *at + strlen(*at);
    char *field = memory_bytes(*at, (size_t)(end - *at));
    *at = tab ? tab + 1 : NULL;
    return field;
}

static LbStatus read_header(History *h, const char *line, const char *path, LbError *err)
{
    char *name;
    while (array_len(h->names) < MOST_COLUMNS && (name = next_field(&line)))
        array_push(h->names, name);
    if (array_len(h->names) < 2 || !text_equal(h->names[0], "step"))
        return fail(err, LB_FORMAT, "%s does not begin with the names of its columns (step, ...)", path);
    return LB_OK;
}

/* "-" is what was not measured. */
static bool read_value(const char *field, double *value)
{
    *value = NAN;
    return text_equal(field, "-") || text_to_real(field, value);
}

static bool read_row(History *h, const char *line)
{
    size_t before = array_len(h->values), n = array_len(h->names), good = 0;
    double *row = array_add(h->values, n);
    char *field;
    for (size_t i = 0; (field = next_field(&line)); i++) {
        good += i < n && read_value(field, &row[i]);
        good += i >= n ? n + 1 : 0; /* too many */
        free(field);
    }
    bool whole = good == n && isfinite(row[0]);
    if (!whole)
        array_cut(h->values, before);
    return whole;
}

static LbStatus read_lines(History *h, Reader *in, const char *path, LbError *err)
{
    const char *line;
    size_t len;
    int more;
    while ((more = reader_line(in, &line, &len, err)) > 0) {
        if (!h->names) {
            LbStatus status = read_header(h, line, path, err);
            if (status != LB_OK)
                return status;
        } else if (read_row(h, line))
            h->n_rows++;
        else
            h->n_broken++;
    }
    return more == 0 ? LB_OK : LB_FILE;
}

LbStatus history_read(History *h, const char *path, LbError *err)
{
    *h = (History){ 0 };
    if (!file_exists(path))
        return LB_OK;
    Reader *in = reader_open(path, err);
    if (!in)
        return LB_FILE;
    LbStatus status = read_lines(h, in, path, err);
    reader_close(in);
    return status;
}

void history_free(History *h)
{
    for (size_t i = 0; i < array_len(h->names); i++)
        free(h->names[i]);
    array_free(h->names);
    array_free(h->values);
}

/* ---- asking ---- */

int history_column(const History *h, const char *name)
{
    for (size_t i = 0; i < array_len(h->names); i++)
        if (text_equal(h->names[i], name))
            return (int)i;
    return -1;
}

double history_value(const History *h, int row, int column)
{
    return h->values[(size_t)row * array_len(h->names) + (size_t)column];
}

int history_best(const History *h, int column, bool less_is_better)
{
    int best = -1;
    double sign = less_is_better ? -1 : 1;
    for (int i = 0; column >= 0 && i < h->n_rows; i++) {
        double value = history_value(h, i, column);
        if (isfinite(value) && (best < 0 || sign * value > sign * history_value(h, best, column)))
            best = i;
    }
    return best;
}

/* ---- drawing ---- */

enum { WIDTH = 60, HEIGHT = 10 };

typedef struct {
    char cell[HEIGHT][WIDTH];
    double first, last, low, high; /* steps; values */
    int n;                         /* points */
} Canvas;

static void find_range(Canvas *c, const History *h, int column)
{
    for (int i = 0; i < h->n_rows; i++) {
        double x = history_value(h, i, 0), y = history_value(h, i, column);
        if (!isfinite(y))
            continue;
        c->first = c->n ? fmin(c->first, x) : x;
        c->last = c->n ? fmax(c->last, x) : x;
        c->low = c->n ? fmin(c->low, y) : y;
        c->high = c->n ? fmax(c->high, y) : y;
        c->n++;
    }
}

/* Where `value` falls between low and high, as one of n places. */
static int place(double value, double low, double high, int n)
{
    double share = (value / 2 - low / 2) / (high / 2 - low / 2); /* halves: no overflow; 0/0 is NAN */
    return share > 0 ? (int)lround(fmin(share, 1) * (n - 1)) : 0;
}

static void draw_points(Canvas *c, const History *h, int column)
{
    memset(c->cell, ' ', sizeof c->cell);
    for (int i = 0; i < h->n_rows; i++) {
        double x = history_value(h, i, 0), y = history_value(h, i, column);
        if (isfinite(y))
            c->cell[HEIGHT - 1 - place(y, c->low, c->high, HEIGHT)][place(x, c->first, c->last, WIDTH)] = '*';
    }
}

static void write_row(const Canvas *c, int row, Str *out)
{
    int width = WIDTH;
    while (width > 0 && c->cell[row][width - 1] == ' ')
        width--;
    if (row == 0 || row == HEIGHT - 1)
        str_addf(out, "%10.4g |%.*s\n", row == 0 ? c->high : c->low, width, c->cell[row]);
    else
        str_addf(out, "%10s |%.*s\n", "", width, c->cell[row]);
}

void history_chart(const History *h, int column, Str *out)
{
    Canvas c = { .n = 0 };
    if (column < 0)
        return;
    find_range(&c, h, column);
    if (c.n < 2)
        return;
    draw_points(&c, h, column);
    for (int row = 0; row < HEIGHT; row++)
        write_row(&c, row, out);
    str_addf(out, "%10s +", "");
    for (int i = 0; i < WIDTH; i++)
        str_add_char(out, '-');
    str_addf(out, "\n%10s  step %-*.0f%*.0f\n", "", WIDTH / 2 - 5, c.first, WIDTH - WIDTH / 2, c.last);
}
