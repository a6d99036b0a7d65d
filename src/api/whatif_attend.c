/* whatif_attend.c -- words of an output that look where they are told.
 *
 * Words before the told one are kept: they are forced, so they have the same bits. (A search that was free to
 * change them might choose another beginning, because of what follows.) The told word is found by search,
 * told at its first piece; if it turns out to go on, its pieces so far are kept and the next is told as well,
 * until no piece of it was free. Were its first piece to go on with the word before, that one would change:
 * such pieces are forbidden there.
 */
#include "api/whatif.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "search/maps.h"

/* ---- what is asked for ---- */

static LbStatus fail_index(const char *what, int wanted, int n, LbError *err)
{
    return fail(err, LB_USAGE, "there is no %s %d of cross attention: there are %d, 0 to %d", what, wanted, n,
                n - 1);
}

static LbStatus check_attend(const WhatifJob *j, const LbAttend *a, LbError *err)
{
    HeadCount n = maps_count(j->m, MAP_CROSS);
    if (a->layer >= n.layers)
        return fail_index("layer", a->layer, n.layers, err);
    if (a->head >= n.heads)
        return fail_index("head", a->head, n.heads, err);
    if (a->last < a->first)
        return fail(err, LB_USAGE, "source words %zu to %zu are none", a->first, a->last);
    LbStatus status = whatif_check_source(j, a->last, err);
    for (size_t w = a->first; w <= a->last && status == LB_OK; w++)
        if (whatif_masks(j, w) && j->c->erase != LB_ERASE_UNK)
            status = fail(err, LB_USAGE, "source word %zu is erased: nothing can look at it", w);
    return status;
}

LbStatus whatif_check_attends(const WhatifJob *j, LbError *err)
{
    LbStatus status = LB_OK;
    bool looks = j->c->n_attends > 0 || (j->c->n_mask > 0 && j->c->erase == LB_ERASE_ATTENTION);
    if (looks && !j->m->has_attention)
        return fail(err, LB_DATA,
                    "this model cannot look back (its attention score is `none`), so it cannot be told "
                    "where to look");
    for (size_t i = 0; i < j->c->n_attends && status == LB_OK; i++)
        status = check_attend(j, &j->c->attends[i], err);
    return status;
}

/* ---- the told words ---- */

static int in_output_order(const void *a, const void *b)
{
    const LbAttend *const *x = a, *const *y = b;
    if ((*x)->target != (*y)->target)
        return (*x)->target < (*y)->target ? -1 : 1;
    return *x < *y ? -1 : *x > *y; /* as they were given */
}

static const LbAttend **sorted(const LbChanges *c)
{
    const LbAttend **all = memory_get(c->n_attends + 1, sizeof *all);
    for (size_t i = 0; i < c->n_attends; i++)
        all[i] = &c->attends[i];
    qsort(all, c->n_attends, sizeof *all, in_output_order);
    return all;
}

static Told *told_new(WhatifJob *j, const LbAttend *a)
{
    Told *told = j->w->told;
    for (size_t i = 0; i < array_len(told); i++)
        if (told[i].target == a->target && told[i].layer == a->layer && told[i].head == a->head)
            return &told[i];
    array_push(j->w->told, (Told){ .target = a->target, .layer = a->layer, .head = a->head });
    Told *t = &array_last(j->w->told);
    t->words = memory_get(array_len(j->edited.words) + 1, sizeof *t->words);
    t->open = memory_get((size_t)whatif_places(j) + 1, sizeof *t->open);
    return t;
}

static void list_told(WhatifJob *j)
{
    const LbAttend **all = sorted(j->c);
    for (size_t i = 0; i < j->c->n_attends; i++) {
        Told *t = told_new(j, all[i]);
        for (size_t w = all[i]->first; w <= all[i]->last; w++) {
            t->words[w] = true;
            whatif_choose(j, w, t->open);
        }
    }
    for (size_t i = 0; i < array_len(j->w->told); i++)
        for (size_t w = 0; w < array_len(j->edited.words); w++)
            if (j->w->told[i].words[w])
                array_push(j->w->told[i].source, w);
    free(all);
}

void whatif_free_told(Told *told)
{
    for (size_t i = 0; i < array_len(told); i++) {
        free(told[i].words);
        free(told[i].open);
        free(told[i].before);
        free(told[i].after);
        free(told[i].weights);
        array_free(told[i].source);
    }
    array_free(told);
}

/* ---- places ---- */

/* The pieces of a word: [from, to); none when there is no such word, or it is the end. */
static void find_word(const LbHypothesis *h, size_t word, int *from, int *to)
{
    *from = *to = 0;
    for (size_t i = 0; i + 1 < h->n_pieces; i++)
        if ((size_t)h->piece_word[i] == word) {
            *from = *to > 0 ? *from : (int)i;
            *to = (int)i + 1;
        }
}

/* The first n of the told words are told. */
static void tell(WhatifJob *j, size_t n)
{
    array_cut(j->steers, 0);
    for (size_t i = 0; i < n; i++) {
        const Told *t = &j->w->told[i];
        array_push(j->steers, (Steer){ t->from, t->to, t->layer, t->head, t->open });
    }
    j->steering.steers = j->steers;
    j->steering.n_steers = (int)array_len(j->steers);
}

void whatif_tell_places(WhatifJob *j, const LbHypothesis *h)
{
    for (size_t i = 0; i < array_len(j->w->told); i++)
        find_word(h, j->w->told[i].target, &j->w->told[i].from, &j->w->told[i].to);
    tell(j, array_len(j->w->told));
}

/* ---- one word ---- */

static const LbResult *current(const WhatifJob *j)
{
    return j->w->after ? j->w->after : j->w->before;
}

/* Where the word looked before it was told. */
static LbStatus keep_weights(WhatifJob *j, Told *t, LbError *err)
{
    const LbResult *r = current(j);
    LbMapChoice choice = { .kind = LB_CROSS, .layer = t->layer, .head = t->head };
    LbMap *map;
    if (r->hypotheses[0].maps_too_large)
        return LB_OK;
    LbStatus status = lb_map_new(r, 0, choice, &map, err);
    if (status != LB_OK)
        return status;
    t->weights = memory_get(map->n_columns, sizeof *t->weights);
    memcpy(t->weights, map->weights + t->target * map->n_columns, map->n_columns * sizeof *t->weights);
    lb_map_free(map);
    return LB_OK;
}

/* Pieces that would go on with the word that a text ends with. */
static bool *find_glue(const WhatifJob *j, const LbHypothesis *h, int n_kept)
{
    int V = vocab_size(j->m->target), *ids = memory_get((size_t)n_kept + 1, sizeof *ids);
    bool *glue = memory_get((size_t)V, sizeof *glue);
    for (int i = 0; i < n_kept; i++)
        ids[i] = vocab_id(j->m->target, h->pieces[i].text);
    for (int v = 0, last = n_kept - 1; v < V; v++) {
        Piece *p;
        ids[n_kept] = v;
        free(vocab_decode(j->m->target, ids + last, 2, &p));
        glue[v] = v >= VOCAB_FIRST && p[1].word == p[0].word;
        array_free(p);
    }
    free(ids);
    return glue;
}

/* The output behind its first n_kept pieces; `fresh`: the next one begins a word. */
static LbStatus decode_on(WhatifJob *j, int n_kept, bool fresh, LbError *err)
{
    const LbHypothesis *h = &current(j)->hypotheses[0];
    LbResult *r;
    bool *glue = NULL;
    LbStatus status = whatif_decode(j, h, (size_t)n_kept, NULL, &r, err);
    if (status == LB_OK && fresh && n_kept > 0 &&
        r->hypotheses[0].piece_word[n_kept] == r->hypotheses[0].piece_word[n_kept - 1]) {
        lb_results_free(r);
        glue = find_glue(j, h, n_kept);
        status = whatif_decode(j, h, (size_t)n_kept, glue, &r, err);
    }
    free(glue);
    if (status != LB_OK)
        return status;
    lb_results_free(j->w->after);
    j->w->after = r;
    return LB_OK;
}

/* Told word i of the list; those before it are told already. */
static LbStatus attend_word(WhatifJob *j, size_t i, LbError *err)
{
    Told *t = &j->w->told[i];
    const LbHypothesis *h = &current(j)->hypotheses[0];
    if (t->target + 1 >= h->n_words)
        return whatif_no_word("output", t->target, h->words, h->n_words - 1, err);
    find_word(h, t->target, &t->from, &t->to);
    if ((size_t)t->from < array_len(j->prefix))
        return fail(err, LB_USAGE,
                    "word %zu of the output, `%.100s`, is part of the beginning that it was given", t->target,
                    h->words[t->target].text);
    LbStatus status = keep_weights(j, t, err);
    t->before = memory_text(h->words[t->target].text);
    int from, to = t->to, n = 0;
    for (t->to = t->from; status == LB_OK && (n == 0 || to > t->to); n++) {
        t->to++;
        tell(j, i + 1);
        if ((status = decode_on(j, t->to - 1, n == 0, err)) == LB_OK)
            find_word(&j->w->after->hypotheses[0], t->target, &from, &to);
    }
    if (status == LB_OK)
        t->after = memory_text(j->w->after->hypotheses[0].words[t->target].text);
    return status;
}

LbStatus whatif_attend(WhatifJob *j, LbError *err)
{
    LbStatus status = LB_OK;
    list_told(j);
    for (size_t i = 0; i < array_len(j->w->told) && status == LB_OK; i++)
        status = attend_word(j, i, err);
    return status;
}
