#include "commands/question_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "report/report.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

Result<FileQuestion> parse_question(const std::string& line, size_t number) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return fail(ErrorKind::kInput, "expected a JSON object with question_id, image and text");
  }
  FileQuestion question;
  question.id = number;
  for (const auto& [key, value] : json.items()) {
    if (key == "question_id") {
      question.id = value;
    } else if (key == "image") {
      if (!value.is_string()) {
        return fail(ErrorKind::kInput,
                    cat("image is ", value.dump(), "; expected the name of one film"));
      }
      question.image = value.get<std::string>();
    } else if (key == "text" && value.is_string()) {
      question.text = value.get<std::string>();
    } else {
      question.more[key] = value;
    }
  }
  if (question.text.empty()) {
    return fail(ErrorKind::kInput, "text is missing; expected the question");
  }
  return question;
}

}  // namespace

Result<std::vector<FileQuestion>> read_questions(const std::filesystem::path& path) {
  SLAVA_TRY(const std::string text, read_file(path));
  std::vector<FileQuestion> questions;
  size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    auto question = parse_question(line, number);
    if (!question) return fail(question.error().in(cat(path.string(), ": line ", number)));
    questions.push_back(*std::move(question));
  }
  if (questions.empty()) return fail(ErrorKind::kInput, cat(path.string(), ": no questions"));
  return questions;
}

std::string answer_line(const FileQuestion& question, const FileAnswer& answer,
                        const std::string& model, const std::string& model_sha256) {
  Json metadata = question.more.is_object() ? question.more : Json::object();
  metadata["status"] = answer.status;
  if (!answer.reason.empty()) metadata["reason"] = answer.reason;
  if (!answer.warnings.empty()) metadata["warnings"] = answer.warnings;
  metadata["disclaimer"] = kDraftBanner;
  constexpr size_t kIdLength = 22;  // as long as upstream's
  const std::string key =
      cat(question.id.dump(), '\n', question.image, '\n', question.text, '\n', model_sha256);
  const Json json{{"question_id", question.id},
                  {"image_id", question.image},
                  {"prompt", question.text},
                  {"text", answer.text},
                  {"answer_id", sha256_hex(key).substr(0, kIdLength)},
                  {"model_id", model},
                  {"metadata", std::move(metadata)}};
  // The decoder may write half a character.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<EarlierAnswers> read_answers(const std::filesystem::path& path,
                                    const std::vector<FileQuestion>& questions) {
  SLAVA_TRY(const std::string text, read_file(path));
  EarlierAnswers earlier;
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    const Json json = Json::parse(text.substr(begin, end - begin), nullptr, false);
    const bool fits = json.is_object() && json.contains("question_id") &&
                      earlier.count < questions.size() &&
                      json["question_id"] == questions[earlier.count].id;
    if (!fits) {
      return fail(ErrorKind::kUsage,
                  cat(path.string(), ": line ", earlier.count + 1,
                      " answers another question than that in its place; --force starts over"));
    }
    const Json metadata = json.value("metadata", Json::object());
    const Json status = metadata.is_object() ? metadata.value("status", Json()) : Json();
    earlier.refused += status == kRefusedAnswer ? 1 : 0;
    earlier.failed += status == kFailedAnswer ? 1 : 0;
    ++earlier.count;
    begin = end + 1;
  }
  earlier.bytes = text.substr(0, begin);
  return earlier;
}

}  // namespace slava
