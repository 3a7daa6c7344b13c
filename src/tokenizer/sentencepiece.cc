#include "tokenizer/sentencepiece.h"

#include <sentencepiece_processor.h>

#include "base/file.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "tokenizer/llama_sentencepiece.h"
#include "tokenizer/tokenizer_config.h"

namespace slava {
namespace {

constexpr size_t kMaxModelBytes = size_t{256} << 20;

// The vocabulary alone.
class SentencePieceTokenizer : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(std::unique_ptr<sentencepiece::SentencePieceProcessor> processor)
      : processor_(std::move(processor)) {}

  std::vector<int64_t> encode(std::string_view text) const override {
    std::vector<int> ids;
    // Encode fails only on a processor without a model, which loading rules out.
    (void)processor_->Encode(replace_broken_utf8(text), &ids);
    return {ids.begin(), ids.end()};
  }

  std::string decode(const std::vector<int64_t>& ids) const override {
    std::vector<int> known;
    for (const int64_t id : ids) {
      if (id >= 0 && id < processor_->GetPieceSize()) known.push_back(static_cast<int>(id));
    }
    std::string text;
    (void)processor_->Decode(known, &text);
    return text;
  }

  int64_t vocabulary() const override { return processor_->GetPieceSize(); }
  int64_t end_token() const override { return processor_->eos_id(); }
  std::optional<int64_t> token_id(std::string_view piece) const override {
    return piece_id(*processor_, piece);
  }

 private:
  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(const std::filesystem::path& model) {
  const auto bytes = read_file(model, kMaxModelBytes);
  if (!bytes) return fail(ErrorKind::kModel, bytes.error().message);
  SLAVA_TRY(TokenizerConfig config, read_tokenizer_config(model.parent_path()));
  if (config.present) {
    auto tokenizer = make_llama_tokenizer(*bytes, std::move(config));
    if (!tokenizer) return fail(tokenizer.error().in(model.string()));
    return tokenizer;
  }
  auto processor = std::make_unique<sentencepiece::SentencePieceProcessor>();
  const auto status = processor->LoadFromSerializedProto(*bytes);
  if (!status.ok()) {
    return fail(ErrorKind::kModel,
                cat(model.string(), ": no sentencepiece model: ", status.ToString()));
  }
  return std::make_unique<SentencePieceTokenizer>(std::move(processor));
}

}  // namespace slava
