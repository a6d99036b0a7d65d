/* page.h -- a page on its way to its file, for those who put more on it than texts. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/json.h"
#include "view/page.h"

struct LbPage {
    Page file;
    LbSession *session;
    LbPageOptions o;     /* texts are its own */
    json_t *head;        /* the last block; sections are set in it by name */
    json_t *sentences;   /* of the head */
    JsonNumbers numbers; /* of the text at hand; errors of all */
    size_t cells;        /* of the maps of layers and heads so far */
};

/* Text whose NUL bytes and malformed ones are repaired. */
json_t *page_source(LbText text);
/* A row of the list of sentences, with no values yet. */
json_t *page_row(uint64_t line, LbText source, const char *output, double score);
/* Writes the next block, with the numbers that were gathered for it, and lists it. Both are given up. */
void page_put(LbPage *p, json_t *sentence, json_t *row);

#endif
