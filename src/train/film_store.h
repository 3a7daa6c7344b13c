// All films of a data set in memory, as the checkpoint's profile shows them, ready to be turned
// into model pixels again and again.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "nn/torch.h"
#include "preprocess/preprocess.h"
#include "train/augment.h"

namespace slava {

class FilmStore {
 public:
  // Reads every film; kInput names the first that cannot be read.
  static Result<FilmStore> load(const std::vector<std::filesystem::path>& films,
                                const PreprocessConfig& config);

  size_t size() const { return pictures_.size(); }

  // Pixels [films, 3, S, S], float32. With `augment_seed` each film is changed at random, by a seed
  // made of it and the film's place in `films`.
  Tensor pixels(const std::vector<size_t>& films, const AugmentOptions& options,
                std::optional<uint64_t> augment_seed) const;

 private:
  PreprocessConfig config_;
  std::vector<GrayImage> pictures_;
  std::vector<double> pixel_aspects_;
};

}  // namespace slava
