#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "base/strings.h"
#include "commands/commands.h"
#include "commands/model_folder.h"
#include "pipeline/reader.h"
#include "quantize/quantize.h"
#include "study/find_studies.h"

namespace slava {
namespace {

class QuantizeCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("paths", paths_, "Films, or folders of films, to calibrate on")
        ->type_name("PATH");
    app.add_option("--manifest", manifest_, "CSV or JSONL of films, as report reads it")
        ->type_name("FILE");
    app.add_option("--output", options_.output, "Folder to make, with the checkpoint in 8 or 4 bit")
        ->type_name("DIR")
        ->required();
    app.add_option("--bits", options_.bits,
                   "Bits of a weight: 8, or 4 in the blocks of the decoder")
        ->check(CLI::IsMember({8, 4}))
        ->capture_default_str();
    app.add_option("--max-studies", max_studies_, "Calibrate on so many, evenly chosen")
        ->type_name("N")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    app.add_option("--smoothing", options_.smoothing,
                   "How much of large activations goes over into the weights; 0: nothing")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    model_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    SLAVA_TRY(options_.model, find_model(model_.model));
    options_.assistant = model_.options();
    SLAVA_TRY(const AssistantInfo info, describe_checkpoint(options_.model, options_.assistant));
    SLAVA_TRY(const auto studies, read_studies(info));
    const auto progress = [&](const std::string& what) {
      streams.err << "slava-cxr: quantizing: " << what << '\n';
    };
    SLAVA_TRY(const QuantizeResult result, quantize_checkpoint(options_, studies, progress));
    const QuantizeCost& cost = result.cost;
    streams.out << options_.output.string() << ": " << result.layers << " layers in "
                << options_.bits << " bit, " << result.bytes / 1000000 << " MB of weights, before "
                << result.source_bytes / 1000000 << " MB\n"
                << "on " << cost.studies << " studies: KL divergence " << cost.kl_divergence
                << ", greedy agreement " << cost.greedy_agreement << ", label F1 " << cost.label_f1
                << ", " << cost.same_drafts << " drafts the same\n";
    return ExitCode::kOk;
  }

 private:
  Result<std::vector<DraftRequest>> read_studies(const AssistantInfo& info) const {
    if (paths_.empty() && manifest_.empty()) {
      return fail(ErrorKind::kUsage,
                  "nothing to calibrate on: give films, folders or --manifest FILE");
    }
    FindOptions find;
    find.manifest = manifest_;
    std::vector<std::filesystem::path> paths(paths_.begin(), paths_.end());
    SLAVA_TRY(const StudyList list, find_studies(paths, find));
    const size_t count = std::min(list.studies.size(), static_cast<size_t>(max_studies_));
    std::vector<DraftRequest> requests;
    for (size_t i = 0; i < count; ++i) {
      const Study& study = list.studies[i * list.studies.size() / count];
      SLAVA_TRY(DraftRequest request, control_request(study, info, ControlPixels::kOwn));
      requests.push_back(std::move(request));
    }
    return requests;
  }

  std::vector<std::string> paths_;
  std::string manifest_;
  int max_studies_ = 32;
  QuantizeOptions options_;
  ModelFlags model_;
};

}  // namespace

std::unique_ptr<Command> make_quantize_command() { return std::make_unique<QuantizeCommand>(); }

}  // namespace slava
