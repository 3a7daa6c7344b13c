// The safetensors file format: u64 little-endian header length, JSON header
// {name: {dtype, shape, data_offsets}}, raw data. Every field is checked against the file, so a
// hostile file gets an error, never an over-read.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "nn/parameters.h"

namespace slava {

// The tensors lie in the mapped file, read-only, and keep it mapped while they live; the memory
// under each is given back when it dies.
// kModel names the file and the field that is wrong.
Result<TensorMap> read_safetensors(const std::filesystem::path& path);

// Contiguous CPU copies of `tensors`, in name order, atomically; mode 0644 as for any model file.
// kOutput when it cannot be written.
Status write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                         const std::map<std::string, std::string>& metadata = {});

}  // namespace slava
