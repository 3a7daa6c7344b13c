// All films of a data set in memory, as the checkpoint's profile shows them, ready to be turned
// into model pixels again and again.
#pragma once

#include <filesystem>
#include <string>
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

  // Pixels [films, 3, S, S], float32, as the films are.
  Tensor pixels(const std::vector<size_t>& films) const;
  // The same, each film changed at random by its seed.
  Tensor augmented(const std::vector<size_t>& films, const AugmentOptions& options,
                   const std::vector<uint64_t>& seeds) const;
  // The same, the seeds made of `seed`, the film and its place in `films`.
  Tensor augmented(const std::vector<size_t>& films, const AugmentOptions& options,
                   uint64_t seed) const;

  // SHA-256 of what is kept of a film; equal for equal films wherever they lie.
  std::string sha256(size_t film) const;

 private:
  // Pixels [films, 3, S, S] of the pictures that `picture_of` gives for places in `films`.
  template <typename PictureOf>
  Tensor fitted(const std::vector<size_t>& films, const PictureOf& picture_of) const;

  PreprocessConfig config_;
  std::vector<GrayImage> pictures_;
  std::vector<double> pixel_aspects_;
};

}  // namespace slava
