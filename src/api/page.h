/* page.h -- a page on its way to its file, for those who put more on it than texts. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/json.h"
#include "explain/erase.h"
#include "view/page.h"

struct LbPage {
    Page file;
    LbSession *session;
    LbPageOptions o;            /* texts are its own */
    json_t *head;               /* the last block; sections are set in it by name */
    json_t *sentences;          /* of the head */
    JsonNumbers numbers;        /* of the text at hand; errors of all */
    size_t cells;               /* of the maps of layers and heads so far */
    bool erased;                /* some text had words of its source erased, */
    EraseMethod erase;          /* in this way */
    bool figures;               /* each checked text has its own */
    const char *rows, *weights; /* what the map that is read has in its rows: "output", "raw" */
    const char *instead;        /* NULL, or what was tested in place of attention: a control */
};

/* Text whose NUL bytes and malformed ones are repaired. */
json_t *page_source(LbText text);
/* A row of the list of sentences, with no values yet. */
json_t *page_row(uint64_t line, LbText source, const char *output, double score);
/* Writes the next block, with the numbers that were gathered for it, and lists it. Both are given up. */
void page_put(LbPage *p, json_t *sentence, json_t *row);
/* lb_page_add() with more members of the sentence, which take the place of its own, and values of its row.
 * Both are given up. */
LbStatus page_add_text(LbPage *p, const LbPageText *x, json_t *more, json_t *values, LbError *err);
/* The same after lb_page_add_checked()'s check of its words. */
LbStatus page_add_checked(LbPage *p, const LbPageText *x, json_t *more, json_t *values, LbError *err);
/* Says of the text that was added last what is known to be wrong with it. */
void page_label(LbPage *p, const char *label);
/* A column of the list: worse is "high", "low", or NULL. */
void page_column(LbPage *p, const char *id, const char *title, const char *help, const char *worse);
/* The columns of figures, as they stand in the list. */
void page_figure_columns(LbPage *p);

#endif
