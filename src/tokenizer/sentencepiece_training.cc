#include <sentencepiece_trainer.h>

#include "base/file.h"
#include "base/strings.h"
#include "tokenizer/sentencepiece.h"

namespace slava {
namespace {

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

Status train_sentencepiece(const std::vector<std::string>& sentences, int vocabulary,
                           const std::filesystem::path& model,
                           const std::vector<std::string>& symbols) {
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
       {"user_defined_symbols", join(symbols, ",")},
       {"minloglevel", "2"}},
      &iterator, &bytes);
  if (!status.ok()) {
    return fail(ErrorKind::kInput, cat("no vocabulary of ", vocabulary, " pieces could be made of ",
                                       sentences.size(), " texts: ", status.ToString()));
  }
  return write_file_atomically(model, bytes, 0644);
}

}  // namespace slava
