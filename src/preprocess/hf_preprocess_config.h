// What Hugging Face's image processors write down (preprocessor_config.json) into our settings.
// Whatever cannot be done exactly as the processor would is an error, never passed over.
#pragma once

#include <string>

#include "preprocess/preprocess.h"

namespace slava {

// The preprocessor_config.json of CLIPImageProcessor, CLIPFeatureExtractor, LlavaImageProcessor or
// SiglipImageProcessor (their "Fast" kinds too, computed as the plain ones), or the
// processor_config.json around it that transformers 5 writes. A key that is absent has the class's
// default. `image_aspect_ratio` is the key of that name in the checkpoint's config.json: "pad" pads
// to a square first; "square" or "" (absent) leave the shape to the processor, which for CLIP is a
// centre crop. The profile is kVoi. kModel, with the file's name, for all that is not supported.
Result<PreprocessConfig> parse_hf_preprocess_config(const std::string& json_text,
                                                    const std::string& file_name,
                                                    const std::string& image_aspect_ratio);

enum class Tower { kClip, kSiglip };

// The settings that a tower of `image_size` was published with, for a checkpoint that brings no
// preprocessor_config.json and takes its tower's. kModel for an `image_aspect_ratio` not known.
Result<PreprocessConfig> tower_preprocess_config(Tower tower, int image_size,
                                                 const std::string& image_aspect_ratio);

}  // namespace slava
