// Question and answer files of the LLaVA family, a JSON object a line:
//   in   {"question_id": ..., "image": "film.png", "text": "..."} and whatever else
//   out  {"question_id", "image_id", "prompt", "text", "answer_id", "model_id", "metadata"}
// Answers stand in the order of the questions, so that what is there tells what is left.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

struct FileQuestion {
  nlohmann::ordered_json id;  // of any kind; the line's number where there is none
  std::string image;          // as it stands in the file; empty: none
  std::string text;
  nlohmann::ordered_json more;  // every other key
};

// kInput with the line of what is wrong: no JSON object, no text, an image that is no name.
Result<std::vector<FileQuestion>> read_questions(const std::filesystem::path& path);

// What became of a question.
inline constexpr std::string_view kGoodAnswer = "ok", kRefusedAnswer = "refused",
                                  kFailedAnswer = "failed";
struct FileAnswer {
  std::string text;    // empty where it could not be answered
  std::string status;  // one of the above
  std::string reason;  // why not
  std::vector<std::string> warnings;
};

// One line, without its end. `model`: its name; `model_sha256` goes into the answer's id, which is
// the same for the same question and model.
std::string answer_line(const FileQuestion& question, const FileAnswer& answer,
                        const std::string& model, const std::string& model_sha256);

// The whole lines of an answers file and how many they are; half a last line is left out. kUsage
// when they are not answers to the first of these questions.
struct EarlierAnswers {
  std::string bytes;
  size_t count = 0;
  size_t refused = 0, failed = 0;  // of them
};
Result<EarlierAnswers> read_answers(const std::filesystem::path& path,
                                    const std::vector<FileQuestion>& questions);

}  // namespace slava
