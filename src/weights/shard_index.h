// model.safetensors.index.json: which of a checkpoint's shards holds which tensor.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace slava {

// Names of tensors to names of shards, files of the index's own folder.
using ShardIndex = std::map<std::string, std::string>;

// kModel tells what is wrong, without the file's name.
Result<ShardIndex> parse_shard_index(const std::string& text);

}  // namespace slava
