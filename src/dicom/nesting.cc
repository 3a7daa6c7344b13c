#include "dicom/nesting.h"

#include <cstring>

namespace slava {
namespace {

// Where the `count + 1`-th `pattern` begins, else the size of `bytes`.
size_t end_of(std::string_view bytes, std::string_view pattern, size_t count) {
  size_t at = 0;
  for (size_t found = 0;; ++found) {
    const void* next = memmem(bytes.data() + at, bytes.size() - at, pattern.data(), pattern.size());
    if (next == nullptr) return bytes.size();
    at = static_cast<size_t>(static_cast<const char*>(next) - bytes.data());
    if (found == count) return at;
    at += pattern.size();
  }
}

}  // namespace

std::string_view before_too_many_items(std::string_view bytes) {
  bytes = bytes.substr(0, end_of(bytes, std::string_view("\xfe\xff\x00\xe0", 4), kMaxItems));
  return bytes.substr(0, end_of(bytes, std::string_view("\xff\xfe\xe0\x00", 4), kMaxItems));
}

}  // namespace slava
