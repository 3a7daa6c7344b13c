// The weights of a checkpoint folder, in one file or in shards. Never here: what they are for.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "nn/parameters.h"

namespace slava {

// `model.safetensors`, or the files that `model.safetensors.index.json` names; the index first in
// the list where there is one. kModel when there are none: pickles are refused with the command
// that converts them.
Result<std::vector<std::filesystem::path>> weight_files(const std::filesystem::path& folder);

// All their tensors, mapped. kModel when the index and its shards do not agree, with everything
// that differs in one message.
Result<TensorMap> read_weights(const std::filesystem::path& folder);

// What to call the weights in messages: the file, or the index of the shards.
std::filesystem::path weights_name(const std::filesystem::path& folder);

// `tensors` as if all weights were in floating point: of those that lie in panels (NAME_panels or
// NAME_panels4) the shape alone, as NAME on the meta device.
TensorMap with_shapes_of_panels(const TensorMap& tensors);

}  // namespace slava
