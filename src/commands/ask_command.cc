#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "assistant/assistant.h"
#include "base/append_log.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/strings.h"
#include "commands/asked_films.h"
#include "commands/commands.h"
#include "commands/gate_flags.h"
#include "commands/generation_flags.h"
#include "commands/model_folder.h"
#include "commands/model_json.h"
#include "commands/question_file.h"
#include "report/report.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

// Questions about one film that are answered before the answers are written.
constexpr size_t kMostAtOnce = 16;

class AskCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--image", images_, "Film (DICOM, PNG or JPEG); once for each <image>")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--question", questions_,
                   "What to ask, in the words that the model's conversation puts around it; as "
                   "often as wanted: the films are seen once")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    app.add_option("--prompt", prompt_,
                   "The whole prompt instead, verbatim, with <image> where a film goes")
        ->type_name("TEXT");
    app.add_option("--questions", questions_file_,
                   "Questions of the LLaVA family, a JSON object a line: question_id, image, text")
        ->type_name("FILE");
    app.add_option("--image-folder", image_folder_, "Where the images of --questions are")
        ->type_name("DIR");
    app.add_option("--answers", answers_,
                   "JSONL to write, a line an answer, in the order of --questions")
        ->type_name("FILE");
    app.add_flag("--resume", resume_, "Go on behind the answers that are there");
    app.add_flag("--force", force_, "Replace the answers that are there");
    app.add_flag("--json", json_,
                 "A JSON object an answer: question, text, tokens, prompt_tokens, complete, times, "
                 "model");
    gate_.declare(app);
    model_.declare(app);
    text_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    SLAVA_TRY_STATUS(check_flags());
    SLAVA_TRY(GateOptions gate, gate_.options());
    SLAVA_TRY(const auto model, find_model(model_.model));
    SLAVA_TRY(gate.patient_age, age_range_of_checkpoint(model));
    if (!questions_file_.empty()) {
      watch_for_interrupt();
      return run_file(model, gate);
    }
    SLAVA_TRY(const auto assistant, load_assistant(model, model_.options()));
    const AssistantInfo& info = assistant->info();
    SLAVA_TRY(const AskedFilms films, load_asked_films(images_, gate, info.preprocess));
    std::vector<Question> questions;
    for (const std::string& text : questions_) questions.push_back({text, ""});
    if (questions.empty()) questions.push_back({"", prompt_});
    SLAVA_TRY(const auto replies,
              assistant->ask(films.pixels, questions, text_.over(info.generation)));
    if (!json_) print_head(info, films.warnings, streams.out);
    for (size_t i = 0; i < replies.size(); ++i) {
      if (json_) {
        print_json(questions[i], replies[i], info, films.warnings, streams.out);
        continue;
      }
      streams.out << '\n';
      if (replies.size() > 1) streams.out << questions[i].text << '\n';
      streams.out << replies[i].text << '\n';
    }
    return ExitCode::kOk;
  }

 private:
  Status check_flags() const {
    const auto given = static_cast<int>(!questions_.empty()) + static_cast<int>(!prompt_.empty()) +
                       static_cast<int>(!questions_file_.empty());
    if (given != 1) {
      return fail(ErrorKind::kUsage,
                  "expected either --question TEXT or --prompt TEXT or --questions FILE "
                  "(slava-cxr ask --help)");
    }
    if (questions_file_.empty() != answers_.empty()) {
      return fail(ErrorKind::kUsage, "--questions FILE and --answers FILE go together");
    }
    if (!questions_file_.empty() && !images_.empty()) {
      return fail(ErrorKind::kUsage,
                  "the films of --questions are named in the file; --image-folder says where they "
                  "are");
    }
    if (!questions_.empty() && images_.empty()) {
      return fail(ErrorKind::kUsage, "--question needs a film: give --image FILE");
    }
    return {};
  }

  // Every question of a file in its turn; those about one film in a row share it.
  Result<ExitCode> run_file(const std::string& model, const GateOptions& gate) {
    SLAVA_TRY(const auto questions, read_questions(questions_file_));
    EarlierAnswers earlier;
    if (std::filesystem::exists(answers_) && !force_) {
      if (!resume_) {
        return fail(ErrorKind::kUsage, cat(answers_.string(),
                                           ": there are answers already; --resume goes on behind "
                                           "them, --force replaces them"));
      }
      SLAVA_TRY(earlier, read_answers(answers_, questions));
    }
    SLAVA_TRY(const auto assistant, load_assistant(model, model_.options()));
    SLAVA_TRY(AppendLog log, AppendLog::start(answers_, earlier.bytes));
    Progress progress("questions", questions.size());
    size_t refused = earlier.refused, failed = earlier.failed;
    for (size_t i = earlier.count; i < questions.size();) {
      if (interrupted()) {
        return fail(ErrorKind::kInterrupted,
                    cat(i, " of ", questions.size(), " questions are answered; --resume goes on"));
      }
      size_t end = i + 1;
      while (end < questions.size() && end < i + kMostAtOnce &&
             questions[end].image == questions[i].image) {
        ++end;
      }
      const std::vector<FileQuestion> about(questions.begin() + static_cast<std::ptrdiff_t>(i),
                                            questions.begin() + static_cast<std::ptrdiff_t>(end));
      for (const FileAnswer& answer : answers_to(about, *assistant, gate)) {
        refused += answer.status == kRefusedAnswer ? 1 : 0;
        failed += answer.status == kFailedAnswer ? 1 : 0;
        if (answer.status != kGoodAnswer) {
          log_warning(cat("question ", questions[i].id.dump(), ": ", answer.reason));
        }
        SLAVA_TRY_STATUS(log.add(
            answer_line(questions[i], answer, assistant->info().name, assistant->info().sha256)));
        progress.show(++i);
      }
    }
    if (failed > 0) {
      return failed == questions.size() ? ExitCode::kAllFailed : ExitCode::kSomeFailed;
    }
    return refused > 0 ? ExitCode::kRefused : ExitCode::kOk;
  }

  // To questions about one film, or none. What goes wrong is told in their place.
  std::vector<FileAnswer> answers_to(const std::vector<FileQuestion>& about, Assistant& assistant,
                                     const GateOptions& gate) const {
    const auto all_are = [&](const Error& error) {
      const bool is_refused = error.kind == ErrorKind::kRefused;
      const std::string status(is_refused ? kRefusedAnswer : kFailedAnswer);
      return std::vector<FileAnswer>(about.size(), {"", status, error.message, {}});
    };
    std::vector<std::string> paths;
    if (!about.front().image.empty()) {
      paths.push_back((image_folder_ / about.front().image).string());
    }
    const auto films = load_asked_films(paths, gate, assistant.info().preprocess);
    if (!films) return all_are(films.error());
    std::vector<Question> questions;
    for (const FileQuestion& question : about) questions.push_back({question.text, ""});
    const auto replies =
        assistant.ask(films->pixels, questions, text_.over(assistant.info().generation));
    if (!replies) return all_are(replies.error());
    std::vector<FileAnswer> answers;
    for (const Reply& reply : *replies) {
      answers.push_back({reply.text, std::string(kGoodAnswer), "", films->warnings});
    }
    return answers;
  }

  static void print_head(const AssistantInfo& info, const std::vector<std::string>& warnings,
                         std::ostream& out) {
    out << kDraftBanner << '\n';
    if (!info.notice.empty()) out << info.notice << '\n';
    for (const std::string& warning : warnings) out << "WARNING: " << warning << '\n';
  }

  static void print_json(const Question& question, const Reply& reply, const AssistantInfo& info,
                         const std::vector<std::string>& warnings, std::ostream& out) {
    const Json json{{"question", question.text.empty() ? question.prompt : question.text},
                    {"text", reply.text},
                    {"tokens", reply.tokens},
                    {"prompt_tokens", reply.prompt_tokens},
                    {"shared_prompt_tokens", reply.shared_tokens},
                    {"complete", reply.complete},
                    {"warnings", warnings},
                    {"times",
                     {{"vision_s", reply.vision_s},
                      {"first_token_s", reply.first_token_s},
                      {"decode_s", reply.decode_s}}},
                    {"model", model_json(info)},
                    {"disclaimer", kDraftBanner}};
    // The decoder may write half a character.
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  }

  std::vector<std::string> images_;
  std::vector<std::string> questions_;
  std::string prompt_;
  std::filesystem::path questions_file_, image_folder_, answers_;
  bool resume_ = false;
  bool force_ = false;
  bool json_ = false;
  GateFlags gate_;
  ModelFlags model_;
  GenerationFlags text_;
};

}  // namespace

std::unique_ptr<Command> make_ask_command() { return std::make_unique<AskCommand>(); }

}  // namespace slava
