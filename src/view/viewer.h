/* viewer.h -- what a page is made of: the folder viewer/, built into the library (cmake/viewer.cmake). */
#ifndef VIEW_VIEWER_H
#define VIEW_VIEWER_H

#include <stddef.h>

typedef struct {
    const char *text; /* [len], and a NUL */
    size_t len;
    const char *sha256; /* of text, hexadecimal */
} ViewerPart;

extern const ViewerPart viewer_script, viewer_style, viewer_start;
/* with {{policy}}, {{title}}, {{data}}, {{style}}, {{script}}, {{start}} to be filled */
extern const ViewerPart viewer_page;

#endif
