// A value or an Error, and the macros that pass an Error up. No exception crosses a module.
#pragma once

#include <tl/expected.hpp>

#include "base/error.h"

namespace slava {

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace slava

#define SLAVA_CONCAT_INNER(a, b) a##b
#define SLAVA_CONCAT(a, b) SLAVA_CONCAT_INNER(a, b)

// SLAVA_TRY(const auto pixels, load(path)): declares `pixels`, or returns load's error.
#define SLAVA_TRY(declaration, ...) \
  SLAVA_TRY_INNER(SLAVA_CONCAT(slava_result_, __LINE__), declaration, __VA_ARGS__)
#define SLAVA_TRY_INNER(result, declaration, ...)               \
  auto result = (__VA_ARGS__);                                  \
  if (!result) return ::slava::fail(std::move(result).error()); \
  declaration = *std::move(result)

// SLAVA_TRY_STATUS(write(path)): goes on, or returns write's error.
#define SLAVA_TRY_STATUS(...)                                \
  do {                                                       \
    if (auto slava_status = (__VA_ARGS__); !slava_status)    \
      return ::slava::fail(std::move(slava_status).error()); \
  } while (false)
