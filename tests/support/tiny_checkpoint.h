// A complete checkpoint with a tiny random decoder, for tests of whole flows.
#pragma once

#include <filesystem>

namespace slava {

// config.json, preprocessor_config.json and generation_config.json of a model with a 32-pixel
// picture, two layers of width 32 and a vocabulary of 300.
void write_tiny_config(const std::filesystem::path& folder);

}  // namespace slava
