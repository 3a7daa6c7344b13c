// A checkpoint folder as a working assistant: films and a request in, drafted text out.
// No libtorch in this header. Never here: files of films, report structure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "decoder/generation_options.h"
#include "nn/device_options.h"
#include "preprocess/preprocess.h"
#include "study/study.h"

namespace slava {

struct AssistantOptions {
  Device device = Device::kAuto;            // auto: CUDA where libtorch and the machine have it
  NumberType dtype = NumberType::kAuto;     // auto: see resolve_dtype in nn/device.h
  NumberType kv_dtype = NumberType::kAuto;  // of keys and values; auto: as computed; or int8
  int threads = 0;                          // 0: all cores
  std::string preset = "";                  // "", or a name of preset_names(): see presets.h
  std::filesystem::path adapter = "";       // folder of a LoRA adapter in PEFT's form; empty: none
  bool guesses = true;                      // check several tokens a step where guesses are at hand
  int batch = 0;                            // studies that are drafted at a time; 0: by memory
  double max_memory_gb = 0;                 // for their keys and values; 0: half of what is free
};

// One of a checkpoint's parts.
struct PartInfo {
  std::string part;    // "vision", "projector", "decoder"
  std::string family;  // "clip_vision_model"
  size_t parameters = 0;
};

// What a report must say about the model that wrote it.
struct AssistantInfo {
  std::filesystem::path folder;
  std::string name;    // config.json `name`
  std::string layout;  // config.json `model_type`: "slava_cxr", "llava_phi", ... (layout.h)
  std::string preset;  // AssistantOptions::preset
  std::string family;  // "efficientnet_lite + mlp2x_gelu + phi"
  std::string sha256;  // of every file of the checkpoint (and adapter) that changes its output
  std::string device;  // "cpu", "cuda:0"
  std::string dtype;   // "float32", "bfloat16", "int8", "int4"; then of keys and values, if other
  std::string notice;  // config.json `notice`, for example DEMONSTRATION MODEL, NOT FOR PATIENTS
  bool uses_lateral = false;
  bool uses_indication = false;  // the prompt template has a place for it
  bool uses_comparison = false;
  size_t parameters = 0;
  size_t tensors = 0;
  std::string stored_dtype;  // of the weights in the file
  std::vector<PartInfo> parts;
  int image_tokens = 0;      // positions of the prompt that a film takes
  int max_tokens = 0;        // positions that the decoder has, prompt and text together
  size_t cache_numbers = 0;  // that the decoder keeps of each token
  uint64_t cache_bytes = 0;  // what they take
  int batch = 1;             // studies that are drafted at a time
  PreprocessConfig preprocess;
  GenerationOptions generation;  // generation_config.json: the defaults of this checkpoint
};

struct FilmPixels {
  View view = View::kFrontal;
  ModelPixels pixels;
};

struct DraftRequest {
  std::vector<FilmPixels> films;  // at least one; of each view the first is used
  std::string indication;
  std::string comparison;
  // Findings that stand already: the impression alone is drafted, with or without films.
  std::string findings = "";
};

struct Draft {
  std::string findings;         // plain sentences; empty when the model wrote none
  std::string impression;       // likewise
  std::string raw_text;         // what came out of the decoder
  std::vector<int64_t> tokens;  // of the first answer, as generated, the end token left out; none
                                // where the findings were given
  bool complete = true;         // false when max_new_tokens ended it
  int prompt_tokens = 0;        // image tokens included
  int new_tokens = 0;
  int steps = 0;  // passes of the decoder that the tokens took
  double seconds = 0;
};

// A question about films, in place of a report.
struct Question {
  std::string text;    // put into the checkpoint's conversation, behind the films
  std::string prompt;  // the whole prompt verbatim, an <image> for each film; then `text` is empty
};

struct Reply {
  std::string text;             // without the white space around it
  std::vector<int64_t> tokens;  // as generated, the end token left out
  bool complete = true;         // false when max_new_tokens ended it
  int prompt_tokens = 0;        // image tokens included
  double vision_s = 0;          // films through encoder and projector; of the first answer alone
  double first_token_s = 0;     // prompt through the decoder
  int shared_tokens = 0;        // of the prompt, computed for an earlier question already
  double decode_s = 0;          // the tokens after the first
};

// The next study to draft a report on; none when there are no more.
using NextRequest = std::function<std::optional<DraftRequest>()>;
// Called as drafts are ready, in any order, with the study's number as it was asked for, from 0.
using DraftDone = std::function<void(size_t number, Result<Draft> draft)>;

// Asked between two tokens: whether to give up what is not finished.
using StopAsked = std::function<bool()>;

class Assistant {
 public:
  virtual ~Assistant() = default;
  virtual const AssistantInfo& info() const = 0;
  // kInternal only when the runtime fails (out of memory); the text itself is never an error.
  virtual Result<Draft> draft(const DraftRequest& request, const GenerationOptions& options) = 0;
  // The same for all studies that `next` gives, AssistantInfo::batch of them at a time. An error is
  // one that ends everything; those of single studies go to `done`. Studies in hand when `stop`
  // says so are given up: `done` is not told of them.
  virtual Status draft_all(const NextRequest& next, const DraftDone& done,
                           const GenerationOptions& options, const StopAsked& /*stop*/) {
    for (size_t number = 0; auto request = next(); ++number) done(number, draft(*request, options));
    return {};
  }
  // Log-likelihood of each of `findings` as the beginning of the findings. Where the checkpoint
  // recognises signs, the prompt tells those of the films and, with the side that is likelier on
  // them, those that any of the texts shows: the texts are compared on even terms.
  virtual Result<std::vector<double>> score(const DraftRequest& request,
                                            const std::vector<std::string>& findings) = 0;
  // One answer a question. The films are seen once, and what the prompts begin with in common is
  // computed once. kInput when a prompt is too long or its <image> marks are not as many as the
  // films.
  virtual Result<std::vector<Reply>> ask(const std::vector<FilmPixels>& films,
                                         const std::vector<Question>& questions,
                                         const GenerationOptions& options) = 0;
};

// kModel with everything that is missing, extra or misshapen in one message.
Result<std::unique_ptr<Assistant>> load_assistant(const std::filesystem::path& folder,
                                                  const AssistantOptions& options);

// Findings and impression of a report that somebody wrote.
struct ReportSections {
  std::string findings;
  std::string impression;
};
struct GuessesInfo {
  std::filesystem::path file;
  size_t texts = 0;
  size_t tokens = 0;
};
// Indexes reports beside the checkpoint in `folder` (guesses.h). kModel, and kOutput when the file
// cannot be written.
Result<GuessesInfo> write_guesses(const std::filesystem::path& folder,
                                  const std::vector<ReportSections>& reports);

// The same checks without the weights' memory: what load_assistant's info() would say.
Result<AssistantInfo> describe_checkpoint(const std::filesystem::path& folder,
                                          const AssistantOptions& options);

}  // namespace slava
