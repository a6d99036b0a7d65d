/* small_search.h -- what tests that search with small models work in: made once for a group of tests. */
#ifndef TESTS_SMALL_SEARCH_H
#define TESTS_SMALL_SEARCH_H

#include "search/search.h"
#include "small_model.h"

static Tape *tape;
static Arena *inputs, *results;
static Searcher *searcher;

static int small_search_begin(void **state)
{
    (void)state;
    tape = tape_new(SMALL_MEMORY);
    searcher = searcher_new(SMALL_MEMORY);
    inputs = arena_new("inputs", SMALL_MEMORY);
    results = arena_new("results", SMALL_MEMORY);
    return 0;
}

static int small_search_end(void **state)
{
    (void)state;
    tape_free(tape);
    searcher_free(searcher);
    arena_free(inputs);
    arena_free(results);
    return 0;
}

#endif
