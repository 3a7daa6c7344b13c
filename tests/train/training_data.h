// A handful of synthetic films with texts, as training data of whole flows.
#pragma once

#include <filesystem>

namespace slava {

// Writes `items` items as FOLDER/data.json, with films of 40 x 40 pixels beside it. Bright films
// say that the heart is enlarged, dark ones that it is normal; labels agree.
void write_training_data(const std::filesystem::path& folder, int items);

}  // namespace slava
