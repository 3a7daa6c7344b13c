#include "train/training_tokenizer.h"

#include <algorithm>
#include <span>

#include "assistant/prompt.h"
#include "base/file.h"
#include "base/strings.h"
#include "recognition/signed_text.h"
#include "tokenizer/sentencepiece.h"

namespace slava {
namespace {

// What a tokenizer is kept in; the first three are each enough, and the first is what is made here.
constexpr const char* kTokenizerFiles[] = {
    "tokenizer.model",   "tokenizer.json",          "vocab.json",           "merges.txt",
    "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json"};

bool has_tokenizer(const std::filesystem::path& folder) {
  return std::ranges::any_of(std::span(kTokenizerFiles).first(3), [&](const char* name) {
    return std::filesystem::exists(folder / name);
  });
}

Status train_on(const Dataset& data, const CheckpointConfig& config,
                const std::filesystem::path& file) {
  std::vector<std::string> texts;
  for (const DatasetItem& item : data.items) {
    if (!item.answer.empty()) texts.push_back(cat(" ", item.answer));
  }
  texts.push_back(prompt_text(config.prompt, config.views, {config.prompt.question}));
  std::vector<std::string> symbols;
  if (config.recognition) {
    symbols = sign_symbols();
    symbols.emplace_back(kFindingsMark);
    symbols.emplace_back(kImpressionMark);
  }
  return train_sentencepiece(texts, config.text.value("vocab_size", 0), file, symbols);
}

}  // namespace

Result<TrainingTokenizer> find_or_train_tokenizer(const TrainOptions& options,
                                                  const CheckpointConfig& config,
                                                  const Dataset& data) {
  TrainingTokenizer found{options.output, nullptr};
  if (!options.init.empty() && has_tokenizer(options.init)) found.folder = options.init;
  if (!has_tokenizer(found.folder)) {
    SLAVA_TRY_STATUS(train_on(data, config, found.folder / kTokenizerFiles[0]));
  }
  SLAVA_TRY(found.tokenizer, load_tokenizer(found.folder));
  return found;
}

Status copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& folder) {
  for (const char* name : kTokenizerFiles) {
    if (!std::filesystem::exists(from / name)) continue;
    SLAVA_TRY(const std::string bytes, read_file(from / name));
    SLAVA_TRY_STATUS(write_file_atomically(folder / name, bytes, 0644));
  }
  return {};
}

}  // namespace slava
