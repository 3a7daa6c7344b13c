#include "tokenizer/sentencepiece.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

class SentencePieceTokenizer : public Tokenizer {
 public:
  Status load(const std::filesystem::path& model) {
    SLAVA_TRY(const std::string bytes, read_file(model));
    const auto status = processor_.LoadFromSerializedProto(bytes);
    if (!status.ok()) {
      return fail(ErrorKind::kModel,
                  cat(model.string(), ": no sentencepiece model: ", status.ToString()));
    }
    return {};
  }

  std::vector<int64_t> encode(std::string_view text) const override {
    std::vector<int> ids;
    // Encode fails only on a processor without a model, which load() rules out.
    (void)processor_.Encode({text.data(), text.size()}, &ids);
    return {ids.begin(), ids.end()};
  }

  std::string decode(const std::vector<int64_t>& ids) const override {
    std::vector<int> known;
    for (const int64_t id : ids) {
      if (id >= 0 && id < processor_.GetPieceSize()) known.push_back(static_cast<int>(id));
    }
    std::string text;
    (void)processor_.Decode(known, &text);
    return text;
  }

  int64_t vocabulary() const override { return processor_.GetPieceSize(); }
  int64_t end_token() const override { return processor_.eos_id(); }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

// Hands the sentences to the trainer without a file.
class VectorIterator : public sentencepiece::SentenceIterator {
 public:
  explicit VectorIterator(const std::vector<std::string>& sentences) : sentences_(sentences) {}
  bool done() const override { return at_ == sentences_.size(); }
  void Next() override { ++at_; }
  const std::string& value() const override { return sentences_[at_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& sentences_;
  size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(const std::filesystem::path& model) {
  auto tokenizer = std::make_unique<SentencePieceTokenizer>();
  SLAVA_TRY_STATUS(tokenizer->load(model));
  return tokenizer;
}

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& folder) {
  const auto model = folder / "tokenizer.model";
  if (std::filesystem::exists(model)) return load_sentencepiece(model);
  return fail(ErrorKind::kModel,
              cat(folder.string(), ": no tokenizer; expected tokenizer.model (sentencepiece)"));
}

Status train_sentencepiece(const std::vector<std::string>& sentences, int vocabulary,
                           const std::filesystem::path& model) {
  VectorIterator iterator(sentences);
  std::string bytes;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      {{"model_type", "unigram"},
       {"vocab_size", cat(vocabulary)},
       {"byte_fallback", "true"},
       {"normalization_rule_name", "identity"},
       {"remove_extra_whitespaces", "false"},
       {"add_dummy_prefix", "false"},
       {"split_digits", "true"},
       // One thread: the same corpus gives the same vocabulary on every machine.
       {"num_threads", "1"},
       {"minloglevel", "2"}},
      &iterator, &bytes);
  if (!status.ok()) {
    return fail(ErrorKind::kInput, cat("no vocabulary of ", vocabulary, " pieces could be made of ",
                                       sentences.size(), " texts: ", status.ToString()));
  }
  return write_file_atomically(model, bytes, 0644);
}

}  // namespace slava
