/** @file lookback.h
 * Attention models for sequences: train them, use them, see where they looked. The one public header.
 *
 * **Handles.** LbModel (weights and vocabularies) never changes once loaded and may be shared between
 * threads; LbSession is one thread's working memory; LbResult is what one input gave and owns every string
 * and array it hands out, so it may outlive the session and the model. Whatever `_load`, `_new` or `_open`
 * returns is given back with its `_free`; `_free(NULL)` is fine. A `char *` that a function returns or hands
 * out is the caller's, to be given to free().
 *
 * **Errors.** The wrong world (files, memory, input, values of options) is a status other than LB_OK: then
 * out-pointers are NULL and the LbError, which may be NULL, says what went wrong, where, and what to try.
 * Wrong use (NULL where something is needed, an index out of range, a handle used twice at once) is a bug of
 * the program; what can be seen of it is an `assert` that stays on in release builds. Nothing here prints,
 * exits, or changes signal handlers and the locale.
 *
 * **Threads.** Every function may be called from any thread. A handle other than LbModel and LbVocab belongs
 * to one call at a time. A call works on as many threads as lb_threads() says for the thread that it is
 * called from. Hooks are called on that thread, before the call returns.
 *
 * **Numbers.** Logarithms are natural. Text is UTF-8 with a length, so it may hold any bytes; malformed ones
 * are replaced, never refused. Matrices are row-major, written [rows, columns]. The same input gives the same
 * bits for any batch size, any number of threads, and whatever else runs; on one machine and one instruction
 * set.
 */
#ifndef LOOKBACK_H
#define LOOKBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this header; lb_version() is that of the library. */
#define LB_VERSION "0.1.0"

/** What became of a call. */
typedef enum {
    LB_OK = 0,    /**< Done. */
    LB_USAGE,     /**< An option, key or value that does not exist or is out of range. */
    LB_FILE,      /**< A file that is missing, unreadable or cannot be written. */
    LB_FORMAT,    /**< A file that is not what it should be. */
    LB_DATA,      /**< Text or numbers that cannot be worked with. */
    LB_MEMORY,    /**< A memory limit was reached: give it more, or less at a time. Handles stay usable. */
    LB_DIVERGED,  /**< Training produced numbers that are not finite. */
    LB_CANCELLED, /**< Stopped on request. */
} LbStatus;

/** Why a call failed. Filled only when one did. */
typedef struct {
    LbStatus status; /**< What the function returned. */
    int line;        /**< In the file or input concerned, from 1; 0: none. */
    char text[400];  /**< One line of UTF-8: what, where, what to try. */
} LbError;

/** Text with a length: any bytes, not ended by a NUL. */
typedef struct {
    const char *text; /**< The caller's; NULL only when len is 0. */
    size_t len;       /**< In bytes. */
} LbText;

/* ---- the library and the machine ---- */

/** The library's version, "0.1.0". */
const char *lb_version(void);

/** A status in a word: "ok", "usage", "file", ... Never NULL. */
const char *lb_status_name(LbStatus status);

/** Chooses the instruction set for the whole process, and the calling thread's number of threads.
 *
 * Not needed: without it the best set is used, or what LOOKBACK_ISA says, and all cores. If called, then
 * once, before other work begins.
 * @param isa     "auto", "avx512", "avx2" or "baseline"; NULL: LOOKBACK_ISA from the environment, else auto.
 * @param threads As for lb_threads().
 * @param err     Filled on failure; may be NULL.
 * @return LB_USAGE for an unknown set, or one that this machine lacks. */
LbStatus lb_start(const char *isa, int threads, LbError *err);

/** How many threads later calls from this thread work on: 1 to 1024; 0: all cores, as before the first call.
 *
 * A program with threads of its own gives each session one: `lb_threads(1)` at the beginning of each thread.
 * Threads are OpenMP's. While they wait for work they spin, for milliseconds with GNU's run-time library; set
 * OMP_WAIT_POLICY=passive in the environment of a program that shares the machine. */
void lb_threads(int threads);

/** The instruction set in use: "avx512", "avx2" or "baseline". */
const char *lb_isa(void);

/** The compiler that this library was built with, and its version. */
const char *lb_compiler(void);

/** Version of the oneDNN that this library uses, or "none". */
const char *lb_onednn(void);

/* ---- models ---- */

/** A trained model: weights and vocabularies. Never changes; share it between threads without a lock. */
typedef struct LbModel LbModel;

/** Loads a model folder, as lb_train() leaves it, and checks that it is whole.
 * @param dir The folder.
 * @param out The model; free it with lb_model_free() after every session that uses it.
 * @param err Filled on failure; may be NULL.
 * @return LB_FILE, LB_FORMAT or LB_MEMORY. */
LbStatus lb_model_load(const char *dir, LbModel **out, LbError *err);

/** Gives a model back; no session may use it any more. NULL is fine. */
void lb_model_free(LbModel *m);

/** What kind of model it is, model.type of its configuration: "rnn", "transformer", "lm" (continues text) or
 * "mlm" (guesses masked words). */
const char *lb_model_type(const LbModel *m);

/** Whether the model looks back; false for the attention score `none`, whose results have no maps. */
bool lb_model_attends(const LbModel *m);

/** Source pieces that the model reads at once, end of sentence not counted; longer input is read in parts. */
int lb_model_max_input(const LbModel *m);

/** A report on a model folder: configuration, parameters, memory, vocabularies, training curve.
 * @param dir  The folder.
 * @param json One JSON object instead of text for people.
 * @param out  The report; free() it.
 * @param err  Filled on failure; may be NULL.
 * @return LB_FILE, LB_FORMAT or LB_MEMORY. */
LbStatus lb_inspect(const char *dir, bool json, char **out, LbError *err);

/** Averages the weights of checkpoints into a new model.
 * @param paths   [n] checkpoint files or model folders, all of the same shape; of a single folder its kept
 *                checkpoints are averaged.
 * @param n       At least 1.
 * @param out_dir The new model's folder.
 * @param err     Filled on failure; may be NULL.
 * @return LB_USAGE, LB_FILE, LB_FORMAT, LB_DATA (settings or vocabularies that differ) or LB_MEMORY. */
LbStatus lb_average(const char *const *paths, size_t n, const char *out_dir, LbError *err);

/** As lb_average; of a single folder only its latest checkpoints are averaged.
 * @param paths   [n] as above.
 * @param n       At least 1; 1 when `last` is above 0.
 * @param last    How many checkpoints; 0: all. More than there are is LB_USAGE.
 * @param out_dir The new model's folder.
 * @param err     Filled on failure; may be NULL.
 * @return As lb_average. */
LbStatus lb_average_last(const char *const *paths, size_t n, size_t last, const char *out_dir, LbError *err);

/** Reads a model of another system and writes it as a model folder.
 *
 * What can be read: CTranslate2's folders with an encoder-decoder Transformer, and the .npz of g2p_en. What
 * the model cannot be represented with exactly is an error that names it. The folder appears when it is
 * whole.
 * @param in        The foreign model: a folder, or a file.
 * @param out_dir   The new model's folder.
 * @param overwrite Replace a model that out_dir holds, which is refused otherwise.
 * @param told      What was found, some lines for a person; free() it. May be NULL.
 * @param err       Filled on failure; may be NULL.
 * @return LB_USAGE (out_dir holds a model), LB_FILE, LB_FORMAT or LB_MEMORY. */
LbStatus lb_convert(const char *in, const char *out_dir, bool overwrite, char **told, LbError *err);

/* ---- using a model ---- */

/** One thread's working memory. Keep it for many calls: what it has once allocated it uses again. */
typedef struct LbSession LbSession;

/** A session for one model, or for several as an ensemble whose probabilities are averaged.
 * @param models [n] models with the same vocabularies; they must outlive the session.
 * @param n      At least 1.
 * @param memory Bytes that the process may take, what it takes already (models, program) counted; batches
 *               are made smaller where that helps. 0: 4 GiB of working memory.
 * @param out    The session; free it with lb_session_free().
 * @param err    Filled on failure; may be NULL.
 * @return LB_USAGE: vocabularies differ. LB_MEMORY: the model alone takes as much. */
LbStatus lb_session_new(const LbModel *const *models, size_t n, size_t memory, LbSession **out, LbError *err);

/** How many sentences at a time have not been too many for the memory of this session: INT_MAX as long as no
 * batch had to be made smaller than was asked for. */
int lb_session_batch(const LbSession *s);

/** Gives a session back; its models and results stay. NULL is fine. */
void lb_session_free(LbSession *s);

/** From now on cancelled(context) is asked before every word that is decoded; when it says true, the call
 * under way ends with LB_CANCELLED. It is called on the thread of that call. NULL: nobody is asked. */
void lb_session_watch(LbSession *s, bool (*cancelled)(void *context), void *context);

/** How much of where a model looked is wanted. A Transformer takes one more pass over its outputs for it;
 * texts and scores are the same to the bit in any case. */
typedef enum {
    LB_MAPS_NONE, /**< Nothing that costs: recurrent models give their one map all the same. */
    LB_MAPS_ONE,  /**< `attention` and `piece_attention`. */
    LB_MAPS_ALL,  /**< `heads` as well: every layer and head. */
} LbMaps;

/** How to translate. Begin with lb_translate_default() and change what should be different. */
typedef struct {
    int beam;             /**< Hypotheses kept at each step, 1 is greedy; at least 1. */
    int n_best;           /**< Hypotheses returned, 1 to `beam`. */
    double normalize;     /**< Hypotheses are ranked by score / length^normalize. */
    int batch;            /**< Lines at a time, at least 1; changes nothing but speed and memory. */
    double length_factor; /**< The longest output, in lengths of its source; above 0. */
    int max_input;        /**< Source pieces read at once; a longer line is read in parts. 0: the model's. */
    bool tokens;          /**< Input is pieces of the vocabulary, separated by spaces, instead of text. */
    bool sample;          /**< Draw words at random instead of searching; `beam` must be 1. */
    int top_k;            /**< Draw from the so many likeliest words only; 0: from all. */
    double top_p;         /**< Draw from the likeliest words that have this probability together; 1: all. */
    double temperature;   /**< Divides scores before a draw: below 1 less surprising, above 1 more. */
    int no_repeat; /**< So many pieces in a row never come twice in an output (forced ones aside); 0: they
                    * may. */
    uint64_t seed; /**< Together with a line's number it decides all its draws. */
    uint64_t first_line; /**< Number of the first line, so that input may be cut into calls anywhere. */
    LbMaps maps;         /**< What is told of where the model looked. */
    int max_length; /**< The most pieces of an output (lb_generate(): of a continuation); 0: as length_factor
                     * says (what the model's length leaves). */
    bool whole; /**< max_input, 0 for any length, holds even beyond the model's own, as far as the model has
                 * places; else the smaller of both. */
    bool replace_unk; /**< lb_translate(): what would be `<unk>` in an output is the source word that its
                       * attention is largest on (Luong et al. 2015, "Addressing the Rare Word Problem"; Jean
                       * et al. 2015), in text and words; pieces still say `<unk>`. */
} LbTranslateOptions;

/** The model's own beam, normalisation, no_repeat and input length; one hypothesis, batches of 64, no
 * sampling, seed 1, no maps. */
LbTranslateOptions lb_translate_default(const LbModel *m);

/** A word or piece and where it stands. The end of sentence is "</s>" with an empty span. */
typedef struct {
    const char *text; /**< Ended by a NUL, valid UTF-8. */
    size_t start;     /**< First byte, in the raw line (source) or the hypothesis' text (target). */
    size_t end;       /**< The byte behind the last. */
} LbWord;

/** What looks at what. */
typedef enum {
    LB_CROSS,   /**< Words of the output at words of the source. */
    LB_ENCODER, /**< Words of the source at words of the source. */
    LB_DECODER, /**< Words of the output at words of the output before them. */
    LB_KINDS,   /**< So many kinds. */
} LbMapKind;

/** The attention of every layer and head of one kind, over pieces, as it was computed. */
typedef struct {
    size_t n_layers;      /**< 0: the model has none of this kind, or it was not wanted, or was too large. */
    size_t n_heads;       /**< Of a layer. */
    size_t n_rows;        /**< LB_ENCODER: source pieces; else target pieces; end of sentence last. */
    size_t n_columns;     /**< LB_DECODER: target pieces; else source pieces. */
    const float *weights; /**< [n_layers, n_heads, n_rows, n_columns]; rows sum to 1. LB_DECODER: row t is the
                           * place that says target piece t; column j is what it reads at place j: the begin
                           * of sentence for 0, else piece j-1. */
} LbHeads;

/** One output. Words are what spaces separate; pieces are what the vocabulary knows, one or more to a word.
 */
typedef struct {
    const char *text;              /**< The output, without the end of sentence. */
    double score;                  /**< Log-probability, end of sentence included. */
    double normalized;             /**< What hypotheses are ranked by. */
    size_t n_pieces;               /**< End of sentence included, last. */
    const LbWord *pieces;          /**< [n_pieces] */
    const double *piece_scores;    /**< [n_pieces] log-probabilities; their sum is `score`. */
    const double *piece_attention; /**< [n_pieces, n_source_pieces]; rows sum to 1. Of a Transformer the mean
                                    * over the heads of the layer last but one, or the head that training
                                    * guided, or the one that copies. NULL: a model without
                                    * attention, a Transformer with LB_MAPS_NONE, or a line whose maps would
                                    * take more than 64 MB (256 MB for every layer and head). */
    size_t n_words;                /**< End of sentence included, last. */
    const LbWord *words;           /**< [n_words] */
    const double *attention; /**< [n_words, n_source_words]: summed over a source word's pieces, mean over
                              * a target word's, so rows sum to 1. NULL where piece_attention is. */
    const int *piece_word;   /**< [n_pieces] the word that each piece is part of. */
    LbHeads heads[LB_KINDS]; /**< With LB_MAPS_ALL. Of an ensemble those of its first model, or the mean where
                              * every model has one layer and one head. */
    bool maps_too_large;     /**< Maps were wanted, and left out because of their size. */
    const double *copied;    /**< [n_words] how much of each word was copied from the source: the share of its
                              * probability, mean over its pieces. NULL: a model that does not copy
                              * (`model.copy.type`), or LB_MAPS_NONE. */
    const double *piece_copied; /**< [n_pieces] the same of pieces. */
} LbHypothesis;

/** One guess for a masked word. */
typedef struct {
    const char *text;   /**< As it is written. */
    const char *piece;  /**< As the vocabulary has it. */
    double probability; /**< Among all pieces of the vocabulary. */
    bool goes_on;       /**< It goes on with the word before the mask, no space between. */
} LbGuess;

/** A mask in a line. */
typedef struct {
    size_t start;           /**< First byte in the raw line. */
    size_t end;             /**< The byte behind the last. */
    size_t n_guesses;       /**< As many as were asked for, or as the vocabulary has words. */
    const LbGuess *guesses; /**< [n_guesses] likeliest first. */
} LbBlank;

/** What one line of input gave. It owns all that it points to. */
typedef struct {
    size_t n_source_pieces;         /**< End of sentence included, last (see source_end). */
    size_t n_source_words;          /**< End of sentence included, last (see source_end). */
    const LbWord *source_pieces;    /**< [n_source_pieces] */
    const LbWord *source_words;     /**< [n_source_words] */
    size_t n_hypotheses;            /**< At least 1. */
    const LbHypothesis *hypotheses; /**< [n_hypotheses], best first. */
    size_t n_parts;    /**< The line was too long and was read in so many parts; 1: it was not. The
                        * parts' maps are put together, and each part's end of sentence is a word
                        * of its own. */
    size_t n_unknown;  /**< Source (or prompt) pieces that the model does not know and reads as `<unk>`; not
                        * those that it could copy. */
    bool source_begin; /**< The first source word is the begin of sentence, "<s>" (`data.source_begin`). */
    bool source_end;   /**< The last source word is the end of sentence; false only with `data.source_end:
                        * false`. */
    const int *source_piece_word; /**< [n_source_pieces] the word that each piece is part of. */
    size_t n_prompt; /**< lb_generate(): how many pieces at the beginning of a hypothesis are the prompt's. */
    size_t
        n_left_out;  /**< lb_generate(): pieces at the beginning of a prompt that were too many to be read. */
    size_t n_blanks; /**< lb_fill(): how many masks the line has. */
    const LbBlank *blanks; /**< [n_blanks] */
    int layer; /**< The layer of cross attention that `piece_attention` is of: what training guided, else what
                * copies, else the last but one. */
    int head;  /**< Its head; -1: the mean over all. */
} LbResult;

/** Translates n lines; results are in the order of the lines, one each.
 *
 * An empty line gives an empty output. Any bytes are taken; a line that is too long is read in parts.
 * @param s      The session; one call at a time.
 * @param lines  [n] texts without line ends.
 * @param n      May be 0.
 * @param prefix NULL, or [n] texts that the outputs begin with (pieces if o.tokens).
 * @param o      See LbTranslateOptions.
 * @param out    [n] results; free them together with lb_results_free().
 * @param err    Filled on failure; may be NULL.
 * @return LB_USAGE for options out of range; LB_MEMORY: try again with fewer lines or a smaller batch. */
LbStatus lb_translate(LbSession *s, const LbText *lines, size_t n, const LbText *prefix, LbTranslateOptions o,
                      LbResult **out, LbError *err);

/** Continues n texts with a language model; results are in their order, one each.
 *
 * A hypothesis is the prompt and its continuation; its source is empty. Of a prompt that is longer than the
 * model takes the end is read, and n_left_out says so. An empty prompt is continued from the beginning of a
 * sentence.
 * @param s       The session of a model of type lm; one call at a time.
 * @param prompts [n] texts without line ends.
 * @param n       May be 0.
 * @param o       See LbTranslateOptions; length_factor and max_input mean nothing here.
 * @param out     [n] results; free them together with lb_results_free().
 * @param err     Filled on failure; may be NULL.
 * @return LB_DATA for another type of model; LB_USAGE for options out of range; LB_MEMORY. */
LbStatus lb_generate(LbSession *s, const LbText *prompts, size_t n, LbTranslateOptions o, LbResult **out,
                     LbError *err);

/** How to guess masked words: `(LbFillOptions){ .guesses = 1, .batch = 64 }` is the least that must be said.
 */
typedef struct {
    int guesses; /**< For each mask; at least 1. */
    int batch;   /**< Lines at a time, at least 1; changes nothing but speed and memory. */
    bool tokens; /**< Lines are pieces of the vocabulary, separated by spaces. */
    LbMaps maps; /**< What is told of where the model looked: LB_ENCODER is all that it has. */
} LbFillOptions;

/** Guesses the words that stand as `[MASK]` in n lines; results are in the order of the lines, one each.
 *
 * Every mask is guessed by itself, all others being masks still. A hypothesis is the line with the likeliest
 * guesses in place, its pieces one for one those of the line.
 * @param s     The session of a model of type mlm; one call at a time.
 * @param lines [n] texts without line ends; a line that is too long is read in parts.
 * @param n     May be 0.
 * @param o     See LbFillOptions.
 * @param out   [n] results; free them together with lb_results_free().
 * @param err   Filled on failure; may be NULL.
 * @return LB_DATA for another type of model; LB_USAGE for options out of range; LB_MEMORY. */
LbStatus lb_fill(LbSession *s, const LbText *lines, size_t n, LbFillOptions o, LbResult **out, LbError *err);

/** Scores given outputs: what the model thinks of target i as the output of source i, and where it looks.
 *
 * @param s      The session; one call at a time.
 * @param source [n] texts; NULL for a language model, whose texts have no source.
 * @param target [n] texts.
 * @param n      May be 0.
 * @param batch  Pairs at a time; changes nothing but speed and memory. 0: 64.
 * @param tokens Both sides are pieces of the vocabulary, separated by spaces.
 * @param maps   What is told of where the model looked.
 * @param out    [n] results of one hypothesis, the target; free them together with lb_results_free().
 * @param err    Filled on failure; may be NULL.
 * @return LB_DATA: a side is longer than the model takes (err->line is its number, from 1); LB_MEMORY. */
LbStatus lb_score(LbSession *s, const LbText *source, const LbText *target, size_t n, int batch, bool tokens,
                  LbMaps maps, LbResult **out, LbError *err);

/** Gives back the whole array that one call gave. NULL is fine. */
void lb_results_free(LbResult *r);

/* ---- seeing ---- */

/** Links between words, "0-0 1-2": source word, target word, counted from 0, ends of sentence left out.
 *
 * threshold 0: each target word with the source word that its row is largest at; above 0: every pair whose
 * weight is at least that. `hypothesis` is an index into r->hypotheses. Empty without attention. free() it.
 */
char *lb_alignment_hard(const LbResult *r, size_t hypothesis, double threshold);

/** All weights of the pieces: rows of target pieces separated by spaces, in a row source pieces separated by
 * commas (Marian's form). Empty without attention. free() it. */
char *lb_alignment_soft(const LbResult *r, size_t hypothesis);

/** The colours of a terminal. */
typedef enum {
    LB_ASCII,      /**< None: shades are characters. */
    LB_COLOUR_256, /**< The 256 of xterm. */
    LB_TRUECOLOUR, /**< 24 bits. */
} LbColour;

/** Which of a result's maps. Begin with lb_map_default(). */
typedef struct {
    LbMapKind kind; /**< What looks at what. */
    int layer;      /**< From 0; -1: the layer last but one, or the only one. */
    int head;       /**< From 0; -1: the mean over all. */
    bool pieces;    /**< Of pieces instead of words. */
} LbMapChoice;

/** The map that stands for the model: of words, cross, layer -1, head -1. */
LbMapChoice lb_map_default(void);

/** How words of a source are erased. */
typedef enum {
    LB_ERASE_UNK,       /**< Each of their pieces is read as `<unk>`. */
    LB_ERASE_DELETE,    /**< Taken out. */
    LB_ERASE_ATTENTION, /**< Read, but attention from the output cannot see them: their weights become 0 and
                         * the others share what they had. */
} LbErase;

/** Whether an output word depends on a source word (docs/explain.md). */
typedef enum {
    LB_UNCHECKED,   /**< Nobody asked, or one of them is a begin or end of sentence that cannot be erased. */
    LB_SUPPORTED,   /**< Without the source word the output word loses half its probability, or another word
                     * becomes the likeliest and it loses at least 0.1 nats. */
    LB_UNSUPPORTED, /**< Not so. */
} LbMark;

/** "unchecked", "supported" or "unsupported". */
const char *lb_mark_name(LbMark mark);

/** One map: how much each row looked at each column. Rows sum to 1. */
typedef struct {
    LbMapKind kind;        /**< What looks at what. */
    int layer;             /**< From 0. */
    int head;              /**< From 0; -1: the mean over all. */
    size_t n_layers;       /**< How many there are; 0: only the map that stands for the model is known. */
    size_t n_heads;        /**< Of a layer. */
    size_t n_rows;         /**< Ends of sentences included. */
    size_t n_columns;      /**< Likewise. */
    const LbWord *rows;    /**< [n_rows] LB_ENCODER: of the source, else of the output. */
    const LbWord *columns; /**< [n_columns] LB_DECODER: what was read, "<s>" and the output without its last;
                            * else of the source. */
    const double *weights; /**< [n_rows, n_columns]; over words: summed over a column word's pieces, mean over
                            * a row word's. */
    const LbMark *marks;   /**< [n_rows, n_columns] by lb_map_check(); NULL: nothing was checked. */
    LbErase erase;         /**< How words were erased for the marks. */
} LbMap;

/** Takes one map out of a result.
 * @param r          The result, which must outlive the map. Choices other than lb_map_default() and its
 *                   pieces need LB_MAPS_ALL.
 * @param hypothesis Which of its outputs.
 * @param choice     Which map.
 * @param out        The map; free it with lb_map_free().
 * @param err        Filled on failure; may be NULL.
 * @return LB_USAGE: there is no such layer or head, and the message says how many there are. LB_DATA: there
 * is no map of this kind. */
LbStatus lb_map_new(const LbResult *r, size_t hypothesis, LbMapChoice choice, LbMap **out, LbError *err);

/** Gives a map back. NULL is fine. */
void lb_map_free(LbMap *m);

/** What one output loses when words of its source are erased, one at a time. Words, ends of sentences
 * included, as in the result; nothing of it is tied to where the model looked. */
typedef struct {
    LbErase erase;              /**< How. */
    size_t n_words;             /**< Of the output. */
    size_t n_source_words;      /**< Of the source. */
    const double *log_probs;    /**< [n_words] with the whole source. */
    const bool *likeliest;      /**< [n_words] with the whole source the word is what search would choose. */
    const double *drop;         /**< [n_words, n_source_words] how much of log_probs the word loses, in nats;
                                 * below 0: it gains. NAN: a column that cannot be erased, or a cell between two
                                 * parts of a long text. */
    const LbMark *depends;      /**< [n_words, n_source_words] */
    const char *const *instead; /**< [n_words, n_source_words] what the word would begin with; NULL: it stays
                                 * the likeliest. */
    const double *without;      /**< [n_words] log-probabilities with no word of the source (of its part, in a
                                 * long text). */
} LbErasure;

/** Erases every word of the source by itself and scores the output again.
 * @param s          A session of the single model that made the result; one call at a time.
 * @param r          The result.
 * @param hypothesis Which of its outputs.
 * @param how        How words are erased.
 * @param out        Free it with lb_erasure_free(); it does not need the result any more.
 * @param err        Filled on failure; may be NULL.
 * @return LB_USAGE for an ensemble; LB_DATA for another type of model and for too long a text; LB_MEMORY. */
LbStatus lb_erase(LbSession *s, const LbResult *r, size_t hypothesis, LbErase how, LbErasure **out,
                  LbError *err);

/** Gives it back. NULL is fine. */
void lb_erasure_free(LbErasure *e);

/** What an output leans on to first order, gradient times input: for an output word and the embeddings e of a
 * source word, d log p / d e times e, elementwise. Cells between two parts of a long text are 0. */
typedef struct {
    size_t n_words;        /**< As in LbErasure. */
    size_t n_source_words; /**< Likewise. */
    const double *norm;    /**< [n_words, n_source_words] length of that vector. */
    const double *sum;     /**< [n_words, n_source_words] sum of its numbers: what a straight line says that
                            * erasing e would cost. */
} LbGradient;

/** Measures it, by a backward pass for every word of the output.
 * @param s          A session of the single model that made the result; one call at a time.
 * @param r          The result.
 * @param hypothesis Which of its outputs.
 * @param out        Free it with lb_gradient_free(); it does not need the result any more.
 * @param err        Filled on failure; may be NULL.
 * @return As lb_erase(). */
LbStatus lb_gradient(LbSession *s, const LbResult *r, size_t hypothesis, LbGradient **out, LbError *err);

/** Gives it back. NULL is fine. */
void lb_gradient_free(LbGradient *g);

/** For each word of the output the source word that attention, gradient times input and leave-one-out point
 * at, and where they differ. Marks are left out.
 * @param m       Of words, of kind LB_CROSS, of the same result and hypothesis as the others.
 * @param e       What was erased.
 * @param g       Likewise.
 * @param colour  What the terminal can show.
 * @param columns Its width.
 * @return To be given to free(). */
char *lb_readings_text(const LbMap *m, const LbErasure *e, const LbGradient *g, LbColour colour, int columns);

/** The three as maps side by side: weights; norms as shares of their rows; shares of the probability that are
 * lost without the word.
 * @param m     As for lb_readings_text().
 * @param e     Likewise.
 * @param g     Likewise.
 * @param title Stands above; NULL: none.
 * @param path  As for lb_map_picture().
 * @param err   Filled on failure; may be NULL.
 * @return As lb_map_picture(). */
LbStatus lb_readings_picture(const LbMap *m, const LbErasure *e, const LbGradient *g, const char *title,
                             const char *path, LbError *err);

/** Fills a map's marks: every highlight, a cell that has its row's largest weight or at least 0.1, is
 * supported, unsupported, or unchecked when its column cannot be erased. Other cells are unchecked. Of
 * pieces, the words they are part of decide.
 * @param m Of kind LB_CROSS, of the same result and hypothesis.
 * @param e What was erased. */
void lb_map_check(LbMap *m, const LbErasure *e);

/** "cross, layer 2 of 6, head 0 of 8": what the map is, in words; "cross" where there is nothing to choose.
 * free() it. */
char *lb_map_name(const LbMap *m);

/** A heat map for a terminal `columns` wide: columns across, rows down. free() it. */
char *lb_map_text(const LbMap *m, LbColour colour, int columns);

/** The map as a table: a line of column words, and a line for each row; separated by tabs. free() it. */
char *lb_map_tsv(const LbMap *m);

/** Every cell of the map as a line of a table, separated by tabs: line, target, target_word, source,
 * source_word, weight, drop, mark, instead, gradient. Words are counted as in links; drop and instead are
 * empty where nothing was erased, mark where the cell is no highlight, gradient (its norm) without g.
 * @param m    The map; mark is empty unless it was checked.
 * @param e    Of the same result and hypothesis; then m must be of kind LB_CROSS. NULL: nothing was erased.
 * @param g    Likewise; may be NULL.
 * @param line Number of the text, from 0; the names of the columns stand above the first.
 * @return To be given to free(). */
char *lb_map_cells(const LbMap *m, const LbErasure *e, const LbGradient *g, uint64_t line);

/** The map as links "0-0 1-2": column, row, from 0, ends of sentences left out; threshold as for
 * lb_alignment_hard(). free() it. */
char *lb_map_links(const LbMap *m, double threshold);

/** All weights: rows separated by spaces, in a row columns separated by commas. free() it. */
char *lb_map_soft(const LbMap *m);

/** The map as a picture.
 * @param m     The map.
 * @param title Stands above it; NULL: none.
 * @param path  The file; .svg, .png or .pdf says which format.
 * @param err   Filled on failure; may be NULL.
 * @return LB_USAGE for another ending, LB_DATA for too large a map, LB_FILE. */
LbStatus lb_map_picture(const LbMap *m, const char *title, const char *path, LbError *err);

/** Every layer (down) and head (across) of one kind, side by side in one picture.
 * @param r          The result, with LB_MAPS_ALL.
 * @param hypothesis Which of its outputs.
 * @param choice     Kind, and words or pieces; a layer or head other than -1 leaves the others out.
 * @param title      Stands above it; NULL: none.
 * @param path       As for lb_map_picture().
 * @param err        Filled on failure; may be NULL.
 * @return As lb_map_new() and lb_map_picture(). */
LbStatus lb_map_grid(const LbResult *r, size_t hypothesis, LbMapChoice choice, const char *title,
                     const char *path, LbError *err);

/** The decoder told step by step for one output of one source: scores, weights, context, likeliest words.
 * @param s          A session of the single model that made the result.
 * @param source     The text that gave the result.
 * @param r          The result.
 * @param hypothesis Which of its outputs.
 * @param colour     What the terminal can show.
 * @param columns    Its width.
 * @param out        The text; free() it.
 * @param err        Filled on failure; may be NULL.
 * @return LB_USAGE for an ensemble or a line that was read in parts; LB_MEMORY. */
LbStatus lb_trace(LbSession *s, LbText source, const LbResult *r, size_t hypothesis, LbColour colour,
                  int columns, char **out, LbError *err);

/** A result's best output as one JSON object on one line, without the line end: translation, score, tokens,
 * spans, alignment; the map of words when `attention`. free() it. */
char *lb_result_json(const LbResult *r, bool attention);

/** The same of hypothesis 0, with one map more: `"map": {"kind", "layer", "head", "rows", "columns",
 * "weights"}`, head "mean" for the mean over all. free() it. */
char *lb_result_json_map(const LbResult *r, const LbMap *m);

/** What goes into a result's JSON object beside what is always there. All zero: nothing. */
typedef struct {
    bool attention;             /**< "attention": the map of words that stands for the model. */
    const LbMap *map;           /**< "map", as by lb_result_json_map(); NULL: not. */
    const LbMap *checked;       /**< With `erasure`: the map whose highlights were checked by it. */
    const LbErasure *erasure;   /**< "check": how words were erased, every highlight, drops and marks
                                 * (docs/explain.md); NULL: not. */
    const LbGradient *gradient; /**< With `erasure`, and a map of words: "gradient", "readings"; NULL: not. */
} LbJsonParts;

/** lb_result_json() with more in it. free() it. */
char *lb_result_json_with(const LbResult *r, LbJsonParts p);

/* ---- evidence ---- */

/** A stretch of a text. */
typedef struct {
    size_t start; /**< First byte. */
    size_t end;   /**< The byte behind the last. */
} LbSpan;

/** Parts a text into sentences: at the word `|||` where it has one, else behind marks that end sentences
 * (docs/answer.md), and at blank lines.
 * @param text Any bytes, fewer than 2^30.
 * @param n    How many.
 * @return [n] in order, without white space at the edges, none empty; free() it. */
LbSpan *lb_sentences(LbText text, size_t *n);

/** The word that parts sentences, and a text from a question about it, in sources of this model: "|||" (or
 * what `model.memory.separator` says) where its vocabulary knows that; "": a blank is enough. */
const char *lb_model_separator(const LbModel *m);

/** How many pieces a model makes of a source; lb_model_max_input() is the most it reads at once. */
size_t lb_model_pieces(const LbModel *m, LbText source);

/** What one sentence of a source is to an output. */
typedef struct {
    LbSpan span;                /**< Bytes of the raw line. */
    double weight;              /**< Its share of the attention that falls on all sentences: they sum to 1. */
    double rank;                /**< What sentences are ranked by. */
    size_t n_words;             /**< Words of the source in it. */
    const LbWord *words;        /**< [n_words] */
    const double *word_weights; /**< [n_words] their sum is `weight`. */
    size_t heaviest;            /**< The word with the largest weight; 0 also when there is none. */
    bool stands_out;            /**< It weighs more than another, or is the only one; a memory network gives
                                 * all words of a sentence the same weight. */
    LbMark mark;         /**< LB_SUPPORTED: without the sentence the output words that rest on it (it has
                          * the largest share of their attention, or 0.1 of it; if none does, all) lose
                          * half their probability together, or one of them is no longer the likeliest
                          * and they lose at least 0.1 nats. */
    double drop;         /**< Nats that the whole output, its end counted, loses without it; NAN: it was
                          * not checked. */
    bool flips;          /**< Checked, and a word or the end of the output, which was the likeliest, is
                          * so no longer. */
    const char *instead; /**< With `flips`: what the output begins with instead, up to the first piece that
                          * differs. NULL for a line that was read in parts. */
} LbSentence;

/** The sentences that an output rests on. It owns all that it points to. */
typedef struct {
    size_t n_sentences;          /**< As many as were given. */
    const LbSentence *sentences; /**< [n_sentences] in their order. */
    const size_t *ranked;        /**< [n_sentences] their numbers, highest rank first. */
    bool weighed;  /**< False: the model does not look back, or the map was too large or not wanted; all
                    * weights are 0, and sentences are ranked by what checks found, as far as there are any. */
    double inside; /**< The share of the output's attention that falls on these sentences; the rest is on
                    * other words (a question, separators) and marks. */
} LbEvidence;

/** How sentences are ranked. All zero: by weight. */
typedef struct {
    double length;       /**< Weights are divided by words^length: 1 takes length out. */
    const double *prior; /**< [n_prior] weight that a sentence gets for its place alone, by n_prior equal
                          * stretches of the list of sentences; weights are divided by it. NULL: not. */
    size_t n_prior;      /**< How many. */
} LbEvidenceOptions;

/** Sums attention over sentences: the mean over an output's words, its ends left out, of what their rows give
 * to a sentence's words.
 * @param r          The result; of a Transformer with LB_MAPS_ONE. It is not needed later.
 * @param hypothesis Which of its outputs.
 * @param sentences  [n] stretches of the source's raw line, in order and apart. Leave out what is no
 * evidence, as a question's own words.
 * @param n          May be 0.
 * @param o          How they are ranked; `{ 0 }`: by weight.
 * @return Free it with lb_evidence_free(). */
LbEvidence *lb_evidence_new(const LbResult *r, size_t hypothesis, const LbSpan *sentences, size_t n,
                            LbEvidenceOptions o);

/** Checks sentences: takes each out of the source with all its words and one separator, and scores the output
 * again. Fills mark, drop, flips, instead; without weights, rank (the drop) and ranked as well.
 * @param e          Of the same result and hypothesis.
 * @param s          A session of the single model that made the result; one call at a time.
 * @param r          The result.
 * @param hypothesis Which of its outputs.
 * @param which      [n] numbers of sentences; NULL: all.
 * @param n          How many.
 * @param err        Filled on failure; may be NULL.
 * @return As lb_erase(). */
LbStatus lb_evidence_check(LbEvidence *e, LbSession *s, const LbResult *r, size_t hypothesis,
                           const size_t *which, size_t n, LbError *err);

/** How many of the ranked sentences, from the first, hold more than `share` of the weight together: at least
 * 1 if there is a sentence, at most `most`. */
size_t lb_evidence_most(const LbEvidence *e, double share, size_t most);

/** Gives it back. NULL is fine. */
void lb_evidence_free(LbEvidence *e);

/* ---- summaries ---- */

/** A document, ready for a model. */
typedef struct {
    LbText text;             /**< As the model reads it: sentences with lb_model_separator() between them. */
    size_t n_sentences;      /**< At least 1. */
    const LbSpan *sentences; /**< [n_sentences] in `text`; one may be empty. */
    const LbSpan *given; /**< [n_sentences] in the line that was given; `listed`: in the sentence's own text;
                          * of a text in JSON, in that text. */
    bool listed;         /**< It was given as a list of sentences. */
} LbDocument;

/** Reads a line as a document: text, whose sentences are found; or, where it begins with `{`, a JSON object
 * `{"source": ["a sentence", ...]}` or `{"source": "text"}`.
 * @param m    The model that is to read it.
 * @param line Without its end.
 * @param out  Free it with lb_document_free().
 * @param err  Filled on failure; may be NULL.
 * @return LB_DATA: empty, binary, JSON of another form, larger than 256 MiB. */
LbStatus lb_document_read(const LbModel *m, LbText line, LbDocument **out, LbError *err);

/** Gives it back. NULL is fine. */
void lb_document_free(LbDocument *d);

/** How key sentences of this model's summaries are ranked: by weight / words^0.25, divided by what a
 * sentence gets for its place, if the model's folder says that (lb_key_sentences_learn()). It belongs to the
 * model. docs/summarize.md. */
LbEvidenceOptions lb_key_sentences(const LbModel *m);

/** The highest ranked sentences, those without words left out, in the order of the text.
 * @param e    What was ranked.
 * @param most The most of them.
 * @param n    How many there are.
 * @return [n] their numbers; free() it. */
size_t *lb_evidence_keys(const LbEvidence *e, size_t most, size_t *n);

/** Measures what sentences get for their place alone, and writes it into the model's folder, for whoever
 * loads it from now on.
 * @param dir The model's folder.
 * @param all [n] of documents that it was not trained on.
 * @param n   At least 1.
 * @param err Filled on failure; may be NULL.
 * @return LB_FILE; LB_DATA when no document has two sentences. */
LbStatus lb_key_sentences_learn(const char *dir, const LbEvidence *const *all, size_t n, LbError *err);

/** The maps of many lines on their way to one file. */
typedef struct LbAttentionFile LbAttentionFile;

/** Begins a file of maps. It appears under its name when lb_attention_close() has succeeded, not before.
 * @param path   .npz (NumPy: for line I arrays `I.cross` [L, H, T, S], `I.encoder` [L, H, S, S], `I.decoder`
 *               [L, H, T, T] as far as the model has them, `I.source`, `I.target`) or .jsonl (one object a
 *               line). docs/format.md says more.
 * @param pieces Maps of pieces instead of words.
 * @param out    To be given to lb_attention_close() or lb_attention_drop().
 * @param err    Filled on failure; may be NULL.
 * @return LB_USAGE for another ending, LB_FILE. */
LbStatus lb_attention_open(const char *path, bool pieces, LbAttentionFile **out, LbError *err);

/** Adds the best output's maps of one result.
 * @param f    The file.
 * @param r    The result, with LB_MAPS_ALL; else the one map that it has is written as one layer and head.
 * @param line Its number in the file, from 0.
 * @param err  Filled on failure; may be NULL.
 * @return LB_FILE. */
LbStatus lb_attention_add(LbAttentionFile *f, const LbResult *r, size_t line, LbError *err);

/** Completes the file. `f` is gone in any case. LB_FILE when it could not be written; then there is none. */
LbStatus lb_attention_close(LbAttentionFile *f, LbError *err);

/** Forgets the file: nothing is left of it. NULL is fine. */
void lb_attention_drop(LbAttentionFile *f);

/** A page: one HTML file to look at in a browser, without a network, that holds results, their maps and what
 * was checked. docs/page.md says what is in it and how a program reads it. */
typedef struct LbPage LbPage;

/** What a page says of itself. All zero: nothing. */
typedef struct {
    const char *title;           /**< NULL: "lookback". */
    const char *command;         /**< What was typed to make it; NULL: nobody typed anything. */
    const char *model;           /**< The model's folder, of which the last part is told; NULL: it is not. */
    LbTranslateOptions decoding; /**< How outputs were found. */
    bool given;                  /**< Outputs were given, not found. */
    bool chosen;        /**< The map was chosen by `choice`, it is not the one that stands for the model. */
    LbMapChoice choice; /**< With `chosen`. */
} LbPageOptions;

/** One text on a page: what is known of it. */
typedef struct {
    LbText text;            /**< As it was given. */
    uint64_t line;          /**< Its number, from 0. */
    const LbResult *result; /**< Of its best output. */
    const LbMap *map;       /**< A map that was chosen; NULL: the one that stands for the model is enough. */
    const LbMap *checked;   /**< With `erasure`, as in LbJsonParts. */
    const LbErasure *erasure;   /**< NULL: nothing was checked. */
    const LbGradient *gradient; /**< With `erasure`; NULL: not measured. */
    const char *no_gradient;    /**< Why it was not; NULL: nobody asks. */
    const char *gold;           /**< Links made by hand, `0-0 1?2`; NULL: none. */
    const LbEvidence *evidence; /**< Sentences of the text, and what they are to the output; NULL: none. */
    bool heads; /**< With the maps of every layer and head (LB_MAPS_ALL), as far as the page stays small. */
    bool steps; /**< With the decoder's steps, likewise: one more pass. */
} LbPageText;

/** Begins a page. It appears under its name when lb_page_close() has succeeded, not before.
 * @param path The file; its name ends in .html or .htm.
 * @param s    A session of the model that is told of; the page must not outlive it.
 * @param o    See LbPageOptions; its texts are copied.
 * @param out  To be given to lb_page_close() or lb_page_drop().
 * @param err  Filled on failure; may be NULL.
 * @return LB_USAGE for another ending, LB_FILE. */
LbStatus lb_page_open(const char *path, LbSession *s, LbPageOptions o, LbPage **out, LbError *err);

/** Adds one text.
 * @param p   The page.
 * @param x   What is known of it; nothing of it is needed afterwards.
 * @param err Filled on failure; may be NULL.
 * @return LB_DATA or LB_FORMAT: gold links that cannot be read. LB_MEMORY. */
LbStatus lb_page_add(LbPage *p, const LbPageText *x, LbError *err);

/** The same, and before that each word of the text is erased, to check where the output looked; not of a text
 * of more than 120 words (it takes a pass for each), of one that was read in parts, or without attention.
 * @param p   The page, of a single model.
 * @param x   `checked` and `erasure` are not looked at.
 * @param err Filled on failure; may be NULL.
 * @return As lb_page_add() and lb_erase(). */
LbStatus lb_page_add_checked(LbPage *p, const LbPageText *x, LbError *err);

/** Completes the page. `p` is gone in any case. LB_FILE when it could not be written; then there is none. */
LbStatus lb_page_close(LbPage *p, LbError *err);

/** Forgets the page: nothing is left of it. NULL is fine. */
void lb_page_drop(LbPage *p);

/** Figures over the maps of many results: what each head does, and which sentences look odd. */
typedef struct LbDiagnosis LbDiagnosis;

/** The forms of a report. */
typedef enum {
    LB_TABLE, /**< For people; lines are counted from 1. */
    LB_TSV,   /**< Tables, an empty line between them; lines are counted from 0. */
    LB_JSON,  /**< One object a line: heads, sentences, faults; lines are counted from 0. */
} LbReport;

/** Begins a diagnosis. docs/diagnose.md defines the figures.
 * @param pieces Of pieces instead of words; then there can be no gold links.
 * @return To be given to lb_diagnosis_free(). */
LbDiagnosis *lb_diagnosis_new(bool pieces);

/** Adds the best output of one result. A line that was read in several parts, or whose maps were too large,
 * is counted and left out.
 * @param d    The diagnosis.
 * @param r    The result, with LB_MAPS_ALL.
 * @param line Its number, from 0.
 * @param gold Links made by hand in Pharaoh's form, `0-0 1?2`, words of the source and of this output from 0;
 *             NULL: none.
 * @param err  Filled on failure; may be NULL.
 * @return What is wrong with links that cannot be read: LB_DATA or LB_FORMAT. */
LbStatus lb_diagnosis_add(LbDiagnosis *d, const LbResult *r, uint64_t line, const char *gold, LbError *err);

/** From now on sentences that are added also have words of their source erased: what their outputs do not
 * depend on is a sign that something is missing (docs/diagnose.md). It takes as many passes as the source has
 * words.
 * @param d   The diagnosis, of words.
 * @param s   A session of the single model that the results are of.
 * @param how How words are erased. */
void lb_diagnosis_check(LbDiagnosis *d, LbSession *s, LbErase how);

/** From now on sentences that are added also go on a page, and lb_diagnosis_report() puts the heads and the
 * faults there; then the page is to be closed.
 * @param d The diagnosis.
 * @param p A page of the session that the results are of. */
void lb_diagnosis_page(LbDiagnosis *d, LbPage *p);

/** The source of the next result, as a page shows it; the caller's, and needed until that was added. */
void lb_diagnosis_text(LbDiagnosis *d, LbText text);

/** Says what is known to be wrong with the sentence that was added last, for which the report then tells how
 * well the signs find it.
 * @param d     The diagnosis.
 * @param label "natural", "wrong" (source), "joined" (two sentences), "dropped I-J" (of a joined one, source
 *              words I to J, from 0), "looped I-J" (target words): the form of `lookback synth hallucinate`.
 * @param err   Filled on failure; may be NULL.
 * @return LB_FORMAT: not a label. */
LbStatus lb_diagnosis_label(LbDiagnosis *d, const char *label, LbError *err);

/** The report: a row for every layer and head, and the `worst` most suspicious sentences, worst first; with
 * labels, how well each fault was found. free() it. */
char *lb_diagnosis_report(const LbDiagnosis *d, LbReport form, size_t worst);

/** Gives a diagnosis back. NULL is fine. */
void lb_diagnosis_free(LbDiagnosis *d);

/* ---- why this word ---- */

/** What spoke for one word of an output against another in its place. Words are counted from 0 and without
 * marks, but for the output's end, which is its last word. A share is the difference chosen_score -
 * other_score, less the same without that word: above 0 it spoke for the chosen word, below 0 for the other.
 */
typedef struct {
    size_t place;               /**< Of the chosen word in the output. */
    const char *chosen;         /**< What was written; "</s>": the output ended there. */
    const char *other;          /**< What it is compared with; "</s>": that it ends there. */
    double chosen_score;        /**< Log-probability behind the words before; the product over its pieces. */
    double other_score;         /**< Likewise. */
    LbErase erase;              /**< How source words are erased. */
    size_t n_source;            /**< Words of the source. */
    const char *const *source;  /**< [n_source] */
    const double *source_share; /**< [n_source] */
    const double
        *source_gradient;      /**< [n_source] what gradient times input says of the same (LbGradient.sum). */
    size_t n_before;           /**< Words of the output before the place; they are read as `<unk>`. */
    const char *const *before; /**< [n_before] */
    const double *before_share; /**< [n_before] */
} LbWhy;

/** Asks why an output has this word and not another.
 * @param s          A session of the single model that made the result; one call at a time.
 * @param r          The result.
 * @param hypothesis Which of its outputs.
 * @param place      Which of its words, its end included; LB_DATA when there are not so many.
 * @param other      The other word, as it is written; "</s>": the end. NULL: the likeliest other one.
 * @param how        How source words are erased.
 * @param out        Free it with lb_why_free(); it does not need the result any more.
 * @param err        Filled on failure; may be NULL.
 * @return LB_USAGE for an ensemble; LB_DATA for another type of model, a text that was read in parts, and a
 *         word that the model wrote itself or cannot write; LB_MEMORY. */
LbStatus lb_why(LbSession *s, const LbResult *r, size_t hypothesis, size_t place, const char *other,
                LbErase how, LbWhy **out, LbError *err);

/** Source and output, each word under its number, counted from 0; the output's end counts. free() it. */
char *lb_result_words(const LbResult *r, size_t hypothesis, LbColour colour, int columns);

/** The shares as bars to either side. free() it. */
char *lb_why_text(const LbWhy *w, LbColour colour, int columns);

/** The same as one JSON object (docs/explain.md). free() it. */
char *lb_why_json(const LbWhy *w);

/** Gives it back. NULL is fine. */
void lb_why_free(LbWhy *w);

/* ---- what if ---- */

/** A source word replaced by others. */
typedef struct {
    size_t word; /**< Counted from 0. */
    LbText by;   /**< At least one word. */
} LbSwap;

/** A word of the output that looks at some words of the source and at nothing else. Whoever names the same
 * word twice lets it look at both. */
typedef struct {
    size_t target; /**< The word of the output, counted from 0. */
    size_t first;  /**< The first source word. */
    size_t last;   /**< The last, which may be the same. */
    int layer;     /**< Only the cross attention of this layer is told so; -1: of all. */
    int head;      /**< Only this head of a layer; -1: all. */
} LbAttend;

/** What is to be different. Words are counted from 0 as in alignment links: marks before them are none. All
 * zero: nothing is. */
typedef struct {
    const size_t *mask;      /**< [n_mask] source words that are erased. */
    size_t n_mask;           /**< May be 0. */
    LbErase erase;           /**< How. */
    const LbSwap *swaps;     /**< [n_swaps] source words that are replaced. */
    size_t n_swaps;          /**< May be 0. */
    LbText prefix;           /**< The output begins with this text; len 0: as it likes. */
    const LbAttend *attends; /**< [n_attends] words of the output that look where they are told; those before
                              * stay. They come last: their numbers are those of the output that the other
                              * changes give. */
    size_t n_attends;        /**< May be 0. */
} LbChanges;

/** A word of the output that was told where to look. */
typedef struct {
    size_t target;         /**< Its number. */
    const size_t *source;  /**< [n_source] the source words that it looked at. */
    size_t n_source;       /**< At least 1. */
    int layer;             /**< As in LbAttend. */
    int head;              /**< Likewise. */
    const char *before;    /**< What stood there. */
    const char *after;     /**< What stands there now; "</s>": the output ends. */
    const double *weights; /**< [after->n_source_words] where it looked before, in the map that layer and head
                            * choose (see LbMapChoice); NULL: that map was too large. */
} LbAttended;

/** What an input gave, and what it gives with the changes. Its own to free with lb_whatif_free(). */
typedef struct {
    const LbResult *before;     /**< As lb_translate() gives it. */
    const LbResult *after;      /**< With the changes; its source words are those of the changed text. */
    const LbResult *forced;     /**< The output of `before`, scored with the changes. */
    const char *text;           /**< The source with words replaced, valid UTF-8. */
    size_t n_source;            /**< Words of the source, marks not counted. */
    const char *const *changed; /**< [n_source] what each word became: `<unk>`, another text, itself,
                                 * "(itself)" where nothing looks at it, or NULL: it was taken out. */
    size_t n_attended;          /**< Words that were told where to look. */
    const LbAttended *attended; /**< [n_attended] in the order of the output. */
    const char *unknown; /**< Parts of the new text (swaps, prefix) that the model has never seen: `<unk>`
                          * stands for them. "\"Q\", \"x\""; NULL: none. */
} LbWhatif;

/** Translates a text twice: as it is, and with changes.
 *
 * @param s    A session with one model that turns one text into another.
 * @param text Without line end; LB_DATA when it is longer than the model reads at once.
 * @param c    See LbChanges. A word that there is not is LB_DATA, and the message names those there are.
 * @param o    As for lb_translate(); n_best and sampling mean nothing here.
 * @param out  Free it with lb_whatif_free().
 * @param err  Filled on failure; may be NULL.
 * @return As lb_translate(). */
LbStatus lb_whatif(LbSession *s, LbText text, const LbChanges *c, LbTranslateOptions o, LbWhatif **out,
                   LbError *err);

/** The two sources and the two outputs, word under word, changes marked and words numbered, and the scores;
 * with nothing to change, source and output with their numbers. free() it. */
char *lb_whatif_text(const LbWhatif *w, LbColour colour, int columns);

/** The same as one JSON object (docs/whatif.md). free() it. */
char *lb_whatif_json(const LbWhatif *w);

/** Gives it back with its results. NULL is fine. */
void lb_whatif_free(LbWhatif *w);

/* ---- checking ---- */

/** Tests whether a model's output depends on the words that its attention points at, over a data set.
 * docs/check.md defines the figures. */
typedef struct LbCheck LbCheck;

/** How to check. Begin with lb_check_default(). */
typedef struct {
    LbErase erase;       /**< How words are erased. */
    const char *control; /**< Takes the place of the map under test, to test the test: "shuffled", "foreign",
                          * "uniform", "leave-one-out"; NULL or "none": nothing does. */
    const char *rows; /**< The row that belongs to a word: "output", where it is said, or "input", where it is
                       * read next; NULL: output. */
    const char *weights; /**< "raw", or "norm": times the length of what they bring in; NULL: raw. */
    int layer;           /**< Of the map under test, from 0; -1: the layer last but one, or the only one. */
    int head;            /**< From 0; -1: the mean over all. */
    bool one_map;  /**< Only the map under test, not every layer and head beside it: takes less memory. */
    bool gradient; /**< Gradient times input beside it: about twice the work. */
    bool sets;     /**< Erases sets of words as well (ERASER); some 20 times the work. */
    bool tokens;   /**< Text is pieces of the vocabulary, separated by spaces. */
    int batch;     /**< Lines decoded at a time. */
    int beam;      /**< Of the model's own outputs; 0: the model's. */
    int samples;   /**< Bootstrap resamples. */
    uint64_t seed; /**< Decides ties, other sentences and resamples. */
} LbCheckOptions;

/** The map that stands for the model, erased by `<unk>`, 1,000 resamples, seed 1. */
LbCheckOptions lb_check_default(void);

/** What lb_check_add() is given for each line; each may be NULL. */
typedef struct {
    const LbText *target;   /**< Outputs; NULL: the model's own. */
    const LbText *gold;     /**< Links `0-0 1?2` between source words and words of `target`. */
    const LbText *evidence; /**< Source words that hold the answer: ranges `i-j` or `k:i-j`, k ignored. */
} LbCheckLines;

/** Begins a check.
 * @param s   A session of one model with attention; it must outlive the check.
 * @param o   How.
 * @param out Free it with lb_check_free().
 * @param err Filled on failure; may be NULL.
 * @return LB_USAGE for unknown names and for an ensemble; LB_DATA for a model without attention. */
LbStatus lb_check_new(LbSession *s, LbCheckOptions o, LbCheck **out, LbError *err);

/** Checks more lines. A line without words on one side, or read in several parts, is counted and left out.
 * @param c      The check.
 * @param source [n] texts.
 * @param beside What else is known of them.
 * @param n      May be 0.
 * @param err    Filled on failure, its line counted within this call; may be NULL.
 * @return LB_USAGE: there is no such layer or head. LB_DATA: links that cannot be read. LB_CANCELLED.
 *         LB_MEMORY: try one_map. */
LbStatus lb_check_add(LbCheck *c, const LbText *source, LbCheckLines beside, size_t n, LbError *err);

/** From now on lines that are checked also go on a page, and lb_check_report() puts the table and the verdict
 * there; then the page is to be closed.
 * @param c The check.
 * @param p A page of the same session. */
void lb_check_page(LbCheck *c, LbPage *p);

/** Compares the model with the same model trained with uniform attention: log-probabilities that both give to
 * n reference outputs.
 * @param c         The check.
 * @param uniform   A session of that model.
 * @param source    [n] texts.
 * @param reference [n] outputs made by people.
 * @param n         May be 0.
 * @param err       Filled on failure; may be NULL.
 * @return As lb_score(). */
LbStatus lb_check_compare(LbCheck *c, LbSession *uniform, const LbText *source, const LbText *reference,
                          size_t n, LbError *err);

/** The result: a table for people, or one JSON object. free() *out.
 * @return LB_DATA when there was nothing to check, LB_MEMORY. */
LbStatus lb_check_report(LbCheck *c, bool json, char **out, LbError *err);

/** Writes what an independent program needs to compute the figures again, as JSON lines (docs/check.md).
 * @return LB_DATA when there was nothing to check, LB_FILE, LB_MEMORY. */
LbStatus lb_check_export(LbCheck *c, const char *path, LbError *err);

/** Gives a check back. NULL is fine. */
void lb_check_free(LbCheck *c);

/* ---- training ---- */

/** What happened since the last report; one comes every `train.report_steps` updates. */
typedef struct {
    int64_t step;            /**< Updates made so far. */
    int epoch;               /**< From 1. */
    int batch;               /**< Batches of this epoch done. */
    int n_batch;             /**< Batches of an epoch. */
    double loss;             /**< Of a target word, end of sentence counted, without label smoothing. */
    double ppl;              /**< exp(loss). */
    double words_per_second; /**< Target words. */
    double rate;             /**< The learning rate. */
    double norm;             /**< Length of the last gradient, before clipping. */
    double seconds;          /**< Spent training, earlier runs included, validation excluded. */
    size_t memory;           /**< Bytes: weights, gradients, optimiser, the most a batch has taken. */
    double guide; /**< Of a target word with a link (`train.guide`): cross-entropy of its attention with the
                   * links. NAN: attention is not guided. */
} LbTrainReport;

/** A validation. NAN: not measured. */
typedef struct {
    int64_t step;    /**< Updates made so far. */
    int epoch;       /**< From 1. */
    double loss;     /**< Of a target word, end of sentence counted. */
    double ppl;      /**< exp(loss). */
    double accuracy; /**< Target words guessed right, in percent. */
    double bleu;     /**< 0..100. */
    double chrf;     /**< 0..100. */
    double exact;    /**< Lines that are exactly right, in percent. */
    double rouge;    /**< ROUGE-L's F1, 0..100. */
    double entropy;  /**< Mean entropy of the attention rows, in nats. */
    double end_mass; /**< Mean weight on the source's end of sentence. */
    double rate;     /**< The learning rate. */
    double seconds;  /**< As in LbTrainReport. */
    bool best;       /**< The best so far: its weights are what the model folder now holds. */
} LbValidReport;

/** What lb_train() calls, on the thread it was called from, and what it shows. Each may be NULL. */
typedef struct {
    void *context;                                            /**< Handed to every one. */
    void (*message)(void *context, const char *text);         /**< What is going on, one line. */
    void (*report)(void *context, const LbTrainReport *r);    /**< Now and then. */
    void (*validated)(void *context, const LbValidReport *v); /**< After each validation. */
    bool (*cancelled)(void *context); /**< Asked after each step; true: save, and return LB_CANCELLED. */
    const char *page; /**< A page that shows the training while it goes on (docs/watch.md); its name ends in
                       * .html or .htm. Training comes out the same to the bit. NULL: none. */
    const char *command; /**< What was typed, for the page to say; NULL: nothing. */
} LbTrainHooks;

/** How training ended. */
typedef struct {
    const char *why;   /**< "epochs", "max_steps", "minutes", "patience" or "cancelled"; static. */
    int64_t step;      /**< Updates made. */
    int64_t best_step; /**< When the best validation was. */
    int epoch;         /**< The last one begun. */
    double best;       /**< The metric at best_step. */
    double seconds;    /**< As in LbTrainReport. */
} LbTrainSummary;

/** Learns a model and leaves it in the configuration's `model_dir`.
 *
 * A stop at any moment, cancelled or killed, leaves a folder that loads and goes on with `resume`, to the
 * same bits as without the stop.
 * @param config      A YAML file (docs/config.md); NULL: defaults.
 * @param overrides   [n_overrides] texts "key=value" that come after it: "train.epochs=3".
 * @param n_overrides May be 0.
 * @param resume      Go on where the folder's training stopped.
 * @param overwrite   Start anew in a folder that holds a model, which is refused otherwise.
 * @param hooks       What is told while it goes on; NULL: nothing.
 * @param out         How it ended, filled for LB_OK and LB_CANCELLED; may be NULL.
 * @param err         Filled on failure; may be NULL.
 * @return LB_CANCELLED after a hook asked for it (all is saved), LB_DIVERGED, or what is wrong with
 *         configuration, data or files. */
LbStatus lb_train(const char *config, const char *const *overrides, size_t n_overrides, bool resume,
                  bool overwrite, const LbTrainHooks *hooks, LbTrainSummary *out, LbError *err);

/** Checks configuration and data without training: sizes, memory and an estimate of the time.
 * @param config      As for lb_train().
 * @param overrides   As for lb_train().
 * @param n_overrides As for lb_train().
 * @param out         A text for people; free() it.
 * @param err         Filled on failure; may be NULL.
 * @return As lb_train(). */
LbStatus lb_train_dry(const char *config, const char *const *overrides, size_t n_overrides, char **out,
                      LbError *err);

/** The whole configuration as YAML, defaults filled in.
 * @param config      As for lb_train().
 * @param overrides   As for lb_train().
 * @param n_overrides As for lb_train().
 * @param out         The text; free() it.
 * @param err         Filled on failure; may be NULL.
 * @return LB_USAGE, LB_FILE or LB_FORMAT. */
LbStatus lb_config_dump(const char *config, const char *const *overrides, size_t n_overrides, char **out,
                        LbError *err);

/** Every key with default, values and meaning, as Markdown. free() it. */
char *lb_config_reference(void);

/* ---- vocabularies ---- */

/** How text is cut into pieces. Never changes; share it between threads without a lock. */
typedef struct LbVocab LbVocab;

/** How to learn a vocabulary. Begin with lb_vocab_default(). */
typedef struct {
    const char *level; /**< "sentencepiece", "word", "char" or "tokens"; NULL: sentencepiece. */
    const char *type;  /**< Of sentencepiece: "unigram" or "bpe"; NULL: unigram. */
    int size;          /**< Most pieces. */
    int min_count;     /**< Words and characters seen less often are unknown; 0 and 1: none. */
    bool lowercase;    /**< Text is put into lower case first, always. */
    uint64_t seed;     /**< Decides which sentences are drawn from very large text. */
    size_t memory;     /**< Bytes, about; of more text than fits every k-th line is read. 0: all of it. */
    bool mask; /**< With a piece `[MASK]`, as which text that says so is read: for models of type mlm. */
    const char *punctuation; /**< Of word: "keep" (NULL), "split" (each punctuation character, of Unicode's
                                categories P*, is a word of its own) or "drop" (it is skipped). */
} LbVocabOptions;

/** SentencePiece unigrams, 8000 pieces, case kept, seed 1. */
LbVocabOptions lb_vocab_default(void);

/** Learns a vocabulary from text.
 * @param files [n] text files, a sentence a line, .gz or not.
 * @param n     At least 1.
 * @param o     See LbVocabOptions.
 * @param out   The vocabulary; free it with lb_vocab_free().
 * @param err   Filled on failure; may be NULL.
 * @return LB_USAGE, LB_FILE, LB_DATA (too little text for so many pieces) or LB_MEMORY. */
LbStatus lb_vocab_train(const char *const *files, size_t n, LbVocabOptions o, LbVocab **out, LbError *err);

/** Loads a .model (SentencePiece) or .vocab (one piece a line) file. Free *out with lb_vocab_free(). */
LbStatus lb_vocab_load(const char *path, LbVocab **out, LbError *err);

/** Writes `stem`.model or `stem`.vocab; *path (may be NULL) is the file's name, to be given to free(). */
LbStatus lb_vocab_save(const LbVocab *v, const char *stem, char **path, LbError *err);

/** Gives a vocabulary back. NULL is fine. */
void lb_vocab_free(LbVocab *v);

/** Pieces, `<unk>` and the ends of sentences included. */
int lb_vocab_size(const LbVocab *v);

/** A line as pieces, or their numbers, separated by spaces. free() it. */
char *lb_vocab_encode(const LbVocab *v, LbText line, bool ids);

/** Pieces, or their numbers, as text; LB_DATA for one that does not exist. free() *out. */
LbStatus lb_vocab_decode(const LbVocab *v, LbText line, bool ids, char **out, LbError *err);

/* ---- measuring ---- */

/** How to measure. Begin with lb_eval_default(): sacreBLEU's settings, and no resampling. */
typedef struct {
    const char *tokenize;     /**< bleu: "13a", "none", "char", "intl"; NULL: 13a. */
    const char *smooth;       /**< bleu: "exp", "floor", "add-k", "none"; NULL: exp. */
    double smooth_value;      /**< bleu: 0 is the default of `smooth`. */
    bool lowercase;           /**< bleu, chrf, exact: compare in lower case. */
    int word_order;           /**< chrf: 2 for chrF2++. */
    bool normalized;          /**< ter: part punctuation from words. */
    bool no_punct;            /**< ter: take punctuation out. */
    bool asian_support;       /**< ter: with normalized or no_punct, Chinese and Japanese characters too. */
    bool case_sensitive;      /**< ter: do not compare in lower case. */
    bool f1;                  /**< exact: the score is the tokens' F1, not the share of equal lines. */
    bool stem;                /**< rouge: words are stemmed before they are compared. */
    const char *sentence_end; /**< rouge: what parts sentences within a line, for Lsum; NULL: "<n>". */
    int samples;              /**< Bootstrap resamples, for a 95 % confidence interval; 0: none. */
    uint64_t seed;            /**< Of the resamples; 0: 12345. */
    const char *gold_format;  /**< aer: "auto", "pharaoh", "talp", "naacl"; NULL: auto. */
    const char *gold_index;   /**< aer: gold words are counted from "0" or "1"; NULL: 1 for NAACL, else from 0
                               * if  there is a word 0. */
    const char *index;        /**< aer: the same for the links under test. */
    bool reverse;             /**< aer: pairs under test are target-source. */
    size_t n_gold;        /**< aer: lines of gold links where they are not n, as may be with NAACL; 0: n. */
    const LbText *source; /**< aer: [n_text] source lines, or "source ||| target", to name the words that the
                           * most frequent errors are about; NULL: they are not counted. */
    const LbText *target; /**< aer: [n_text] target lines; NULL: `source` holds them. */
    size_t n_text;        /**< aer: lines of text, one a sentence. */
} LbEvalOptions;
LbEvalOptions lb_eval_default(void); /**< sacreBLEU's settings. */

/** Measures outputs against references.
 * @param metric "bleu", "chrf", "ter" (lower is better), "rouge" (its score is ROUGE-L's F1), "exact",
 *               "squad", or "aer" (hyp: links; refs[0]:
 *               gold links; docs/align.md says in which formats).
 * @param hyp    The outputs, n lines.
 * @param refs   refs[r][i] is reference r of line i.
 * @param n      Lines.
 * @param n_refs References, at least 1.
 * @param o      How.
 * @param score  In per cent; may be NULL.
 * @param text   The line and the signature for people; free() it. May be NULL.
 * @param json   One object; free() it. May be NULL.
 * @param err    Filled on failure; may be NULL.
 * @return LB_USAGE for a name or option there is not, LB_DATA for links that cannot be read and for an
 *         interval of no lines at all, LB_MEMORY. */
LbStatus lb_eval(const char *metric, const LbText *hyp, const LbText *const *refs, size_t n, size_t n_refs,
                 LbEvalOptions o, double *score, char **text, char **json, LbError *err);

/** One of several systems whose outputs are compared. */
typedef struct {
    const char *name;    /**< How results call it. */
    const LbText *lines; /**< Its outputs, one a line. */
} LbSystem;

/** Compares systems with the first of them, the baseline: score, 95 % confidence interval, and p value by
 * paired bootstrap resampling (Koehn 2004; as sacreBLEU's --paired-bs).
 * @param metric    As for lb_eval().
 * @param systems   Two or more.
 * @param n_systems How many.
 * @param refs      refs[r][i] is reference r of line i.
 * @param n         Lines.
 * @param n_refs    References, at least 1.
 * @param o         How; samples 0 is 1,000 here.
 * @param text      A table for people; free() it. May be NULL.
 * @param json      One object a line, in the order of the systems; free() it. May be NULL.
 * @param err       Filled on failure; may be NULL.
 * @return As lb_eval(). */
LbStatus lb_eval_paired(const char *metric, const LbSystem *systems, size_t n_systems,
                        const LbText *const *refs, size_t n, size_t n_refs, LbEvalOptions o, char **text,
                        char **json, LbError *err);

/* ---- word alignment ---- */

/** How links are read out of a model. Begin with lb_align_default(). docs/align.md explains every choice. */
typedef struct {
    /** "auto": what is left open below is chosen by what erasing words does, without gold links; "plain":
     * output row, raw weights, nothing taken out, mean over the heads of the layer last but one, as
     * lb_alignment_hard(); "erase": no attention, the source word without which a word loses most of its
     * probability; "diagonal": no model, the place alone. NULL: auto. */
    const char *readout;
    int layer; /**< From 0; -1: the mean over all; -2: open. */
    int head;  /**< From 0; -1: the mean over all; -2: open. */
    /** "output": the row that predicts a word; "input": that where it is read; NULL: open. */
    const char *row;
    const char *weights; /**< "raw"; "norm": times the length of what they bring in; NULL: open. */
    const char *sinks;   /**< "keep"; "end": ends of sentences are taken out; "punctuation": and punctuation,
                          * for   words that are none; NULL: open. */
    double null_below;   /**< A word whose largest weight is below stays without a link; below 0: open. */
    const char *symmetrize; /**< As lb_symmetrize(); NULL: without a reverse model none, with one
                             * "grow-diagonal". Without a reverse model the other direction is read from the
                             * same weights: for each source word the target word that looks at it most. */
    int sample;             /**< auto: so many pairs are looked at, at least 1. */
    int batch;              /**< Pairs at a time; changes nothing but speed and memory. */
    bool pieces;            /**< Every piece is a word. */
} LbAlignOptions;

/** auto, everything open, 64 pairs looked at, batches of 64. */
LbAlignOptions lb_align_default(void);

/** Words that belong together. */
typedef struct {
    size_t source; /**< Number of a source word, from 0. */
    size_t target; /**< Number of a target word. */
    double weight; /**< In the read-out, 0 to 1; of two directions the mean of both weights. */
} LbLink;

/** One pair, aligned. Words are what spaces separate. */
typedef struct {
    size_t n_source;       /**< Source words. */
    size_t n_target;       /**< Target words. */
    size_t n_links;        /**< How many links. */
    const LbLink *links;   /**< [n_links] by target word, then source word. */
    const double *weights; /**< [n_target, n_source] what links are read from, of the forward model. */
    double dropped;        /**< Mean share of a target word's weight that was taken out as a sink. */
    bool too_long;         /**< Longer than a model takes: there are no links. */
} LbAlignment;

/** One or two models as an aligner: its read-out is chosen once, with the first pairs it sees. */
typedef struct LbAligner LbAligner;

/** An aligner.
 * @param forward A session of a model from source to target, which must outlive it; NULL for readout
 * diagonal.
 * @param reverse Of a model from target to source, or NULL.
 * @param o       See LbAlignOptions; its texts are copied.
 * @param out     The aligner; free it with lb_aligner_free().
 * @param err     Filled on failure; may be NULL.
 * @return LB_USAGE: an option out of range, or a layer or head that there is not. LB_DATA: a model without
 *         attention, or that does not translate. */
LbStatus lb_aligner_new(LbSession *forward, LbSession *reverse, LbAlignOptions o, LbAligner **out,
                        LbError *err);

/** Aligns n pairs; results are in their order, one each.
 * @param a      The aligner; one call at a time.
 * @param source [n] texts.
 * @param target [n] texts.
 * @param n      May be 0.
 * @param out    [n] alignments; free them together with lb_alignments_free().
 * @param err    Filled on failure; may be NULL.
 * @return LB_MEMORY or LB_CANCELLED. */
LbStatus lb_align(LbAligner *a, const LbText *source, const LbText *target, size_t n, LbAlignment **out,
                  LbError *err);

/** Gives back what one call gave. NULL is fine. */
void lb_alignments_free(LbAlignment *all);

/** What was chosen and why, in words or as one JSON object, once pairs were seen; free() it. */
char *lb_aligner_told(const LbAligner *a, bool json);

/** Gives an aligner back, not its sessions. NULL is fine. */
void lb_aligner_free(LbAligner *a);

/** "0-0 1-2"; with scores "0-0:0.9731 1-2:0.4105". free() it. */
char *lb_alignment_text(const LbAlignment *x, bool scores);

/** All weights: rows of target words separated by spaces, in a row source words separated by commas. free()
 * it. */
char *lb_alignment_weights(const LbAlignment *x);

/** One object on one line, with the aligner's read-out; `weights`: with the matrix. free() it. */
char *lb_alignment_json(const LbAligner *a, const LbAlignment *x, bool weights);

/** Word links as text, as an aligner writes them. */
typedef struct {
    const LbText *lines; /**< In a format of docs/align.md, which is found. */
    size_t n;            /**< Lines. */
    bool swapped;        /**< Pairs are target-source. */
} LbLinks;

/** One alignment out of two directions.
 * @param method  "intersection", "union"; "grow-diag", "grow-diag-final", "grow-diag-final-and" (as Moses and
 *                atools); "grow-diagonal", "grow-diagonal-final" (as Moses' manual and alignment-scripts).
 * @param forward One direction.
 * @param reverse The other, of the same sentences.
 * @param out     Lines of links `0-0 1-2`, source-target, from 0, each with its line end; free() it.
 * @param told    What was found: formats, and whether words were counted from 0; free() it. May be NULL.
 * @param err     Filled on failure; may be NULL.
 * @return LB_USAGE: an unknown method. LB_FORMAT or LB_DATA: links that cannot be read, or different numbers
 * of lines. */
LbStatus lb_symmetrize(const char *method, LbLinks forward, LbLinks reverse, char **out, char **told,
                       LbError *err);

/* ---- text made by rule ---- */

/** A task whose right outputs and alignments are known. */
typedef struct {
    const char *name; /**< NULL behind the last task. */
    const char *help; /**< One line. */
} LbSynthTask;

/** All tasks; static. */
const LbSynthTask *lb_synth_tasks(void);

/** How much text, and of what kind; what is 0 has a default. */
typedef struct {
    int n_train;      /**< Pairs to train on; 0: that part is not written. */
    int n_valid;      /**< Pairs to validate with. */
    int n_test;       /**< Pairs to test with. */
    uint64_t seed;    /**< The same seed gives the same text. */
    int facts;        /**< kvqa: facts in a text, 5 to 200; 0: 10. */
    bool all_keys;    /**< kvqa: 400 keys and values whatever the facts, so that a model of texts of few facts
                       * can be asked about many; else 100, or twice the facts. */
    int shortest;     /**< copy, reverse, sort, lexicon: source words; 0: the task's. */
    int longest;      /**< Likewise; to 500, sort to 100. */
    const char *base; /**< hallucinate: the task whose pairs are spoilt; NULL: lexicon. */
    const char *source;   /**< hallucinate: instead, the source side of a parallel text; NULL: the task's. */
    const char *target;   /**< Its target side, or a model's outputs for the source. */
    int fewest_sentences; /**< stories, news: in a text, 1 to 50; 0: 2, 4. */
    int most_sentences;   /**< The same; 0: 8. */
    int names;       /**< stories: people, and as many places and firms, to train on, 300 to 4000; 0: 2000. */
    int seen_places; /**< stories: per cent of the places of valid and test that are trained on as well. */
} LbSynthOptions;

/** What two readers reach on the test part that give every target word one link. `aer` is the alignment
 * error, `hit` the share of links that lead into the evidence; 0 to 1, -1 where there is nothing to measure.
 */
typedef struct {
    double perfect_aer;  /**< Of the one that makes no mistake. */
    double perfect_hit;  /**< As above. */
    double diagonal_aer; /**< Of the one that knows nothing but how far along the sentence it is. */
    double diagonal_hit; /**< As above. */
    size_t n_spoilt;     /**< hallucinate: pairs used; each gave five. */
} LbSynthReport;

/** Writes `dir`/{train,valid,test} as source, target and .align files, and .evidence files where a task has
 * evidence; no test sentence is in training. docs/synth.md has the forms. The task hallucinate also writes
 * `dir`/faults as source, target and .labels; from a parallel text it writes nothing else, and n_test is the
 * most pairs that are used of it.
 * @param task   A name of lb_synth_tasks().
 * @param dir    The folder; made when missing.
 * @param o      How much.
 * @param report What can be reached; may be NULL.
 * @param err    Filled on failure; may be NULL.
 * @return LB_USAGE, LB_DATA (the task has not so many sentences, the text is no parallel text) or LB_FILE. */
LbStatus lb_synth(const char *task, const char *dir, LbSynthOptions o, LbSynthReport *report, LbError *err);

/* ---- the guided tour ---- */

/** Whom the tour talks to. Each function may be NULL. */
typedef struct {
    void *context;                                     /**< Handed to every function. */
    void (*say)(void *context, const char *text);      /**< A paragraph or a heat map, ready to print. */
    void (*progress)(void *context, const char *line); /**< The live line; replaces the last one. */
    bool (*cancelled)(void *context);                  /**< True: stop, and return LB_CANCELLED. */
    LbColour colour;                                   /**< Of heat maps. */
    int columns;                                       /**< Width of the terminal. */
    double size; /**< Share of the usual data and training, for a quick look at its form; 0: all. */
} LbDemoHooks;

/** Name of tour number i, from 0: "translate", ...; NULL behind the last. */
const char *lb_demo_name(size_t i);

/** Makes a corpus, trains on it, uses the model, and shows where it looked.
 * @param name  Which tour.
 * @param dir   The folder for all files; made when missing.
 * @param seed  Another seed is another corpus and another model.
 * @param hooks NULL: silent.
 * @param err   Filled on failure; may be NULL.
 * @return LB_USAGE for another name, LB_FILE, LB_MEMORY or LB_CANCELLED. */
LbStatus lb_demo(const char *name, const char *dir, uint64_t seed, const LbDemoHooks *hooks, LbError *err);

/* ---- studies ---- */

/** What attention buys on long text: a model with several scores, trained alike, its quality by length. */
typedef struct LbStudy LbStudy;

/** How to study. Begin with lb_study_default(); all zero but `seeds`, `metric` and `samples`. */
typedef struct {
    const char *const *scores; /**< [n_scores] values of model.attention.score; the first of them that looks
                                * is the one whose attention is shown. `none`, or else the first, is what the
                                * others are compared with. */
    size_t n_scores;           /**< 0: `none` and the configuration's. */
    int seeds;                 /**< Trainings of each: the configuration's seed and those that follow. */
    const char *out;           /**< The folder for them; NULL: model_dir with "-study" behind it. */
    const char *metric;        /**< Of table and chart: "bleu", "exact" or "tokens"; NULL: bleu. */
    const int *edges;          /**< [n_edges] the last lengths of all buckets but the last, going up. */
    size_t n_edges;            /**< 0: they are chosen. */
    bool by_target;            /**< Lengths are those of the reference, not of the source. */
    int samples;               /**< Resamples for the intervals. */
    bool overwrite;            /**< Train anew what is there. */
} LbStudyOptions;
LbStudyOptions lb_study_default(void); /**< One seed, BLEU, 1,000 resamples. */

/** Trains, translates data.test and measures. Each training goes into a folder of its own, SCORE-SEED; what
 * was trained with the same settings is not trained again, what was stopped goes on.
 * @param config      As for lb_train(); model.type rnn.
 * @param overrides   As for lb_train().
 * @param n_overrides May be 0.
 * @param o           See LbStudyOptions; nothing of it is needed afterwards.
 * @param hooks       As for lb_train(), of all trainings; its page is not used.
 * @param out         The study; free it with lb_study_free().
 * @param err         Filled on failure; may be NULL.
 * @return LB_USAGE: options, or a training in the folder that had other settings. LB_CANCELLED: the same call
 *         goes on. Else as lb_train(). */
LbStatus lb_study_length(const char *config, const char *const *overrides, size_t n_overrides,
                         LbStudyOptions o, const LbTrainHooks *hooks, LbStudy **out, LbError *err);

/** A study in words: a table, a line for each bucket, score and metric, or one JSON object; free() it. */
char *lb_study_report(const LbStudy *s, LbReport form);

/** Quality against length as a picture: a curve with its interval for each score, training lengths shaded.
 * @param s    The study.
 * @param path The file; its name ends in .svg, .png or .pdf.
 * @param err  Filled on failure; may be NULL.
 * @return LB_USAGE for another ending, LB_FILE. */
LbStatus lb_study_chart(const LbStudy *s, const char *path, LbError *err);

/** A page: the chart, whose buckets open their sentences, with the attention of the first score that looks
 * and what the others said; that model is loaded again.
 * @param s         The study; some score of it must look.
 * @param path      The file; its name ends in .html or .htm.
 * @param sentences Of each bucket at most so many, drawn by chance.
 * @param command   What was typed, for the page to say; NULL: nothing.
 * @param err       Filled on failure; may be NULL.
 * @return LB_USAGE for another ending, LB_DATA when no score looks, LB_FILE, or what is wrong with the model.
 */
LbStatus lb_study_page(const LbStudy *s, const char *path, int sentences, const char *command, LbError *err);

/** Gives a study back; its models stay on disk. NULL is fine. */
void lb_study_free(LbStudy *s);

/* ---- speed ---- */

/** What can be measured: the name of number i, from 0, and what it is, both static; false: there are not so
 * many. */
bool lb_bench_case(size_t i, const char **name, const char **help);

/** Measures this machine, and how near the work comes to what it can do.
 * @param names   [n] measurements; none: all.
 * @param n       May be 0.
 * @param json    One JSON object for each instead of a line of text.
 * @param say     Called with each result as soon as it is there.
 * @param context Handed to `say`.
 * @param err     Filled on failure; may be NULL.
 * @return LB_USAGE for a name that does not exist. */
LbStatus lb_bench(const char *const *names, size_t n, bool json, void (*say)(void *context, const char *line),
                  void *context, LbError *err);

#ifdef __cplusplus
}
#endif
#endif
