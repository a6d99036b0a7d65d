/* ct2.c -- an encoder-decoder Transformer of CTranslate2 as one of ours.
 *
 * Both are the same arithmetic under other names, and a table says which name is which. What is done besides:
 * quantised weights are divided by their scales; rows of embeddings and of the output layer are put into the
 * order of our vocabulary; factors that we have no place for go into the weights they stand before. A row
 * that only one side knows gets zeros, and as an output a bias that no softmax overlooks. In the end every
 * variable must have been used, or be known to say nothing: so whatever we cannot represent is an error with
 * its name.
 *
 * Names: CTranslate2's python/ctranslate2/specs/transformer_spec.py; meanings: its src/layers/transformer.cc.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "convert/convert.h"
#include "convert/ct2_file.h"
#include "convert/ct2_words.h"

enum { SIDES = 2 };
static const char *const sides[SIDES] = { "encoder", "decoder" };

static const double NEVER = -1e9; /* the output bias of a piece that is never said */

/* Rows of a table in the order of our vocabulary. */
typedef struct {
    Ct2Rows rows;
    const int *from;
    int n, zero; /* zero: the id whose row is zeros whatever theirs is; -1: none */
    double factor;
} Table;

typedef struct {
    const char *dir;
    Ct2File file;
    Ct2Special special;
    Ct2Words words[SIDES];
    Ct2Mapping map[SIDES];
    int layers[SIDES], heads[SIDES], width[SIDES], inner[SIDES], activation[SIDES];
    bool pre_norm[SIDES], embedding_norm[SIDES];
    Ct2Rows positions[SIDES]; /* v NULL: sinusoidal */
    int n_positions;          /* 0: sinusoidal on both sides */
    bool scaled;              /* embeddings are multiplied by the root of their width, by us */
    Table embedding[SIDES], output;
    bool tied, shared, same_vocabulary;
    Wishes wishes;
    Model *model;
    LbError *err;
} Ct2;

static void ct2_free(Ct2 *c)
{
    ct2_close(&c->file);
    ct2_special_free(&c->special);
    for (int i = 0; i < SIDES; i++) {
        ct2_words_free(&c->words[i]);
        ct2_mapping_free(&c->map[i]);
    }
    wishes_free(&c->wishes);
    model_free(c->model);
}

/* ---- variables by name ---- */

typedef struct {
    char text[CT2_NAME];
} Name;

static Name name_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static Name name_of(const char *format, ...)
{
    Name n;
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(n.text, sizeof n.text, format, arguments);
    va_end(arguments);
    assert(len < CT2_NAME);
    return n;
}

static bool has(const Ct2 *c, Name n)
{
    return ct2_find(&c->file, n.text) != NULL;
}

/* A single number; `otherwise` where there is no such variable. */
static LbStatus number(Ct2 *c, Name n, double otherwise, double *out)
{
    const Ct2Var *v = ct2_use(&c->file, n.text);
    *out = v && v->n == 1 ? ct2_value(v, 0) : otherwise;
    if (v && v->n != 1)
        return fail(c->err, LB_FORMAT, "%s: %s has %zu numbers instead of one", c->file.path, n.text, v->n);
    return LB_OK;
}

/* The same for a whole number from low to high. */
static LbStatus whole(Ct2 *c, Name n, int otherwise, int low, int high, int *out)
{
    double x;
    LbStatus status = number(c, n, otherwise, &x);
    if (status == LB_OK && !(x >= low && x <= high && x == floor(x)))
        return fail(c->err, LB_FORMAT, "%s: %s is %g; it must be %d to %d", c->file.path, n.text, x, low,
                    high);
    *out = status == LB_OK ? (int)x : 0;
    return status;
}

/* Attributes of a side: its own since revision 5, the model's before. */
static Name attribute(const Ct2 *c, int side, const char *what)
{
    return c->file.revision < 5 ? name_of("%s", what) : name_of("%s/%s", sides[side], what);
}

/* ---- what kind of model it is ---- */

enum { NEWEST_REVISION = 7, MANY = 1 << 20 };

static LbStatus check_kind(const Ct2 *c)
{
    const Ct2File *f = &c->file;
    if (!text_equal(f->spec, "TransformerSpec") && !text_equal(f->spec, "TransformerBase") &&
        !text_equal(f->spec, "TransformerBig"))
        return fail(c->err, LB_FORMAT,
                    "%s is a %s; a TransformerSpec (an encoder with a decoder) can be converted", f->path,
                    *f->spec ? f->spec : "model without a name");
    if (f->revision < 2 || f->revision > NEWEST_REVISION)
        return fail(c->err, LB_FORMAT, "%s: revision %u of a %s; 2 to %d can be converted", f->path,
                    (unsigned)f->revision, f->spec, NEWEST_REVISION);
    double epsilon = c->special.epsilon;
    if (epsilon > 0 && fabs(epsilon / 1e-5 - 1) > 1e-6)
        return fail(c->err, LB_FORMAT, "%s/config.json: layer_norm_epsilon is %g; lookback's is 1e-5", c->dir,
                    epsilon);
    return LB_OK;
}

static int count_layers(const Ct2 *c, int side)
{
    int n = 0;
    while (n < MANY && has(c, name_of("%s/layer_%d/ffn/linear_0/weight", sides[side], n)))
        n++;
    return n;
}

static LbStatus find_heads(Ct2 *c, int side)
{
    int otherwise = text_equal(c->file.spec, "TransformerBig") ? 16 : 8;
    return whole(c, attribute(c, side, "num_heads"), otherwise, 1, 1024, &c->heads[side]);
}

static LbStatus find_flags(Ct2 *c, int side)
{
    int pre_norm;
    LbStatus status = whole(c, attribute(c, side, "pre_norm"), 1, 0, 1, &pre_norm);
    c->pre_norm[side] = pre_norm;
    c->embedding_norm[side] = has(c, name_of("%s/layernorm_embedding/gamma", sides[side]));
    if (status == LB_OK)
        status = whole(c, attribute(c, side, "activation"), 0, 0, 127, &c->activation[side]);
    return status;
}

static LbStatus find_side(Ct2 *c, int side)
{
    LbStatus status = find_flags(c, side);
    c->layers[side] = count_layers(c, side);
    Ct2Rows inner = { 0 };
    if (status == LB_OK)
        status = ct2_rows(&c->file, name_of("%s/layer_0/ffn/linear_0/weight", sides[side]).text, 2, &inner,
                          c->err);
    if (status == LB_OK && (inner.rows > MANY || inner.columns > MANY))
        status = fail(c->err, LB_FORMAT, "%s: %s is too large, %zu by %zu", c->file.path, inner.v->name,
                      inner.rows, inner.columns);
    c->inner[side] = (int)inner.rows;
    c->width[side] = (int)inner.columns;
    return status;
}

static LbStatus check_sides(const Ct2 *c)
{
    const struct {
        const char *what;
        bool same;
    } rows[] = {
        { "pre_norm", c->pre_norm[0] == c->pre_norm[1] },
        { "activation", c->activation[0] == c->activation[1] },
        { "layernorm_embedding", c->embedding_norm[0] == c->embedding_norm[1] },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!rows[i].same)
            return fail(c->err, LB_FORMAT,
                        "%s: encoder/%s and decoder/%s differ; in lookback they are the same", c->file.path,
                        rows[i].what, rows[i].what);
    return LB_OK;
}

/* The weights of a layer. D, E, F: widths of this side, of the encoder, inside the feed-forward network. */
static const struct {
    const char *name;
    int times;
    char rows, columns;
    bool cross;
} weights[] = {
    { "self_attention/linear_0", 3, 'D', 'D', false },
    { "self_attention/linear_1", 1, 'D', 'D', false },
    { "attention/linear_0", 1, 'D', 'D', true },
    { "attention/linear_1", 2, 'D', 'E', true },
    { "attention/linear_2", 1, 'D', 'D', true },
    { "ffn/linear_0", 1, 'F', 'D', false },
    { "ffn/linear_1", 1, 'D', 'F', false },
};

static size_t size_called(const Ct2 *c, int side, char letter)
{
    return (size_t)(letter == 'D' ? c->width[side] : letter == 'E' ? c->width[0] : c->inner[side]);
}

/* All weights are there before memory is taken for a model of this size. */
static LbStatus check_layer(Ct2 *c, int side, int layer)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < sizeof weights / sizeof *weights && status == LB_OK; i++) {
        if (weights[i].cross && side != CT2_TARGET)
            continue;
        Ct2Rows w;
        Name n = name_of("%s/layer_%d/%s/weight", sides[side], layer, weights[i].name);
        size_t rows = (size_t)weights[i].times * size_called(c, side, weights[i].rows),
               columns = size_called(c, side, weights[i].columns);
        status = ct2_rows(&c->file, n.text, 2, &w, c->err);
        if (status == LB_OK && (w.rows != rows || w.columns != columns))
            status = fail(c->err, LB_FORMAT, "%s: %s is %zu by %zu; %zu by %zu are expected", c->file.path,
                          n.text, w.rows, w.columns, rows, columns);
    }
    return status;
}

static LbStatus check_sizes(Ct2 *c)
{
    LbStatus status = LB_OK;
    for (int side = 0; side < SIDES; side++)
        for (int i = 0; i < c->layers[side] && status == LB_OK; i++)
            status = check_layer(c, side, i);
    return status;
}

/* ---- embeddings, output, positions ---- */

static LbStatus check_size(const Ct2 *c, int side, const Ct2Rows *rows)
{
    size_t n = array_len(c->words[side].words), least = n - c->words[side].appended;
    if (rows->rows != n && rows->rows != least)
        return fail(c->err, LB_FORMAT, "%s: %s has %zu rows, but the vocabulary beside it has %zu tokens",
                    c->file.path, rows->v->name, rows->rows, least);
    return LB_OK;
}

/* What embeddings are multiplied by. */
static LbStatus find_scale(Ct2 *c, int side, double *out)
{
    const char *const names[] = { "scale_embeddings", "embeddings/multiply_by_sqrt_depth" };
    double root = sqrt(c->width[side]);
    *out = root;
    for (int i = 0; i < 2; i++) {
        Name n = name_of("%s/%s", sides[side], names[i]);
        const Ct2Var *v = ct2_use(&c->file, n.text);
        if (!v)
            continue;
        LbStatus status = number(c, n, 0, out);
        if (status == LB_OK && ct2_is_flag(v))
            *out = *out != 0 ? root : 1;
        return status;
    }
    return LB_OK;
}

static LbStatus find_embedding(Ct2 *c, int side, double *scale)
{
    Table *t = &c->embedding[side];
    Name plain = name_of("%s/embeddings/weight", sides[side]),
         numbered = name_of("%s/embeddings_0/weight", sides[side]);
    *t = (Table){ .from = c->map[side].from, .n = vocab_size(c->map[side].vocab), .zero = -1, .factor = 1 };
    LbStatus status = ct2_rows(&c->file, (has(c, numbered) && side == CT2_SOURCE ? numbered : plain).text, 2,
                               &t->rows, c->err);
    if (status == LB_OK && t->rows.columns != (size_t)c->width[side])
        status = fail(c->err, LB_FORMAT, "%s: %s is %zu wide, the layers %d", c->file.path, t->rows.v->name,
                      t->rows.columns, c->width[side]);
    if (status == LB_OK)
        status = check_size(c, side, &t->rows);
    return status == LB_OK ? find_scale(c, side, scale) : status;
}

/* The decoder may begin from zeros instead of a word's vector (Marian's models do). */
static LbStatus find_start(Ct2 *c)
{
    int zero;
    LbStatus status = whole(c, name_of("decoder/start_from_zero_embedding"), 0, 0, 1, &zero);
    if (zero)
        c->embedding[CT2_TARGET].zero = VOCAB_BOS;
    return status;
}

static LbStatus find_output(Ct2 *c)
{
    Table *t = &c->output;
    *t = (Table){ .from = c->map[CT2_TARGET].from, .n = vocab_size(c->map[CT2_TARGET].vocab), .zero = -1 };
    LbStatus status = number(c, name_of("decoder/scale_outputs"), 1, &t->factor);
    if (status == LB_OK)
        status = ct2_rows(&c->file, "decoder/projection/weight", 2, &t->rows, c->err);
    if (status == LB_OK && t->rows.columns != (size_t)c->width[CT2_TARGET])
        status = fail(c->err, LB_FORMAT, "%s: decoder/projection/weight is %zu wide, the layers %d",
                      c->file.path, t->rows.columns, c->width[CT2_TARGET]);
    return status == LB_OK ? check_size(c, CT2_TARGET, &t->rows) : status;
}

static LbStatus find_embeddings(Ct2 *c)
{
    double scale[SIDES];
    LbStatus status = LB_OK;
    for (int side = 0; side < SIDES && status == LB_OK; side++)
        status = find_embedding(c, side, &scale[side]);
    if (status != LB_OK)
        return status;
    c->scaled = true;
    for (int side = 0; side < SIDES; side++)
        c->scaled &= fabs(scale[side] / sqrt(c->width[side]) - 1) < 1e-6;
    for (int side = 0; side < SIDES && !c->scaled; side++)
        c->embedding[side].factor = scale[side];
    status = find_start(c);
    return status == LB_OK ? find_output(c) : status;
}

static LbStatus find_positions(Ct2 *c, int side)
{
    Name n = name_of("%s/position_encodings/encodings", sides[side]);
    Ct2Rows *p = &c->positions[side];
    if (!has(c, n))
        return LB_OK;
    LbStatus status = ct2_rows(&c->file, n.text, 2, p, c->err);
    if (status == LB_OK && (p->columns != (size_t)c->width[side] || p->rows < 3 || p->rows > MANY))
        return fail(c->err, LB_FORMAT, "%s: %s is %zu by %zu; %d columns are expected", c->file.path, n.text,
                    p->rows, p->columns, c->width[side]);
    if (status == LB_OK && (c->n_positions == 0 || p->rows < (size_t)c->n_positions))
        c->n_positions = (int)p->rows;
    return status;
}

/* ---- rows of our tables ---- */

static bool table_has(const Table *t, int id)
{
    return t->from[id] >= 0 && (size_t)t->from[id] < t->rows.rows && id != t->zero;
}

static void table_row(const Table *t, int id, real *to)
{
    if (!table_has(t, id)) {
        memset(to, 0, t->rows.columns * sizeof *to);
        return;
    }
    ct2_row(&t->rows, (size_t)t->from[id], to);
    for (size_t i = 0; i < t->rows.columns && t->factor != 1; i++)
        to[i] = (real)((double)to[i] * t->factor);
}

/* Whether a piece of the target can be an output. */
static bool sayable(const Ct2 *c, int id)
{
    return table_has(&c->output, id) && !(id < VOCAB_FIRST && c->map[CT2_TARGET].borrowed[id]);
}

/* Whether one matrix can serve as both; what an output that is never said weighs does not matter. */
static bool tables_equal(const Ct2 *c, const Table *a, const Table *b, bool as_output)
{
    size_t width = a->rows.columns;
    if (a->n != b->n || width != b->rows.columns)
        return false;
    real *x = memory_get(2 * width, sizeof *x), *y = x + width;
    bool equal = true;
    for (int id = 0; id < a->n && equal; id++) {
        table_row(a, id, x);
        table_row(b, id, y);
        equal = (as_output && !sayable(c, id)) || memcmp(x, y, width * sizeof *x) == 0;
    }
    free(x);
    return equal;
}

static bool same_mapping(const Ct2 *c)
{
    const int *a = c->map[0].from, *b = c->map[1].from;
    return c->words[0].shared && c->words[1].shared && array_len(a) == array_len(b) &&
           memcmp(a, b, array_len(a) * sizeof *a) == 0;
}

/* ---- the configuration ---- */

static const char *const activations[] = { "relu", "gelu-tanh", "swish",
                                           "gelu" }; /* by CTranslate2's codes */

static LbStatus find_activation(const Ct2 *c, const char **out)
{
    size_t code = (size_t)c->activation[0];
    if (code >= sizeof activations / sizeof *activations)
        return fail(c->err, LB_FORMAT, "%s: %s is number %zu, which lookback does not have", c->file.path,
                    attribute(c, 0, "activation").text, code);
    *out = activations[code];
    return LB_OK;
}

enum { USUAL_LENGTH = 1000 };

static void wish_lengths(Ct2 *c)
{
    int marks = c->special.source_begin + c->special.source_end, most = USUAL_LENGTH;
    if (c->n_positions) {
        wish(&c->wishes, "model.positions=learned");
        wish(&c->wishes, "model.max_positions=%d", c->n_positions);
        most = c->n_positions - (marks > 1 ? marks : 1);
    }
    wish(&c->wishes, "data.max_length=%d", most);
}

static LbStatus make_wishes(Ct2 *c)
{
    const char *activation = "";
    LbStatus status = find_activation(c, &activation);
    if (status != LB_OK)
        return status;
    Wishes *w = &c->wishes;
    for (int side = 0; side < SIDES; side++) {
        const char *name = sides[side];
        wish(w, "model.%s.layers=%d", name, c->layers[side]);
        wish(w, "model.%s.heads=%d", name, c->heads[side]);
        wish(w, "model.%s.hidden=%d", name, c->width[side]);
        wish(w, "model.%s.feed_forward=%d", name, c->inner[side]);
        wish(w, "data.%s.level=tokens", side == CT2_SOURCE ? "source" : "target");
    }
    wish(w, "model.type=transformer");
    wish(w, "decode.refill=true");
    wish(w, "model.norm=%s", c->pre_norm[0] ? "pre" : "post");
    wish(w, "model.activation=%s", activation);
    wish(w, "model.scale_embeddings=%s", c->scaled ? "true" : "false");
    wish(w, "model.normalize_embeddings=%s", c->embedding_norm[0] ? "true" : "false");
    wish(w, "model.tied_embeddings=%s", c->tied ? "true" : "false");
    wish(w, "model.shared_embeddings=%s", c->shared ? "true" : "false");
    wish(w, "data.shared_vocabulary=%s", c->same_vocabulary ? "true" : "false");
    wish(w, "data.source_begin=%s", c->special.source_begin ? "true" : "false");
    wish(w, "data.source_end=%s", c->special.source_end ? "true" : "false");
    wish_lengths(c);
    return LB_OK;
}

/* ---- filling parameters ---- */

typedef enum { GAIN, SHIFT, WEIGHT, BIAS } Kind;

static real *values_of(const Ct2 *c, const char *name)
{
    const Param *p = params_find(c->model->params, name);
    assert(p);
    return p->tensor.val;
}

static LbStatus fill_rows(Ct2 *c, const Param *p, Name theirs, int n_dim)
{
    Ct2Rows rows;
    LbStatus status = ct2_rows(&c->file, theirs.text, n_dim, &rows, c->err);
    size_t columns = n_dim == 2 ? (size_t)p->tensor.dim[1] : 1;
    if (status == LB_OK && (rows.rows != (size_t)p->tensor.dim[0] || rows.columns != columns))
        status = fail(c->err, LB_FORMAT, "%s: %s is %zu by %zu; %d by %zu are expected", c->file.path,
                      theirs.text, rows.rows, rows.columns, p->tensor.dim[0], columns);
    for (size_t r = 0; status == LB_OK && r < rows.rows; r++)
        ct2_row(&rows, r, p->tensor.val + r * columns);
    return status;
}

static LbStatus fill(Ct2 *c, Name ours, Name theirs, Kind kind)
{
    const Param *p = params_find(c->model->params, ours.text);
    assert(p);
    if (kind == BIAS && !has(c, theirs))
        return LB_OK; /* zeros already */
    if (kind == SHIFT && !has(c, theirs))
        return fail(
            c->err, LB_FORMAT,
            "%s has no %s: a norm without it is a root-mean-square norm, which lookback does not have",
            c->file.path, theirs.text);
    return fill_rows(c, p, theirs, kind == WEIGHT ? 2 : 1);
}

typedef struct {
    const char *ours, *theirs;
    Kind kind;
} Row;

static const Row norm_rows[] = { { "gain", "gamma", GAIN }, { "shift", "beta", SHIFT }, { 0 } };
static const Row self_rows[] = { { "qkv", "linear_0/weight", WEIGHT },
                                 { "qkv_bias", "linear_0/bias", BIAS },
                                 { "out", "linear_1/weight", WEIGHT },
                                 { "out_bias", "linear_1/bias", BIAS },
                                 { "gain", "layer_norm/gamma", GAIN },
                                 { "shift", "layer_norm/beta", SHIFT },
                                 { 0 } };
static const Row cross_rows[] = { { "query", "linear_0/weight", WEIGHT },
                                  { "query_bias", "linear_0/bias", BIAS },
                                  { "memory", "linear_1/weight", WEIGHT },
                                  { "memory_bias", "linear_1/bias", BIAS },
                                  { "out", "linear_2/weight", WEIGHT },
                                  { "out_bias", "linear_2/bias", BIAS },
                                  { "gain", "layer_norm/gamma", GAIN },
                                  { "shift", "layer_norm/beta", SHIFT },
                                  { 0 } };
static const Row feed_rows[] = { { "inner", "linear_0/weight", WEIGHT },
                                 { "inner_bias", "linear_0/bias", BIAS },
                                 { "outer", "linear_1/weight", WEIGHT },
                                 { "outer_bias", "linear_1/bias", BIAS },
                                 { "gain", "layer_norm/gamma", GAIN },
                                 { "shift", "layer_norm/beta", SHIFT },
                                 { 0 } };

static LbStatus fill_part(Ct2 *c, const Row *rows, Name ours, Name theirs)
{
    LbStatus status = LB_OK;
    for (; rows->ours && status == LB_OK; rows++)
        status = fill(c, name_of("%.100s.%s", ours.text, rows->ours),
                      name_of("%.200s/%s", theirs.text, rows->theirs), rows->kind);
    return status;
}

/* Attention that scales its queries otherwise than by the root of a head's width: the first `width` rows of a
 * weight and its bias make the queries. */
static LbStatus scale_queries(Ct2 *c, int side, Name theirs, const char *weight, const char *bias)
{
    double root = sqrt((double)c->width[side] / c->heads[side]), scale;
    LbStatus status = number(c, name_of("%.200s/queries_scale", theirs.text), 1 / root, &scale);
    real *w = values_of(c, weight), *b = values_of(c, bias);
    size_t width = (size_t)c->width[side];
    for (size_t i = 0; status == LB_OK && scale != 1 / root && i < width; i++) {
        b[i] = (real)((double)b[i] * scale * root);
        for (size_t j = 0; j < width; j++)
            w[i * width + j] = (real)((double)w[i * width + j] * scale * root);
    }
    return status;
}

static LbStatus fill_attention(Ct2 *c, int side, int layer, bool cross)
{
    Name ours = name_of("%s.%d.%s", sides[side], layer, cross ? "cross" : "self");
    Name theirs = name_of("%s/layer_%d/%s", sides[side], layer, cross ? "attention" : "self_attention");
    LbStatus status = fill_part(c, cross ? cross_rows : self_rows, ours, theirs);
    const char *queries = cross ? "query" : "qkv";
    if (status == LB_OK)
        status = scale_queries(c, side, theirs, name_of("%.100s.%s", ours.text, queries).text,
                               name_of("%.100s.%s_bias", ours.text, queries).text);
    return status;
}

static LbStatus fill_layer(Ct2 *c, int side, int layer)
{
    LbStatus status = fill_attention(c, side, layer, false);
    if (status == LB_OK && side == CT2_TARGET)
        status = fill_attention(c, side, layer, true);
    if (status == LB_OK)
        status = fill_part(c, feed_rows, name_of("%s.%d.feed", sides[side], layer),
                           name_of("%s/layer_%d/ffn", sides[side], layer));
    return status;
}

/* Row t of sinusoidal positions is that of place t + 1. */
static void sinusoid(int t, int width, real *to)
{
    int half = width / 2;
    for (int k = 0; k < half; k++) {
        double angle = (t + 1) * exp(-k * log(10000) / (half > 1 ? half - 1 : 1));
        to[k] = (real)sin(angle);
        to[half + k] = (real)cos(angle);
    }
}

static void fill_positions(const Ct2 *c, int side)
{
    const Ct2Rows *p = &c->positions[side];
    size_t width = (size_t)c->width[side];
    real *to = values_of(c, name_of("%s.positions", sides[side]).text);
    for (int t = 0; t < c->n_positions; t++)
        if (p->v)
            ct2_row(p, (size_t)t, to + (size_t)t * width);
        else
            sinusoid(t, (int)width, to + (size_t)t * width);
}

static LbStatus fill_side(Ct2 *c, int side)
{
    LbStatus status = LB_OK;
    if (c->n_positions)
        fill_positions(c, side);
    if (c->embedding_norm[side])
        status = fill_part(c, norm_rows, name_of("%s.embedding_norm", sides[side]),
                           name_of("%s/layernorm_embedding", sides[side]));
    if (status == LB_OK && c->pre_norm[side])
        status = fill_part(c, norm_rows, name_of("%s", sides[side]), name_of("%s/layer_norm", sides[side]));
    for (int i = 0; i < c->layers[side] && status == LB_OK; i++)
        status = fill_layer(c, side, i);
    return status;
}

static void fill_table(const Ct2 *c, const char *name, const Table *t)
{
    real *to = values_of(c, name);
    for (int id = 0; id < t->n; id++)
        table_row(t, id, to + (size_t)id * t->rows.columns);
}

/* Our tied matrix is the embedding; an untied output has its own rows. */
static LbStatus fill_words(Ct2 *c)
{
    fill_table(c, "decoder.embedding", &c->embedding[CT2_TARGET]);
    if (!c->shared)
        fill_table(c, "encoder.embedding", &c->embedding[CT2_SOURCE]);
    if (!c->tied)
        fill_table(c, "decoder.output", &c->output);
    Ct2Rows bias = { 0 };
    const char *name = "decoder/projection/bias";
    LbStatus status = has(c, name_of("%s", name)) ? ct2_rows(&c->file, name, 1, &bias, c->err) : LB_OK;
    if (status == LB_OK && bias.v && bias.rows != c->output.rows.rows)
        status = fail(c->err, LB_FORMAT, "%s: %s has %zu numbers for %zu rows", c->file.path, name, bias.rows,
                      c->output.rows.rows);
    real *to = values_of(c, "decoder.output_bias");
    for (int id = 0; status == LB_OK && id < c->output.n; id++)
        if (!sayable(c, id))
            to[id] = (real)NEVER;
        else if (bias.v)
            ct2_row(&bias, (size_t)c->output.from[id], &to[id]);
    return status;
}

/* ---- nothing may be left over ---- */

/* Attributes that say nothing of what is computed, or nothing as long as they have a value. */
static const struct {
    const char *name;
    bool any;
    double value;
} silent[] = {
    { "alignment_layer", true, 0 },
    { "alignment_heads", true, 0 },
    { "keep_in_float32", true, 0 },
    { "embeddings_merge", true, 0 },
    { "alibi_use_positive_positions", true, 0 },
    { "scale_alibi", true, 0 },
    { "alibi", false, 0 },
    { "multi_query_attention", false, 0 },
    { "layer_norm_use_residual", false, 0 },
    { "sliding_window", false, 0 },
};

static const struct {
    const char *part, *means;
} beyond[] = {
    { "relative_attention_bias", "relative attention biases" },
    { "relative", "relative positions" },
    { "rotary", "rotary positions" },
    { "alibi", "attention with linear biases" },
    { "sliding_window", "sliding windows" },
    { "linear_0_noact", "gated feed-forward networks" },
    { "num_heads_kv", "multi-query attention" },
    { "multi_query", "multi-query attention" },
    { "q_norm", "norms of queries and keys" },
    { "k_norm", "norms of queries and keys" },
    { "project_", "projections around the decoder" },
    { "embeddings_1", "several features to a word" },
    { "conv", "convolutions" },
    { "weight_zero", "packed weights" },
};

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

static bool is_silent(const Ct2 *c, const Ct2Var *v)
{
    const char *name = last_part(v->name);
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        if (text_equal(name, silent[i].name) && v->n == 1)
            return silent[i].any || ct2_value(v, 0) == silent[i].value;
    int side = text_starts(v->name, "decoder/");
    return text_equal(name, "num_heads_kv") && v->n == 1 && ct2_value(v, 0) == c->heads[side];
}

static const char *meaning(const Ct2Var *v)
{
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if (strstr(v->name, beyond[i].part))
            return beyond[i].means;
    return NULL;
}

/* Before anything is read: kinds of Transformers that are known not to be ours. In the end: whatever is left.
 */
static LbStatus check_variables(const Ct2 *c, bool in_the_end)
{
    for (size_t i = 0; i < array_len(c->file.vars); i++) {
        const Ct2Var *v = &c->file.vars[i];
        const char *means = meaning(v);
        if (v->used || (!means && !in_the_end) || is_silent(c, v))
            continue;
        return fail(c->err, LB_FORMAT, "%s has a variable %s%s%s: lookback's Transformer has no place for it",
                    c->file.path, v->name, means ? ", of " : "", means ? means : "");
    }
    return LB_OK;
}

/* ---- all of it ---- */

static LbStatus read_words(Ct2 *c)
{
    const char *begin[SIDES] = { c->special.bos, c->special.start };
    LbStatus status = LB_OK;
    for (int side = 0; side < SIDES && status == LB_OK; side++) {
        status = ct2_words(c->dir, (Ct2Side)side, &c->special, &c->words[side], c->err);
        if (status == LB_OK)
            status = ct2_map(&c->words[side], &c->special, begin[side], c->dir, &c->map[side], c->err);
        if (status == LB_OK && c->map[side].from[VOCAB_EOS] < 0 &&
            (side == CT2_TARGET || c->special.source_end))
            status = fail(c->err, LB_FORMAT, "%s: the %s vocabulary has no %s", c->dir,
                          side == CT2_SOURCE ? "source" : "target", c->special.eos);
    }
    return status;
}

static LbStatus read_shape(Ct2 *c)
{
    LbStatus status = LB_OK;
    for (int side = 0; side < SIDES && status == LB_OK; side++)
        status = find_side(c, side);
    if (status == LB_OK)
        status = check_sides(c);
    if (status == LB_OK)
        status = find_embeddings(c);
    for (int side = 0; side < SIDES && status == LB_OK; side++)
        status = find_positions(c, side);
    return status;
}

static LbStatus make_model(Ct2 *c)
{
    c->tied = tables_equal(c, &c->embedding[CT2_TARGET], &c->output, true);
    c->same_vocabulary = same_mapping(c);
    c->shared = c->same_vocabulary && tables_equal(c, &c->embedding[0], &c->embedding[1], false);
    LbStatus status = make_wishes(c);
    if (status != LB_OK)
        return status;
    Vocab *source = c->map[CT2_SOURCE].vocab, *target = c->map[CT2_TARGET].vocab;
    if (c->same_vocabulary) {
        vocab_free(target);
        target = source;
    }
    c->map[CT2_SOURCE].vocab = c->map[CT2_TARGET].vocab = NULL;
    return convert_model(c->file.path, &c->wishes, source, target, &c->model, c->err);
}

static LbStatus fill_model(Ct2 *c)
{
    LbStatus status = fill_words(c);
    for (int side = 0; side < SIDES && status == LB_OK; side++)
        status = fill_side(c, side);
    if (status == LB_OK)
        params_changed(c->model->params);
    return status;
}

static void tell(const Ct2 *c, Str *told)
{
    str_addf(
        told,
        "a Transformer of CTranslate2: %d and %d layers, %d wide, %d heads, %d source and %d target pieces\n",
        c->layers[0], c->layers[1], c->width[1], c->heads[1], c->embedding[0].n, c->embedding[1].n);
    if (!c->special.source_end)
        str_add(told, "it reads no end of sentence on the source: data.source_end is false\n");
    int renamed = c->map[0].n_renamed + c->map[1].n_renamed;
    if (renamed)
        str_addf(told, "%d tokens have another name here: theirs is taken, or has white space in it\n",
                 renamed);
}

static LbStatus read_all(Ct2 *c)
{
    char *path = path_join(c->dir, "model.bin");
    LbStatus status = ct2_open(path, &c->file, c->err);
    free(path);
    if (status == LB_OK)
        status = ct2_special(&c->file, c->dir, &c->special, c->err);
    if (status == LB_OK)
        status = check_kind(c);
    for (int side = 0; side < SIDES && status == LB_OK; side++)
        status = find_heads(c, side);
    if (status == LB_OK)
        status = check_variables(c, false);
    if (status == LB_OK)
        status = read_words(c);
    if (status == LB_OK)
        status = read_shape(c);
    if (status == LB_OK)
        status = check_sizes(c);
    if (status == LB_OK)
        status = make_model(c);
    if (status == LB_OK)
        status = fill_model(c);
    return status == LB_OK ? check_variables(c, true) : status;
}

static LbStatus ct2_read(const char *path, Model **out, Str *told, LbError *err)
{
    Ct2 c = { .dir = path, .err = err };
    LbStatus status = read_all(&c);
    if (status == LB_OK)
        tell(&c, told);
    *out = status == LB_OK ? c.model : NULL;
    if (status == LB_OK)
        c.model = NULL;
    ct2_free(&c);
    return status;
}

static bool ct2_is(const char *path)
{
    char *file = path_join(path, "model.bin");
    bool is = file_exists(file);
    free(file);
    return is;
}

const Foreign foreign_ct2 = { "CTranslate2", ct2_is, ct2_read };
