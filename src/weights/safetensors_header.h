// The header of a safetensors file: u64 little-endian length, JSON {name: {dtype, shape,
// data_offsets}}, raw data behind. Every field is checked against the file, so that a hostile file
// gets an error, never an over-read. Never here: libtorch, the numbers themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

// A number type by its name in the file.
struct StoredNumber {
  const char* name;  // "F32"
  uint64_t bytes;
};
inline constexpr StoredNumber kStoredNumbers[] = {
    {"F32", 4}, {"BF16", 2}, {"F16", 2}, {"F64", 8}, {"I64", 8},
    {"I32", 4}, {"I16", 2},  {"I8", 1},  {"U8", 1},  {"BOOL", 1},
};

struct StoredTensor {
  std::string name;
  const StoredNumber* number = nullptr;  // one of kStoredNumbers
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // of its bytes, from the start of the file
  uint64_t end = 0;    // behind its bytes; shape times number, exactly
};

// The tensors of a whole file, in name order; they fill all of it behind the header without overlap
// or gap. kModel tells the field that is wrong, without the file's name.
Result<std::vector<StoredTensor>> parse_safetensors_header(std::string_view file);

}  // namespace slava
