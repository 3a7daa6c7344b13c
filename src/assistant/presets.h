// Named sets of settings that reproduce how others ran a checkpoint. No libtorch here.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "decoder/generation_options.h"
#include "preprocess/preprocess.h"

namespace slava {

// "upstream-eval": SLaVA-CXR's own evaluation script. It crops the centre of a film where training
// padded it, forbids repeated 3-grams, and allows 512 tokens of findings (256 of impression, as the
// layouts do anyway).
const std::vector<std::string>& preset_names();

// Changes what the preset `name` sets; "" changes nothing. kUsage for a name that is not known or
// was not made for `layout`.
Status apply_preset(const std::string& name, const std::string& layout,
                    PreprocessConfig& preprocess, GenerationOptions& generation);

}  // namespace slava
