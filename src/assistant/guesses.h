// The corpus of reports beside a checkpoint, in its own tokens: text like theirs is written in
// fewer steps, and stays the same. FOLDER/guesses.safetensors holds `tokens` and `places`, both
// int32.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "decoder/drafts.h"

namespace slava {

inline constexpr const char* kGuessesFile = "guesses.safetensors";

// Without the file guesses come from the text itself. kModel when the file is not what
// write_guesses wrote.
Result<std::unique_ptr<DraftSource>> load_guesses(const std::filesystem::path& folder);

}  // namespace slava
