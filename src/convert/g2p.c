/* g2p.c -- the spelling-to-sound model of the Python package g2p_en, as one of our recurrent ones.
 *
 * One GRU layer reads the letters and the end of sentence; its last state is the first of a GRU that says
 * phonemes; its output layer reads that state alone. Gates are PyTorch's: reset, update, new, the reset gate
 * behind the product. The file has weights only; its 29 letters and 74 phonemes are those of the package's
 * g2p.py, in that order. The package says at most 20 phonemes to a word; here the limit is search's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "convert/convert.h"
#include "tensor/npz.h"

/* Their lists, after <pad>, <unk>, </s> and after <pad>, <unk>, <s>, </s>. */
static const char *const letters[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                                       "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z" };
static const char *const phonemes[] = { "AA0", "AA1", "AA2", "AE0", "AE1", "AE2", "AH0", "AH1", "AH2", "AO0",
                                        "AO1", "AO2", "AW0", "AW1", "AW2", "AY0", "AY1", "AY2", "B",   "CH",
                                        "D",   "DH",  "EH0", "EH1", "EH2", "ER0", "ER1", "ER2", "EY0", "EY1",
                                        "EY2", "F",   "G",   "HH",  "IH0", "IH1", "IH2", "IY0", "IY1", "IY2",
                                        "JH",  "K",   "L",   "M",   "N",   "NG",  "OW0", "OW1", "OW2", "OY0",
                                        "OY1", "OY2", "P",   "R",   "S",   "SH",  "T",   "TH",  "UH0", "UH1",
                                        "UH2", "UW",  "UW0", "UW1", "UW2", "V",   "W",   "Y",   "Z",   "ZH" };
enum {
    N_LETTERS = sizeof letters / sizeof *letters,
    N_PHONEMES = sizeof phonemes / sizeof *phonemes,
    LETTER_ROWS = N_LETTERS + 3,
    PHONEME_ROWS = N_PHONEMES + 4
};

/* Their row of our special pieces; the letters know no begin. The others keep their order. */
static const int letter_specials[VOCAB_FIRST] = { 1, 0, -1, 2 },
                 phoneme_specials[VOCAB_FIRST] = { 1, 0, 2, 3 };

typedef enum { LETTERS, PHONEMES, AS_IS } Order;

static const struct {
    const char *theirs, *ours;
    Order order;
} arrays[] = {
    { "enc_emb", "encoder.embedding", LETTERS },
    { "enc_w_ih", "encoder.forward.0.input", AS_IS },
    { "enc_w_hh", "encoder.forward.0.recurrent", AS_IS },
    { "enc_b_ih", "encoder.forward.0.bias", AS_IS },
    { "enc_b_hh", "encoder.forward.0.recurrent_bias", AS_IS },
    { "dec_emb", "decoder.embedding", PHONEMES },
    { "dec_w_ih", "decoder.cell.0.input", AS_IS },
    { "dec_w_hh", "decoder.cell.0.recurrent", AS_IS },
    { "dec_b_ih", "decoder.cell.0.bias", AS_IS },
    { "dec_b_hh", "decoder.cell.0.recurrent_bias", AS_IS },
    { "fc_w", "decoder.output", PHONEMES },
    { "fc_b", "decoder.output_bias", PHONEMES },
};
enum { N_ARRAYS = sizeof arrays / sizeof *arrays, ENC_EMB = 0, ENC_HH = 2, DEC_EMB = 5, DEC_HH = 7 };

static const size_t LIMIT = (size_t)1 << 28; /* bytes of an array; the real ones have less than a MiB */

typedef struct {
    const char *path;
    Npz *npz;
    NpzArray all[N_ARRAYS];
    Wishes wishes;
    Model *model;
    LbError *err;
} G2p;

/* ---- reading ---- */

static LbStatus check_names(const G2p *g)
{
    for (size_t i = 0; i < npz_count(g->npz); i++) {
        bool known = false;
        for (int k = 0; k < N_ARRAYS; k++)
            known |= text_equal(npz_name(g->npz, i), arrays[k].theirs);
        if (!known)
            return fail(
                g->err, LB_FORMAT,
                "%s has an array %.100s: of .npz files, those of the g2p_en model alone can be converted",
                g->path, npz_name(g->npz, i));
    }
    if (npz_count(g->npz) != N_ARRAYS)
        return fail(g->err, LB_FORMAT,
                    "%s has %zu arrays; a g2p_en model, the only .npz that can be converted, has %d", g->path,
                    npz_count(g->npz), N_ARRAYS);
    return LB_OK;
}

static LbStatus read_arrays(G2p *g)
{
    LbStatus status = npz_open(g->path, LIMIT, &g->npz, g->err);
    if (status == LB_OK)
        status = check_names(g);
    for (int i = 0; i < N_ARRAYS && status == LB_OK; i++)
        status = npz_read(g->npz, arrays[i].theirs, &g->all[i], g->err);
    return status;
}

/* Widths are taken from embeddings and recurrent weights; those must be matrices that can be widths. */
static LbStatus check_widths(const G2p *g)
{
    static const int givers[] = { ENC_EMB, ENC_HH, DEC_EMB, DEC_HH };
    for (int i = 0; i < 4; i++) {
        const NpzArray *a = &g->all[givers[i]];
        size_t rows = i == 0 ? LETTER_ROWS : i == 2 ? PHONEME_ROWS : 3 * a->dim[1];
        if (a->n_dim != 2 || a->dim[1] < 1 || a->dim[1] > 65536 || a->dim[0] != rows)
            return fail(g->err, LB_FORMAT, "%s: array %s has not the shape of a g2p_en model's", g->path,
                        arrays[givers[i]].theirs);
    }
    return LB_OK;
}

/* ---- writing ---- */

static LbStatus make_model(G2p *g)
{
    Vocab *source = NULL, *target = NULL;
    LbStatus status = vocab_of_list("char", true, letters, N_LETTERS, "letters", &source, g->err);
    if (status == LB_OK)
        status = vocab_of_list("tokens", false, phonemes, N_PHONEMES, "phonemes", &target, g->err);
    assert(status == LB_OK); /* they are above */
    static const char *const settings[] = {
        "model.type=rnn",
        "model.encoder.cell=gru-reset-after",
        "model.encoder.bidirectional=false",
        "model.decoder.init=last",
        "model.decoder.cell=gru-reset-after",
        "model.decoder.input_feeding=false",
        "model.decoder.readout=none",
        "model.attention.score=none",
        "model.tied_embeddings=false",
        "data.source.level=char",
        "data.source.lowercase=true",
        "data.target.level=tokens",
        "decode.beam=1",
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        wish(&g->wishes, "%s", settings[i]);
    wish(&g->wishes, "model.encoder.embedding=%zu", g->all[ENC_EMB].dim[1]);
    wish(&g->wishes, "model.encoder.hidden=%zu", g->all[ENC_HH].dim[1]);
    wish(&g->wishes, "model.decoder.embedding=%zu", g->all[DEC_EMB].dim[1]);
    wish(&g->wishes, "model.decoder.hidden=%zu", g->all[DEC_HH].dim[1]);
    return convert_model(g->path, &g->wishes, source, target, &g->model, g->err);
}

static LbStatus check_shape(const G2p *g, int i, const Param *p)
{
    const NpzArray *a = &g->all[i];
    bool same = a->n_dim == p->tensor.n_dim;
    for (int k = 0; k < p->tensor.n_dim && same; k++) {
        int added = k ? 0 : arrays[i].order == LETTERS ? VOCAB_FIRST - 3 : 0;
        same = a->dim[k] + (size_t)added == (size_t)p->tensor.dim[k];
    }
    if (same)
        return LB_OK;
    return fail(g->err, LB_FORMAT, "%s: array %s has not the shape that the others ask for", g->path,
                arrays[i].theirs);
}

static LbStatus fill(const G2p *g, int i)
{
    const Param *p = params_find(g->model->params, arrays[i].ours);
    assert(p);
    LbStatus status = check_shape(g, i, p);
    const int *specials = arrays[i].order == LETTERS ? letter_specials : phoneme_specials;
    int row = arrays[i].order == LETTERS ? 3 : VOCAB_FIRST;
    size_t columns = p->tensor.n_dim == 2 ? (size_t)p->tensor.dim[1] : 1;
    for (int id = 0; status == LB_OK && id < p->tensor.dim[0]; id++) {
        int from = arrays[i].order == AS_IS ? id : id < VOCAB_FIRST ? specials[id] : row++;
        if (from >= 0)
            memcpy(p->tensor.val + (size_t)id * columns, g->all[i].values + (size_t)from * columns,
                   columns * sizeof(real));
    }
    return status;
}

static LbStatus read_all(G2p *g)
{
    LbStatus status = read_arrays(g);
    if (status == LB_OK)
        status = check_widths(g);
    if (status == LB_OK)
        status = make_model(g);
    for (int i = 0; i < N_ARRAYS && status == LB_OK; i++)
        status = fill(g, i);
    if (status == LB_OK)
        params_changed(g->model->params);
    return status;
}

static LbStatus g2p_read(const char *path, Model **out, Str *told, LbError *err)
{
    G2p g = { .path = path, .err = err };
    LbStatus status = read_all(&g);
    if (status == LB_OK)
        str_addf(told, "the model of g2p_en: letters to phonemes, one GRU layer each, %zu and %zu wide\n",
                 g.all[ENC_HH].dim[1], g.all[DEC_HH].dim[1]);
    *out = status == LB_OK ? g.model : NULL;
    if (status != LB_OK)
        model_free(g.model);
    for (int i = 0; i < N_ARRAYS; i++)
        npz_array_free(&g.all[i]);
    npz_close(g.npz);
    wishes_free(&g.wishes);
    return status;
}

/* A zip file. */
static bool g2p_is(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && text_equal(path + n - 4, ".npz") && !file_is_dir(path) && file_exists(path);
}

const Foreign foreign_g2p = { "g2p_en", g2p_is, g2p_read };
