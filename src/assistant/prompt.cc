#include "assistant/prompt.h"

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

constexpr std::string_view kImageMark = "<image>";
constexpr std::string_view kFindingsMark = "FINDINGS:";
constexpr std::string_view kImpressionMark = "IMPRESSION:";

std::string without_marks(const std::string& text) { return replace_all(text, kImageMark, ""); }

// Fills {places} in one pass, so that a filled-in text is never searched for places again.
std::string fill(const std::string& pattern,
                 const std::vector<std::pair<std::string, std::string>>& places) {
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    bool filled = false;
    for (const auto& [place, text] : places) {
      if (pattern.compare(i, place.size(), place) == 0) {
        out += text;
        i += place.size();
        filled = true;
        break;
      }
    }
    if (!filled) out += pattern[i++];
  }
  return out;
}

}  // namespace

bool PromptConfig::uses_indication() const {
  return conversation.find("{indication}") != std::string::npos;
}
bool PromptConfig::uses_comparison() const {
  return conversation.find("{comparison}") != std::string::npos;
}

Result<PromptConfig> parse_prompt_config(const nlohmann::json& prompt) {
  JsonFields fields(prompt, "prompt");
  PromptConfig config;
  config.conversation = fields.text("conversation");
  config.frontal = fields.text("frontal");
  config.lateral = fields.text("lateral");
  config.question = fields.text("question");
  SLAVA_TRY_STATUS(fields.finish());
  for (const char* place : {"{films}", "{question}"}) {
    if (config.conversation.find(place) == std::string::npos) {
      return fail(ErrorKind::kModel, cat("prompt.conversation has no place ", place));
    }
  }
  for (const std::string& film : {config.frontal, config.lateral}) {
    if (split(replace_all(film, kImageMark, "\n"), '\n').size() != 2) {
      return fail(ErrorKind::kModel,
                  cat("prompt: a film is \"", film, "\"; expected <image> exactly once"));
    }
  }
  return config;
}

std::string prompt_text(const PromptConfig& config, const std::vector<View>& films,
                        const std::string& question, const std::string& indication,
                        const std::string& comparison) {
  std::string film_text;
  for (const View view : films)
    film_text += view == View::kLateral ? config.lateral : config.frontal;
  return fill(config.conversation, {{"{films}", film_text},
                                    {"{question}", without_marks(question)},
                                    {"{indication}", without_marks(indication)},
                                    {"{comparison}", without_marks(comparison)}});
}

std::vector<PromptPart> tokenize_prompt(const std::string& text, const Tokenizer& tokenizer) {
  std::vector<PromptPart> parts;
  int film = 0;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find(kImageMark, begin);
    const std::string piece = text.substr(begin, end - begin);
    if (!piece.empty()) parts.push_back({tokenizer.encode(piece), -1});
    if (end == std::string::npos) return parts;
    parts.push_back({{}, film++});
    begin = end + kImageMark.size();
  }
}

Answer split_answer(const std::string& text) {
  const size_t impression = text.find(kImpressionMark);
  std::string findings = text.substr(0, impression);
  const size_t mark = findings.find(kFindingsMark);
  if (mark != std::string::npos) findings.erase(0, mark + kFindingsMark.size());
  Answer answer;
  answer.findings = trim(findings);
  if (impression != std::string::npos) {
    answer.impression = trim(text.substr(impression + kImpressionMark.size()));
  }
  return answer;
}

}  // namespace slava
