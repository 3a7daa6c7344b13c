#include "train/validation_drafts.h"

#include <algorithm>

#include "assistant/loaded_checkpoint.h"
#include "assistant/sign_constraints.h"
#include "decoder/generate.h"
#include "recognition/recognition.h"
#include "train/label_f1.h"
#include "train/recognition_targets.h"
#include "train/report_answers.h"

namespace slava {
std::vector<size_t> items_to_draft(const Dataset& data, int count) {
  std::vector<size_t> reports;
  for (size_t i = 0; i < data.items.size(); ++i) {
    if (is_report(data.items[i].answer)) reports.push_back(i);
  }
  const auto wanted = std::min(reports.size(), static_cast<size_t>(std::max(count, 0)));
  std::vector<size_t> items;
  for (size_t i = 0; i < wanted; ++i) items.push_back(reports[i * reports.size() / wanted]);
  return items;
}

std::optional<double> drafted_label_f1(
    const Model& model, const CheckpointConfig& config, const Tokenizer& tokenizer,
    const Dataset& data, const std::vector<size_t>& items,
    const std::function<Tensor(const std::vector<size_t>& films)>& features_of) {
  const PromptTokens prompt_tokens = prompt_tokens_of(config, tokenizer);
  const std::vector<int64_t> end_tokens = {tokenizer.end_token()};
  std::vector<ReportSigns> drafted, written;
  for (const size_t i : items) {
    const ViewedFilms seen = films_in_order(config, data.items[i]);
    const Tensor features = features_of(seen.films);
    PromptFields fields{.question = config.prompt.question};
    Prompt prompt;
    if (model.recognition) {
      const auto signs = recognised_signs(
          *config.recognition,
          recognise(*model.recognition, *config.recognition, features, seen.views));
      fields.signs = sign_tokens(signs);
      prompt.constraints = constraints_of(signs, tokenizer);
    }
    const auto parts =
        tokenize_prompt(prompt_text(config.prompt, seen.views, fields), tokenizer, prompt_tokens);
    prompt.embeddings =
        embed_prompt(*model.decoder, parts, model.projector->project(features)).unsqueeze(0);
    const Generation text = generate(*model.decoder, prompt, end_tokens, {});
    drafted.push_back(read_report(without_signs(tokenizer.decode(text.tokens))));
    written.push_back(read_report(data.items[i]));
  }
  if (items.empty()) return std::nullopt;
  return macro_f1(label_targets_of(drafted), label_targets_of(written), kFewestPositives);
}

}  // namespace slava
