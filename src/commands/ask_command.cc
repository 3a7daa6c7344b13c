#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "assistant/assistant.h"
#include "base/strings.h"
#include "commands/commands.h"
#include "commands/generation_flags.h"
#include "commands/model_folder.h"
#include "image/image.h"
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
    app.add_option("--question", question_,
                   "What to ask, in the words that the model's conversation puts around it")
        ->type_name("TEXT");
    app.add_option("--prompt", prompt_,
                   "The whole prompt instead, verbatim, with <image> where a film goes")
        ->type_name("TEXT");
    app.add_flag("--json", json_,
                 "One JSON object: text, tokens, prompt_tokens, complete, times, model");
    model_.declare(app);
    text_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (question_.empty() == prompt_.empty()) {
      return fail(ErrorKind::kUsage,
                  "expected either --question TEXT or --prompt TEXT (slava-cxr ask --help)");
    }
    if (images_.empty() && !question_.empty()) {
      return fail(ErrorKind::kUsage, "--question needs a film: give --image FILE");
    }
    SLAVA_TRY(const auto model, find_model(model_.model));
    SLAVA_TRY(const std::vector<Film> films, find_films());
    SLAVA_TRY(const auto assistant, load_assistant(model, model_.options()));
    const AssistantInfo& info = assistant->info();
    Question question{{}, question_, prompt_};
    for (const Film& film : films) {
      SLAVA_TRY(const Image image, load_image(film.path, film.format));
      question.films.push_back({film.view, preprocess(image, info.preprocess)});
    }
    SLAVA_TRY(const Reply reply, assistant->ask(question, text_.over(info.generation)));
    print(reply, info, streams.out);
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

  void print(const Reply& reply, const AssistantInfo& info, std::ostream& out) const {
    if (!json_) {
      out << kDraftBanner << '\n';
      if (!info.notice.empty()) out << info.notice << '\n';
      out << '\n' << reply.text << '\n';
      return;
    }
    const Json json{{"text", reply.text},
                    {"tokens", reply.tokens},
                    {"prompt_tokens", reply.prompt_tokens},
                    {"complete", reply.complete},
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
  std::string question_;
  std::string prompt_;
  bool json_ = false;
  ModelFlags model_;
  GenerationFlags text_;
};

}  // namespace

std::unique_ptr<Command> make_ask_command() { return std::make_unique<AskCommand>(); }

}  // namespace slava
