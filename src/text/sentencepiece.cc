/* sentencepiece.cc -- the only C++ in the tree: a thin skin around Google's SentencePiece.
 *
 * Training is a function of the sentences and the options: the number of threads is fixed, because the
 * library adds up partial sums per thread. Serialised models go through memory, never through files of the
 * library's own, so that our reading (.gz) and writing (atomic) hold for them too.
 */
#include "text/sentencepiece.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sp = sentencepiece;

struct SpModel {
    sp::SentencePieceProcessor processor;
    std::string bytes;
};

namespace
{

/* Sentences in memory, one after the other. */
class Sentences : public sp::SentenceIterator
{
  public:
    Sentences(char *const *texts, size_t n) : texts_(texts), n_(n)
    {
        take();
    }
    bool done() const override
    {
        return at_ >= n_;
    }
    void Next() override
    {
        at_++;
        take();
    }
    const std::string &value() const override
    {
        return value_;
    }
    sp::util::Status status() const override
    {
        return sp::util::Status();
    }

  private:
    void take()
    {
        if (at_ < n_)
            value_ = texts_[at_];
    }
    char *const *texts_;
    size_t n_, at_ = 0;
    std::string value_;
};

void say(char message[SP_MESSAGE], const char *text)
{
    snprintf(message, SP_MESSAGE, "%s", text);
}

/* The library's messages are its source file, the failed condition in brackets, and (not always) words. */
bool succeeded(const sp::util::Status &status, char message[SP_MESSAGE])
{
    if (status.ok())
        return true;
    const char *text = status.error_message();
    const char *end = strstr(text, "] ");
    say(message, !end ? text : end[2] ? end + 2 : "it is damaged or of another kind");
    return false;
}

std::unordered_map<std::string, std::string> settings(const SpOptions &options)
{
    std::unordered_map<std::string, std::string> all = {
        { "model_type", options.type },
        { "vocab_size", std::to_string(options.size) },
        { "character_coverage", std::to_string(options.coverage) },
        { "normalization_rule_name", options.lowercase ? "nmt_nfkc_cf" : "nmt_nfkc" },
        { "hard_vocab_limit", "false" },
        { "max_sentence_length", "1000000" },
        { "unk_id", "0" },
        { "pad_id", "1" },
        { "bos_id", "2" },
        { "eos_id", "3" },
        { "num_threads", "2" },
        { "minloglevel", "3" },
    };
    if (options.mask)
        all["user_defined_symbols"] = options.mask;
    return all;
}

/* A malloc'd copy for C. */
void *copy_of(const void *data, size_t len)
{
    void *copy = malloc(len ? len : 1);
    if (!copy)
        throw std::bad_alloc();
    if (len)
        memcpy(copy, data, len);
    return copy;
}

} // namespace

bool sp_train(char *const *sentences, size_t n, SpOptions options, char **model, size_t *len,
              char message[SP_MESSAGE])
try {
    Sentences iterator(sentences, n);
    std::string bytes;
    if (!succeeded(sp::SentencePieceTrainer::Train(settings(options), &iterator, &bytes), message))
        return false;
    *model = static_cast<char *>(copy_of(bytes.data(), bytes.size()));
    *len = bytes.size();
    return true;
} catch (const std::exception &e) {
    say(message, e.what());
    return false;
} catch (...) {
    say(message, "the library gave up");
    return false;
}

SpModel *sp_load(const char *model, size_t len, char message[SP_MESSAGE])
try {
    auto m = std::make_unique<SpModel>();
    m->bytes.assign(model, len);
    if (!succeeded(m->processor.LoadFromSerializedProto(m->bytes), message))
        return nullptr;
    return m.release();
} catch (const std::exception &e) {
    say(message, e.what());
    return nullptr;
} catch (...) {
    say(message, "it is damaged");
    return nullptr;
}

void sp_free(SpModel *m)
{
    delete m;
}

const char *sp_bytes(const SpModel *m, size_t *len)
{
    *len = m->bytes.size();
    return m->bytes.data();
}

int sp_size(const SpModel *m)
{
    return m->processor.GetPieceSize();
}

const char *sp_name(const SpModel *m, int id)
{
    return m->processor.IdToPiece(id).c_str();
}

bool sp_is_byte(const SpModel *m, int id)
{
    return m->processor.IsByte(id);
}

bool sp_is_control(const SpModel *m, int id)
{
    return m->processor.IsControl(id);
}

void sp_specials(const SpModel *m, int ids[4])
{
    ids[0] = m->processor.unk_id();
    ids[1] = m->processor.pad_id();
    ids[2] = m->processor.bos_id();
    ids[3] = m->processor.eos_id();
}

bool sp_encode(const SpModel *m, const char *text, size_t len, SpPiece **pieces, size_t *n)
try {
    sp::ImmutableSentencePieceText found;
    bool good = m->processor.Encode(std::string_view(text, len), found.mutable_proto()).ok();
    std::vector<SpPiece> out;
    for (size_t i = 0; good && i < found.pieces_size(); i++) {
        const auto piece = found.pieces(static_cast<int>(i));
        out.push_back({ static_cast<int>(piece.id()), piece.begin(), piece.end() });
        good = piece.id() < static_cast<unsigned>(sp_size(m)) && piece.begin() <= piece.end() &&
               piece.end() <= len;
    }
    if (!good)
        out.assign(1, { m->processor.unk_id(), 0, static_cast<uint32_t>(len) });
    *n = out.size();
    *pieces = static_cast<SpPiece *>(copy_of(out.data(), *n * sizeof(SpPiece)));
    return true;
} catch (...) {
    return false;
}
