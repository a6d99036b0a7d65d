/* tree.h -- a YAML file as a list of dotted keys.
 *
 * `model: { encoder: { cell: gru } }` becomes key "model.encoder.cell", value "gru". A list of plain values
 * gives the same key once per item. Anchors, several documents and non-text keys are errors.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include "base/status.h"

typedef struct {
    char *key, *value; /* value "" for an empty mapping value */
    int line;          /* in the file, from 1 */
} TreeItem;

/* An array (array.h) of items in file order; free with tree_free. Nesting deeper than 32, and a key given
 * twice, are errors that name the line. `name` is used in messages. */
LbStatus tree_parse(const char *text, size_t len, const char *name, TreeItem **out, LbError *err);
void tree_free(TreeItem *items);

#endif
