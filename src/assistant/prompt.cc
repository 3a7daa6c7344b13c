#include "assistant/prompt.h"

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "recognition/signed_text.h"

namespace slava {
namespace {

constexpr std::string_view kImageMark = "<image>";

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

bool PromptConfig::uses_signs() const { return conversation.find("{signs}") != std::string::npos; }

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
                        const PromptFields& fields) {
  std::string film_text;
  for (const View view : films)
    film_text += view == View::kLateral ? config.lateral : config.frontal;
  return fill(config.conversation, {{"{films}", film_text},
                                    {"{question}", without_marks(fields.question)},
                                    {"{indication}", without_marks(fields.indication)},
                                    {"{comparison}", without_marks(fields.comparison)},
                                    {"{signs}", fields.signs}});
}

std::string impression_question(const PromptConfig& config, const std::string& findings) {
  return fill(config.impression_question, {{"{findings}", without_marks(findings)}});
}

namespace {

// Pieces of text between the <image> marks, each encoded by itself.
std::vector<PromptPart> encode_apart(const std::string& text, const Tokenizer& tokenizer) {
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

// The whole text encoded, the films in the places of their token.
std::vector<PromptPart> encode_whole(const std::string& text, const Tokenizer& tokenizer,
                                     int64_t image_token) {
  std::vector<PromptPart> parts;
  int film = 0;
  for (const int64_t id : tokenizer.encode(text)) {
    if (id == image_token) {
      parts.push_back({{}, film++});
    } else {
      if (parts.empty() || parts.back().film >= 0) parts.push_back({});
      parts.back().ids.push_back(id);
    }
  }
  return parts;
}

}  // namespace

std::vector<PromptPart> tokenize_prompt(const std::string& text, const Tokenizer& tokenizer,
                                        const PromptTokens& tokens) {
  std::vector<PromptPart> parts = tokens.image_token
                                      ? encode_whole(text, tokenizer, *tokens.image_token)
                                      : encode_apart(text, tokenizer);
  if (tokens.begin_token) parts.insert(parts.begin(), PromptPart{{*tokens.begin_token}, -1});
  return parts;
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
