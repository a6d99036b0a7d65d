/* synth.c -- the table of tasks, and the files they are written to.
 *
 * What keeps train, valid and test apart is one set of the hashes of source texts: a text whose hash is in
 * it is drawn again. Two texts with one hash (64 bits) cost a needless draw and nothing else. The test part
 * is drawn first, so what is held out never depends on how much is trained on.
 */
#include "synth/synth.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/str.h"
#include "synth/tasks.h"

/* clang-format off */
const SynthTask synth_tasks[] = {
    { "svo", "English to French: agreement, adjectives behind the noun, negation around the verb", "en", "fr",
      2, 30, svo_draw, svo_draw_first, false, 0, 0 },
    { "copy", "the same words again", "src", "tgt", 1, 30, copy_draw, NULL, false, 0, 0, .most = 500 },
    { "reverse", "the same words backwards", "src", "tgt", 1, 30, reverse_draw, NULL, false, 0, 0, .most = 500 },
    { "sort", "the same words in the order of the alphabet", "src", "tgt", 2, 15, sort_draw, NULL, false, 0, 0, .most = 100 },
    { "lexicon", "200 made-up words: fertility 0 to 2, local reordering, words from nothing", "src", "tgt", 5,
      20, lexicon_draw, NULL, false, 0, 0, .most = 500 },
    { "dates", "dates in 20 forms to the figures of year, month and day", "src", "tgt", DATES_SHORTEST,
      DATES_LONGEST, dates_draw, NULL, false, 0, 0 },
    { "kvqa", "facts and a question about one of them; evidence: that fact", "src", "tgt",
      KVQA_FACTS * KVQA_FACT + KVQA_QUESTION, KVQA_FACTS * KVQA_FACT + KVQA_QUESTION, kvqa_draw, NULL, true,
      KVQA_FACT, KVQA_QUESTION, .draw_all = kvqa_draw_all },
    { "keysent", "20 sentences, of which 3 make the summary; evidence: these", "src", "tgt",
      KEYSENT_SENTENCES * KEYSENT_WORDS, KEYSENT_SENTENCES * KEYSENT_WORDS, keysent_draw, NULL, true, 0, 0 },
    { "stories", "people and places in sentences, a question; new names in the test part; evidence: a sentence",
      "src", "tgt", STORY_SHORTEST, STORY_USUAL, stories_draw, stories_draw_first, true, 0, 0, .of_sentences = true,
      .names = SYNTH_NAMES },
    { "news", "reports in which two or three sentences say what happened, and a headline of these; evidence: they",
      "src", "tgt", NEWS_SHORTEST, NEWS_LONGEST, news_draw, NULL, true, 0, 0, .of_sentences = true },
    { "hallucinate", "natural pairs beside wrong sources, dropped clauses and loops, from a task or your files", "src",
      "tgt", 0, 0, NULL, NULL, false, 0, 0 },
    { 0 },
};
/* clang-format on */

const SynthTask *synth_find(const char *name, LbError *err)
{
    const char *names[sizeof synth_tasks / sizeof *synth_tasks];
    size_t n = 0;
    for (const SynthTask *t = synth_tasks; t->name; t++) {
        if (text_equal(t->name, name))
            return t;
        names[n++] = t->name;
    }
    Str known = { 0 };
    for (size_t i = 0; i < n; i++)
        str_addf(&known, "%s%s", i ? ", " : "", names[i]);
    const char *near = text_nearest(name, names, n);
    fail(err, LB_USAGE, "there is no task \"%.60s\"; %s%s%sthere are %s", name, near ? "did you mean " : "",
         near ? near : "", near ? "? " : "", known.text);
    str_free(&known);
    return NULL;
}

SynthTask synth_with_facts(const SynthTask *task, int n_facts)
{
    SynthTask t = *task;
    assert(t.fact_words && n_facts >= SYNTH_FEWEST_FACTS && n_facts <= SYNTH_MOST_FACTS);
    t.shortest = t.longest = n_facts * t.fact_words + t.more_words;
    return t;
}

SynthTask synth_with_lengths(const SynthTask *task, int shortest, int longest)
{
    SynthTask t = *task;
    assert(shortest >= 1 && shortest <= longest && longest <= t.most);
    t.shortest = shortest, t.longest = longest;
    return t;
}

SynthTask synth_with_stories(const SynthTask *task, int fewest, int most, int names, int seen_places)
{
    SynthTask t = *task;
    assert(t.of_sentences && fewest >= 1 && fewest <= most && most <= SYNTH_MOST_SENTENCES);
    assert((t.names ? names >= SYNTH_FEWEST_NAMES : names == 0) && names <= SYNTH_MOST_NAMES);
    assert(seen_places >= 0 && seen_places <= 100);
    t.shortest = fewest, t.longest = most, t.names = names, t.seen_places = seen_places;
    if (fewest > STORY_SHORTEST)
        t.draw_first = NULL; /* it is short */
    return t;
}

/* ---- pairs ---- */

void synth_pair_free(SynthPair *pair)
{
    free(pair->source);
    free(pair->target);
    array_free(pair->links);
    array_free(pair->evidence);
    *pair = (SynthPair){ 0 };
}

void synth_make_length(const SynthTask *task, Rng *r, int n_source, SynthPair *out)
{
    Draft d;
    assert(n_source >= task->shortest && n_source <= task->longest);
    d.task = task;
    task->draw(r, n_source, &d);
    assert(task->of_sentences || d.n_source == n_source);
    draft_finish(&d, out);
}

void synth_make(const SynthTask *task, Rng *r, SynthPair *out)
{
    int range = task->longest - task->shortest + 1;
    bool is_short = rng_below(r, 2) == 0;
    int more = rng_below(r, is_short ? (range + 2) / 3 : range);
    synth_make_length(task, r, task->shortest + more, out);
}

/* ---- what is held out ---- */

/* Open addressing over a power of two; 0 marks a free place. */
typedef struct {
    uint64_t *places;
    size_t n_places, n_taken;
} HashSet;

static uint64_t hash_text(const char *text)
{
    uint64_t h = 0;
    for (const char *c = text; *c; c++)
        h = rng_hash(h, (unsigned char)*c);
    return h ? h : 1;
}

static uint64_t *find_place(const HashSet *set, uint64_t h)
{
    size_t i = (size_t)h & (set->n_places - 1);
    while (set->places[i] && set->places[i] != h)
        i = (i + 1) & (set->n_places - 1);
    return &set->places[i];
}

static HashSet hash_set_new(size_t most)
{
    HashSet set = { .n_places = 16 };
    while (set.n_places < 2 * most)
        set.n_places *= 2;
    set.places = memory_get(set.n_places, sizeof *set.places);
    return set;
}

/* False if it was there already. */
static bool hash_set_add(HashSet *set, uint64_t h)
{
    uint64_t *place = find_place(set, h);
    if (*place)
        return false;
    assert(set->n_taken + 1 < set->n_places);
    *place = h;
    set->n_taken++;
    return true;
}

/* ---- files ---- */

enum { N_FILES = 4, TESTED_FROM = 3, TRIES = 1000 };

typedef struct {
    NewFile file[N_FILES]; /* source, target, links, evidence */
    int n_open;
} Part;

static LbStatus part_open(Part *part, const SynthTask *task, const char *dir, const char *name, LbError *err)
{
    const char *const suffix[N_FILES] = { task->source_suffix, task->target_suffix, "align", "evidence" };
    LbStatus status = LB_OK;
    int n = task->has_evidence ? N_FILES : N_FILES - 1;
    for (part->n_open = 0; part->n_open < n && status == LB_OK; part->n_open += status == LB_OK) {
        Str file = { 0 };
        str_addf(&file, "%s.%s", name, suffix[part->n_open]);
        char *path = path_join(dir, file.text);
        status = new_file_open(&part->file[part->n_open], path, err);
        free(path);
        str_free(&file);
    }
    return status;
}

/* Evidence that an earlier task left under this name belongs to no text any more. */
static void drop_old_evidence(const char *dir, const char *name)
{
    Str file = { 0 };
    str_addf(&file, "%s.evidence", name);
    char *path = path_join(dir, file.text);
    unlink(path);
    free(path);
    str_free(&file);
}

static LbStatus part_keep(Part *part, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < part->n_open && status == LB_OK; i++)
        status = new_file_keep(&part->file[i], err);
    return status;
}

static void part_drop(Part *part)
{
    for (int i = 0; i < part->n_open; i++)
        new_file_drop(&part->file[i]);
}

static void write_links(FILE *f, const SynthPair *pair)
{
    for (size_t k = 0; k < array_len(pair->links); k++) {
        const SynthLink *link = &pair->links[k];
        fprintf(f, "%s%d%c%d", k ? " " : "", link->source, link->sure ? '-' : '?', link->target);
    }
    fputc('\n', f);
}

static void write_evidence(FILE *f, const SynthPair *pair)
{
    for (size_t k = 0; k < array_len(pair->evidence); k++) {
        const SynthEvidence *e = &pair->evidence[k];
        fprintf(f, "%s%d:%d-%d", k ? " " : "", e->sentence, e->first, e->last);
    }
    fputc('\n', f);
}

static void part_add(Part *part, const SynthPair *pair)
{
    fprintf(part->file[0].f, "%s\n", pair->source);
    fprintf(part->file[1].f, "%s\n", pair->target);
    write_links(part->file[2].f, pair);
    if (part->n_open == N_FILES)
        write_evidence(part->file[3].f, pair);
}

typedef struct {
    SynthTask task; /* of the part in hand */
    Rng rng;
    HashSet held_out;
    ReaderCounts *readers; /* NULL: nothing is read */
} Writer;

static int held_out_length(const SynthTask *task, int i)
{
    int from = task->of_sentences || task->shortest > TESTED_FROM ? task->shortest : TESTED_FROM;
    return from + i % (task->longest - from + 1);
}

/* A pair that is new to the test and valid parts. Short texts run out first: so after many vain tries, one
 * word more. */
static LbStatus draw_held_out(Writer *w, int i, SynthPair *pair, LbError *err)
{
    for (int n = held_out_length(&w->task, i); n <= w->task.longest; n++)
        for (int tries = 0; tries < TRIES; tries++) {
            synth_make_length(&w->task, &w->rng, n, pair);
            if (hash_set_add(&w->held_out, hash_text(pair->source)))
                return LB_OK;
        }
    return fail(err, LB_USAGE,
                "The task %s has too few different texts for sentence %d of this part. "
                "Ask for fewer.",
                w->task.name, i + 1);
}

static LbStatus draw_trained(Writer *w, int i, SynthPair *pair, LbError *err)
{
    for (int tries = 0; tries < TRIES; tries++) {
        synth_make(&w->task, &w->rng, pair);
        if (!*find_place(&w->held_out, hash_text(pair->source)))
            return LB_OK;
    }
    return fail(err, LB_USAGE,
                "The task %s has nothing left for training sentence %d: too much is held out. "
                "Ask for a smaller test part.",
                w->task.name, i + 1);
}

typedef LbStatus (*DrawPair)(Writer *, int i, SynthPair *, LbError *);

/* `first`, if not NULL, is the part's first pair. */
static LbStatus write_pairs(Writer *w, Part *part, int n, const SynthPair *first, DrawPair draw, LbError *err)
{
    SynthPair pair = { 0 };
    LbStatus status = LB_OK;
    for (int i = 0; i < n && status == LB_OK; i++) {
        bool is_first = i == 0 && first;
        if (!is_first)
            status = draw(w, i, &pair, err);
        const SynthPair *new = is_first ? first : &pair;
        if (status == LB_OK)
            part_add(part, new);
        if (status == LB_OK && w->readers)
            readers_count(w->readers, new);
    }
    synth_pair_free(&pair);
    return status;
}

static LbStatus write_part(Writer *w, const char *dir, const char *name, int n, const SynthPair *first,
                           DrawPair draw, LbError *err)
{
    Part part = { 0 };
    if (n == 0)
        return LB_OK;
    LbStatus status = part_open(&part, &w->task, dir, name, err);
    if (status == LB_OK)
        status = write_pairs(w, &part, n, first, draw, err);
    if (status == LB_OK)
        status = part_keep(&part, err);
    if (status == LB_OK && !w->task.has_evidence)
        drop_old_evidence(dir, name);
    part_drop(&part);
    return status;
}

static LbStatus write_all(Writer *w, SynthSizes sizes, uint64_t seed, const char *dir, const SynthPair *first,
                          SynthReport *report, LbError *err)
{
    const struct {
        const char *name;
        int part, n;
        const SynthPair *first;
        DrawPair draw;
    } parts[] = {
        { "test", SYNTH_TEST, sizes.n_test, first, draw_held_out },
        { "valid", SYNTH_VALID, sizes.n_valid, NULL, draw_held_out },
        { "train", SYNTH_TRAIN, sizes.n_train, NULL, draw_trained },
    };
    ReaderCounts readers = { 0 };
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        w->task.part = parts[k].part;
        w->rng = rng_new(rng_hash(seed, k));
        w->readers = k == 0 && report ? &readers : NULL;
        LbStatus status = write_part(w, dir, parts[k].name, parts[k].n, parts[k].first, parts[k].draw, err);
        if (status != LB_OK)
            return status;
    }
    if (report)
        *report = readers_report(&readers);
    return LB_OK;
}

LbStatus synth_write(const SynthTask *task, SynthSizes sizes, uint64_t seed, const char *dir,
                     SynthReport *report, LbError *err)
{
    assert(sizes.n_train >= 0 && sizes.n_valid >= 0 && sizes.n_test >= 0);
    LbStatus status = dir_make(dir, err);
    if (status != LB_OK)
        return status;
    Writer w = { .task = *task, .held_out = hash_set_new((size_t)sizes.n_test + (size_t)sizes.n_valid + 2) };
    SynthPair first = { 0 };
    if (task->draw_first) {
        Draft d;
        task->draw_first(&d);
        draft_finish(&d, &first);
        hash_set_add(&w.held_out, hash_text(first.source));
    }
    status = write_all(&w, sizes, seed, dir, task->draw_first ? &first : NULL, report, err);
    synth_pair_free(&first);
    free(w.held_out.places);
    return status;
}
