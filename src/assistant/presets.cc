#include "assistant/presets.h"

#include <algorithm>

#include "assistant/layout.h"
#include "base/strings.h"

namespace slava {

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names{"upstream-eval"};
  return names;
}

Status apply_preset(const std::string& name, const std::string& layout,
                    PreprocessConfig& preprocess, GenerationOptions& generation) {
  if (name.empty()) return {};
  if (std::ranges::find(preset_names(), name) == preset_names().end()) {
    return fail(
        ErrorKind::kUsage,
        cat("--preset ", name, " is not known; expected one of: ", join(preset_names(), ", ")));
  }
  if (layout != kLlavaPhiLayout.model_type && layout != kLlavaLayout.model_type) {
    return fail(ErrorKind::kUsage,
                cat("--preset ", name, " repeats how SLaVA-CXR was evaluated, for the layouts ",
                    kLlavaPhiLayout.model_type, " and ", kLlavaLayout.model_type,
                    "; this model is a ", layout, ": leave it out"));
  }
  preprocess.fit = Fit::kCenterCrop;
  generation.no_repeat_ngram = 3;
  generation.max_new_tokens = 512;
  return {};
}

}  // namespace slava
