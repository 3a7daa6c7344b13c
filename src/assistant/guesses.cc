#include "assistant/guesses.h"

#include <algorithm>

#include "assistant/assistant.h"
#include "assistant/checkpoint_config.h"
#include "assistant/prompt.h"
#include "base/strings.h"
#include "decoder/token_corpus.h"
#include "nn/safetensors.h"
#include "recognition/signed_text.h"
#include "tokenizer/tokenizer.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokens = "tokens";
constexpr const char* kPlaces = "places";

std::vector<int32_t> numbers_in(const TensorMap& tensors, const char* name) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.scalar_type() != at::kInt) return {};
  const auto* first = found->second.const_data_ptr<int32_t>();
  return {first, first + found->second.numel()};
}

bool is_permutation(const std::vector<int32_t>& places) {
  std::vector<bool> seen(places.size());
  for (const int32_t place : places) {
    if (place < 0 || static_cast<size_t>(place) >= places.size() || seen[size_t(place)])
      return false;
    seen[static_cast<size_t>(place)] = true;
  }
  return true;
}

// What the decoder is to write for a report: one text, or two where it is asked twice.
std::vector<std::string> texts_of(const CheckpointConfig& config, const ReportSections& report) {
  if (!config.prompt.impression_question.empty()) return {report.findings, report.impression};
  if (config.recognition) return {signed_text(report.findings, report.impression).text};
  return {report_text({report.findings}, {report.impression})};
}

Result<GuessesInfo> write(const fs::path& folder, const std::vector<ReportSections>& reports) {
  SLAVA_TRY(const CheckpointConfig config, load_checkpoint_config(folder));
  SLAVA_TRY(const auto tokenizer, load_tokenizer(folder));
  SLAVA_TRY(const GenerationConfig generation, load_generation_config(folder, config));
  int64_t end = tokenizer->end_token();
  for (const auto* ends : {&config.end_tokens, &generation.end_tokens}) {
    if (!ends->empty()) end = ends->front();
  }
  std::vector<std::vector<int64_t>> texts;
  for (const ReportSections& report : reports) {
    for (const std::string& text : texts_of(config, report)) {
      if (!text.empty()) texts.push_back(tokenizer->encode(text));
    }
  }
  const TokenCorpus corpus(texts, end);
  const auto tensor = [](const std::vector<int32_t>& numbers) {
    return at::tensor(numbers, at::kInt);
  };
  GuessesInfo info{folder / kGuessesFile, texts.size(), corpus.tokens().size()};
  SLAVA_TRY_STATUS(write_safetensors(
      info.file, {{kTokens, tensor(corpus.tokens())}, {kPlaces, tensor(corpus.places())}}));
  return info;
}

}  // namespace

Result<std::unique_ptr<DraftSource>> load_guesses(const fs::path& folder) {
  const fs::path path = folder / kGuessesFile;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::make_unique<TokenCorpus>();
  SLAVA_TRY(const TensorMap tensors, read_safetensors(path));
  auto tokens = numbers_in(tensors, kTokens), places = numbers_in(tensors, kPlaces);
  if (tokens.empty() || tokens.size() != places.size() || !is_permutation(places)) {
    return fail(ErrorKind::kModel,
                cat(path.string(),
                    ": expected int32 tensors `tokens` and `places` of one length; "
                    "write it again with slava-cxr guesses, or remove it"));
  }
  return std::make_unique<TokenCorpus>(std::move(tokens), std::move(places));
}

Result<GuessesInfo> write_guesses(const fs::path& folder,
                                  const std::vector<ReportSections>& reports) {
  try {
    return write(folder, reports);
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, cat("the guesses cannot be written: ", error.what()));
  }
}

}  // namespace slava
