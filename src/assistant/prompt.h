// What the decoder is told: films, what is known of the study, and the question, as text with
// <image> where a film's tokens go.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "study/study.h"
#include "tokenizer/tokenizer.h"

namespace slava {

// config.json `prompt`. In `conversation` the places are {films}, {question} and, where the model
// was trained with them, {indication}, {comparison} and {signs}, what its recognition head saw.
struct PromptConfig {
  std::string conversation;  // "USER: {films}{question} ASSISTANT:"
  std::string frontal;       // "Frontal <image> "
  std::string lateral;       // "Lateral <image> "
  std::string question;      // "Write a report of this chest examination."

  // Models that are asked a second time for the impression: {findings} is the answer to the first
  // question. Empty: one answer holds both sections.
  std::string impression_question;
  int impression_max_new_tokens = 0;  // its longest answer; 0: as for the first question

  bool uses_indication() const;
  bool uses_comparison() const;
  bool uses_signs() const;
};

// The message lacks the file's name.
Result<PromptConfig> parse_prompt_config(const nlohmann::json& prompt);

// What fills the places of a conversation besides the films.
struct PromptFields {
  std::string question{};
  std::string indication{};
  std::string comparison{};
  std::string signs{};  // of sign_tokens()
};

// Text of the prompt with one <image> for each of `films`, in their order. A foreign text that
// holds <image> itself loses it: only films may stand there.
std::string prompt_text(const PromptConfig& config, const std::vector<View>& films,
                        const PromptFields& fields);

// The second question with the findings in it.
std::string impression_question(const PromptConfig& config, const std::string& findings);

// A stretch of the prompt: token ids, or one film's image tokens.
struct PromptPart {
  std::vector<int64_t> ids;
  int film = -1;  // place among the films; -1: text
};

// How a text with <image> in it becomes tokens.
struct PromptTokens {
  std::optional<int64_t> image_token;  // the vocabulary's own <image>; none: cut there, as LLaVA
                                       // does, and encode the pieces apart
  std::optional<int64_t> begin_token;  // put before everything
};
std::vector<PromptPart> tokenize_prompt(const std::string& text, const Tokenizer& tokenizer,
                                        const PromptTokens& tokens = {});

// A drafted answer in its sections.
struct Answer {
  std::string findings;
  std::string impression;
};

// "FINDINGS: ... IMPRESSION: ..." in its two parts; a text without marks is all findings.
Answer split_answer(const std::string& text);

}  // namespace slava
