#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "assistant/assistant.h"
#include "base/strings.h"
#include "commands/commands.h"
#include "commands/gate_flags.h"
#include "commands/generation_flags.h"
#include "commands/model_folder.h"
#include "gate/gate.h"
#include "image/image.h"
#include "pipeline/film_gate.h"
#include "preprocess/preprocess.h"
#include "report/report.h"
#include "study/find_studies.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

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
    app.add_flag("--json", json_,
                 "A JSON object an answer: question, text, tokens, prompt_tokens, complete, times, "
                 "model");
    gate_.declare(app);
    model_.declare(app);
    text_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (questions_.empty() == prompt_.empty()) {
      return fail(ErrorKind::kUsage,
                  "expected either --question TEXT or --prompt TEXT (slava-cxr ask --help)");
    }
    if (images_.empty() && !questions_.empty()) {
      return fail(ErrorKind::kUsage, "--question needs a film: give --image FILE");
    }
    SLAVA_TRY(GateOptions gate, gate_.options());
    SLAVA_TRY(const auto model, find_model(model_.model));
    SLAVA_TRY(gate.patient_age, age_range_of_checkpoint(model));
    SLAVA_TRY(const std::vector<Film> films, find_films());
    SLAVA_TRY(const auto assistant, load_assistant(model, model_.options()));
    const AssistantInfo& info = assistant->info();
    std::vector<FilmPixels> pixels;
    std::vector<GateNote> warnings;
    for (const Film& film : films) {
      SLAVA_TRY_STATUS(take_notes(film, check_tags(film.tags, gate), warnings));
      SLAVA_TRY(const Image image, load_image(film.path, film.format));
      SLAVA_TRY_STATUS(take_notes(film, check_pixels(image, film.view, gate), warnings));
      pixels.push_back({film.view, preprocess(image, info.preprocess)});
    }
    std::vector<Question> questions;
    for (const std::string& text : questions_) questions.push_back({text, ""});
    if (questions.empty()) questions.push_back({"", prompt_});
    SLAVA_TRY(const auto replies, assistant->ask(pixels, questions, text_.over(info.generation)));
    if (!json_) print_head(info, warnings, streams.out);
    for (size_t i = 0; i < replies.size(); ++i) {
      if (json_) {
        print_json(questions[i], replies[i], info, warnings, streams.out);
        continue;
      }
      streams.out << '\n';
      if (replies.size() > 1) streams.out << questions[i].text << '\n';
      streams.out << replies[i].text << '\n';
    }
    return ExitCode::kOk;
  }

 private:
  Result<std::vector<Film>> find_films() const {
    std::vector<Film> films;
    for (const std::string& path : images_) {
      std::error_code ignored;
      if (std::filesystem::is_directory(path, ignored)) {
        return fail(ErrorKind::kUsage,
                    cat("--image ", path, " is a folder; expected a film's file"));
      }
      SLAVA_TRY(const StudyList list, find_studies({path}, {}));
      if (!list.rejected.empty()) return fail(list.rejected.front().error);
      films.push_back(list.studies.front().films.front());
    }
    return films;
  }

  // kRefused when the gate keeps the film from the model; what it warns of goes into `warnings`.
  static Status take_notes(const Film& film, const std::vector<GateFinding>& findings,
                           std::vector<GateNote>& warnings) {
    const auto refusals = notes_on(film, findings, GateAction::kRefuse);
    if (!refusals.empty()) {
      return fail(ErrorKind::kRefused, cat("refused: ", reason_of(refusals),
                                           " (--gate REASON=warn reads it all the same)"));
    }
    for (GateNote& note : notes_on(film, findings, GateAction::kWarn)) {
      warnings.push_back(std::move(note));
    }
    return {};
  }

  static void print_head(const AssistantInfo& info, const std::vector<GateNote>& warnings,
                         std::ostream& out) {
    out << kDraftBanner << '\n';
    if (!info.notice.empty()) out << info.notice << '\n';
    for (const GateNote& warning : warnings) out << "WARNING: " << warning_text(warning) << '\n';
  }

  static void print_json(const Question& question, const Reply& reply, const AssistantInfo& info,
                         const std::vector<GateNote>& warnings, std::ostream& out) {
    std::vector<std::string> texts;
    for (const GateNote& warning : warnings) texts.push_back(warning_text(warning));
    const Json json{{"question", question.text.empty() ? question.prompt : question.text},
                    {"text", reply.text},
                    {"tokens", reply.tokens},
                    {"prompt_tokens", reply.prompt_tokens},
                    {"shared_prompt_tokens", reply.shared_tokens},
                    {"complete", reply.complete},
                    {"warnings", texts},
                    {"times",
                     {{"vision_s", reply.vision_s},
                      {"first_token_s", reply.first_token_s},
                      {"decode_s", reply.decode_s}}},
                    {"model",
                     {{"name", info.name},
                      {"sha256", info.sha256},
                      {"notice", info.notice},
                      {"preset", info.preset},
                      {"dtype", info.dtype},
                      {"device", info.device}}},
                    {"disclaimer", kDraftBanner}};
    // The decoder may write half a character.
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  }

  std::vector<std::string> images_;
  std::vector<std::string> questions_;
  std::string prompt_;
  bool json_ = false;
  GateFlags gate_;
  ModelFlags model_;
  GenerationFlags text_;
};

}  // namespace

std::unique_ptr<Command> make_ask_command() { return std::make_unique<AskCommand>(); }

}  // namespace slava
