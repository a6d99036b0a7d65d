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
};

#endif
