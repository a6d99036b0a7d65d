/* page.h -- the file of a page: HTML around blocks of data, script and style inside, nothing outside.
 *
 * It is written from front to back: sentences as they come, then what holds for all of them. Its policy
 * allows the script, what unpacks it, and the style by their SHA-256, and no network. In blocks `<` is
 * \u003c, so that no text ends a block. The file appears under its name when page_close has succeeded, not
 * before.
 */
#ifndef VIEW_PAGE_H
#define VIEW_PAGE_H

#include <stdint.h>

#include "base/file.h"
#include "view/numbers.h"

typedef struct {
    NewFile file;
    const char *rest; /* of the page's frame, not written yet */
    size_t n_blocks;
} Page;

LbStatus page_check_name(const char *path, LbError *err); /* LB_USAGE, as in page_open */
/* LB_USAGE when the name does not end in .html or .htm; LB_FILE. */
LbStatus page_open(Page *p, const char *path, const char *title, LbError *err);
/* The next sentence: JSON text, and the numbers that it refers to (none: no block of
 * their own). */
void page_block(Page *p, const char *json, const Numbers *numbers);
/* Numbers that the last block refers to. */
void page_numbers(Page *p, const char *id, const Numbers *numbers);
/* The last block, JSON about all of them, and the end. The page is gone in any case. */
LbStatus page_close(Page *p, const char *json, LbError *err);
void page_drop(Page *p); /* nothing is left of it; fine after page_close */

#endif
