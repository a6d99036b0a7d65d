/* test_metric_lines.h -- the lines that the metric tests score. */
#ifndef TEST_METRIC_LINES_H
#define TEST_METRIC_LINES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"
#include "metric/line.h"

typedef struct {
    char *text; /* what the lines point into */
    Line *line; /* array.h */
} Lines;

static void lines_split(Lines *l, size_t len)
{
    for (char *at = l->text, *end = at + len; at < end;) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        array_push(l->line, (Line){ at, (size_t)(stop - at) });
        at = stop + 1;
    }
}

static bool lines_read(Lines *l, const char *path)
{
    LbError err;
    size_t len = 0;
    *l = (Lines){ .text = file_read(path, &len, &err) };
    if (l->text)
        lines_split(l, len);
    return l->text != NULL;
}

static void lines_free(Lines *l)
{
    free(l->text);
    array_free(l->line);
}

/* Takes every "@@ " out of each line, in place. */
static void lines_join_subwords(Lines *l)
{
    for (size_t i = 0; i < array_len(l->line); i++) {
        char *text = l->text + (l->line[i].text - l->text);
        size_t n = 0, len = l->line[i].len;
        for (size_t k = 0; k < len;) {
            if (len - k >= 3 && memcmp(text + k, "@@ ", 3) == 0)
                k += 3;
            else
                text[n++] = text[k++];
        }
        l->line[i].len = n;
    }
}

/* ---- the data sets ---- */
typedef struct {
    Lines hyp, ref[2];
} Scored;

static inline void awkward_read(Scored *s)
{
    assert_true(lines_read(&s->hyp, "data/metric/awkward.hyp"));
    assert_true(lines_read(&s->ref[0], "data/metric/awkward.ref0"));
    assert_true(lines_read(&s->ref[1], "data/metric/awkward.ref1"));
    assert_int_equal(array_len(s->hyp.line), 20);
    assert_int_equal(array_len(s->ref[0].line), 20);
    assert_int_equal(array_len(s->ref[1].line), 20);
}

/* 3,000 lines of German-English output; false when the data folder ($LOOKBACK_DATA) is not there. */
static bool newstest_read(Scored *s)
{
    const char *data = getenv("LOOKBACK_DATA");
    char path[2][1000];
    data = data ? data : "../../shared/data";
    snprintf(path[0], sizeof path[0], "%s/metrics/tfnmt/deen_output.gz", data);
    snprintf(path[1], sizeof path[1], "%s/metrics/tfnmt/deen_ref_bpe.gz", data);
    *s = (Scored){ 0 };
    if (!lines_read(&s->hyp, path[0]) || !lines_read(&s->ref[0], path[1])) {
        lines_free(&s->hyp);
        print_message("%s is not there: set LOOKBACK_DATA\n", path[0]);
        return false;
    }
    lines_join_subwords(&s->ref[0]);
    return true;
}

static void scored_free(Scored *s)
{
    lines_free(&s->hyp);
    lines_free(&s->ref[0]);
    lines_free(&s->ref[1]);
}

#endif
