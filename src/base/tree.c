/* tree.c -- YAML through libyaml's document API, flattened to dotted keys.
 *
 * libyaml hands out nodes by number and lets an alias be the anchor's own node. A node met twice is
 * therefore an alias (or a cycle), and refusing it keeps the walk as short as the file. Every mapping key,
 * inner ones too, is noted with its full path; after sorting, a key given twice stands beside itself.
 * Not here: tags (ignored) and typed values (option.c reads the text).
 */
#include "base/tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/array.h"
#include "base/str.h"

enum { DEEPEST = 32, LONGEST_KEY = 500 };

typedef struct {
    const char *name;
    yaml_document_t *document;
    TreeItem *items; /* the result */
    TreeItem *keys;  /* every mapping key with its path and line, no value */
    bool *met;       /* by node number, from 0 */
    Str path;        /* of the node at hand */
    LbError *err;
} Walk;

static int line_of(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

static bool is_null(const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

/* The node of that number, met for the first time; NULL with err filled if not. */
static yaml_node_t *meet(Walk *w, int number)
{
    yaml_node_t *node = yaml_document_get_node(w->document, number);
    if (w->met[number - 1]) {
        fail_line(w->err, LB_FORMAT, line_of(node),
                  "%s: anchors and aliases (& and *) are not supported; write the value out", w->name);
        return NULL;
    }
    w->met[number - 1] = true;
    return node;
}

static LbStatus add_item(Walk *w, const yaml_node_t *node, const char *value, int line)
{
    if (node->type == YAML_SCALAR_NODE && strlen(value) != node->data.scalar.length && !is_null(node))
        return fail_line(w->err, LB_FORMAT, line, "%s: `%s` holds a NUL character", w->name, w->path.text);
    TreeItem item = { memory_text(w->path.text), memory_text(value), line };
    array_push(w->items, item);
    return LB_OK;
}

static LbStatus walk_scalar(Walk *w, const yaml_node_t *node, int line)
{
    return add_item(w, node, is_null(node) ? "" : (const char *)node->data.scalar.value, line);
}

static LbStatus walk_list(Walk *w, const yaml_node_t *list, int line)
{
    const yaml_node_item_t *item = list->data.sequence.items.start, *top = list->data.sequence.items.top;
    if (item == top)
        return fail_line(w->err, LB_FORMAT, line, "%s: `%s` is an empty list; leave the key out or fill it",
                         w->name, w->path.text);
    for (LbStatus status; item < top; item++) {
        yaml_node_t *node = meet(w, *item);
        if (!node)
            return LB_FORMAT;
        if (node->type != YAML_SCALAR_NODE)
            return fail_line(w->err, LB_FORMAT, line_of(node), "%s: the list `%s` may hold plain values only",
                             w->name, w->path.text);
        if ((status = walk_scalar(w, node, line_of(node))) != LB_OK)
            return status;
    }
    return LB_OK;
}

/* Makes the path longer by a key; the caller cuts it back. */
static LbStatus enter_key(Walk *w, const yaml_node_t *key)
{
    const char *text = (const char *)key->data.scalar.value;
    size_t n = key->type == YAML_SCALAR_NODE ? key->data.scalar.length : 0;
    if (n == 0 || strlen(text) != n || is_null(key))
        return fail_line(w->err, LB_FORMAT, line_of(key), "%s: a key must be a word", w->name);
    if (w->path.len + n > LONGEST_KEY)
        return fail_line(w->err, LB_FORMAT, line_of(key), "%s: a key of more than %d bytes", w->name,
                         LONGEST_KEY);
    if (w->path.len > 0)
        str_add_char(&w->path, '.');
    str_add(&w->path, text);
    TreeItem noted = { memory_text(w->path.text), NULL, line_of(key) };
    array_push(w->keys, noted);
    return LB_OK;
}

static LbStatus walk_value(Walk *w, int number, int line, int depth);

static LbStatus walk_mapping(Walk *w, const yaml_node_t *mapping, int depth)
{
    size_t outside = w->path.len;
    LbStatus status = LB_OK;
    const yaml_node_pair_t *top = mapping->data.mapping.pairs.top;
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < top && !status; pair++) {
        const yaml_node_t *key = meet(w, pair->key);
        status = key ? enter_key(w, key) : LB_FORMAT;
        if (status == LB_OK)
            status = walk_value(w, pair->value, line_of(key), depth);
        str_cut(&w->path, outside);
    }
    return status;
}

/* `line` is the key's. */
static LbStatus walk_value(Walk *w, int number, int line, int depth)
{
    const yaml_node_t *node = meet(w, number);
    if (!node)
        return LB_FORMAT;
    if (node->type == YAML_SCALAR_NODE)
        return walk_scalar(w, node, line);
    if (node->type == YAML_SEQUENCE_NODE)
        return walk_list(w, node, line);
    if (node->data.mapping.pairs.start == node->data.mapping.pairs.top)
        return add_item(w, node, "", line);
    if (depth >= DEEPEST)
        return fail_line(w->err, LB_FORMAT, line, "%s: sections nested deeper than %d", w->name, DEEPEST);
    return walk_mapping(w, node, depth + 1);
}

static int compare_keys(const void *a, const void *b)
{
    const TreeItem *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static LbStatus check_twice(Walk *w)
{
    size_t n = array_len(w->keys);
    if (n > 0)
        qsort(w->keys, n, sizeof *w->keys, compare_keys);
    for (size_t i = 1; i < n; i++)
        if (strcmp(w->keys[i - 1].key, w->keys[i].key) == 0)
            return fail_line(w->err, LB_FORMAT, w->keys[i].line, "%s: `%s` is given twice, first in line %d",
                             w->name, w->keys[i].key, w->keys[i - 1].line);
    return LB_OK;
}

static LbStatus walk_document(Walk *w)
{
    const yaml_node_t *root = yaml_document_get_root_node(w->document);
    if (!root || (root->type == YAML_SCALAR_NODE && (root->data.scalar.length == 0 || is_null(root))))
        return LB_OK;
    if (root->type != YAML_MAPPING_NODE)
        return fail_line(w->err, LB_FORMAT, line_of(root), "%s: expected lines of the form `key: value`",
                         w->name);
    str_cut(&w->path, 0);
    w->met = memory_get((size_t)(w->document->nodes.top - w->document->nodes.start), sizeof *w->met);
    w->met[0] = true;
    LbStatus status = walk_mapping(w, root, 1);
    return status == LB_OK ? check_twice(w) : status;
}

/* ---- libyaml ---- */

static LbStatus fail_yaml(const yaml_parser_t *parser, const char *name, LbError *err)
{
    if (parser->error == YAML_MEMORY_ERROR)
        memory_exhausted("the YAML parser", 0, 0);
    const char *problem = parser->problem ? parser->problem : "this is not YAML";
    if (parser->error == YAML_READER_ERROR)
        return fail(err, LB_FORMAT, "%s: %s at byte %zu", name, problem, parser->problem_offset);
    return fail_line(err, LB_FORMAT, (int)parser->problem_mark.line + 1, "%s: %s", name, problem);
}

static LbStatus expect_no_more(yaml_parser_t *parser, const char *name, LbError *err)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second))
        return fail_yaml(parser, name, err);
    LbStatus status = LB_OK;
    if (yaml_document_get_root_node(&second))
        status = fail_line(err, LB_FORMAT, (int)second.start_mark.line + 1,
                           "%s: a second document (---) is not supported", name);
    yaml_document_delete(&second);
    return status;
}

static LbStatus parse_with(yaml_parser_t *parser, Walk *w)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document))
        return fail_yaml(parser, w->name, w->err);
    w->document = &document;
    LbStatus status = walk_document(w);
    if (status == LB_OK && yaml_document_get_root_node(&document))
        status = expect_no_more(parser, w->name, w->err);
    yaml_document_delete(&document);
    return status;
}

LbStatus tree_parse(const char *text, size_t len, const char *name, TreeItem **out, LbError *err)
{
    *out = NULL;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        memory_exhausted("the YAML parser", 0, 0);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    size_t mark = utf8_mark(text, len);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text + mark, len - mark);
    Walk w = { .name = name, .err = err };
    LbStatus status = parse_with(&parser, &w);
    yaml_parser_delete(&parser);
    tree_free(w.keys);
    free(w.met);
    str_free(&w.path);
    if (status == LB_OK)
        *out = w.items;
    else
        tree_free(w.items);
    return status;
}

void tree_free(TreeItem *items)
{
    for (size_t i = 0; i < array_len(items); i++) {
        free(items[i].key);
        free(items[i].value);
    }
    array_free(items);
}
