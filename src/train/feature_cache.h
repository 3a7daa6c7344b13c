// Vision features of every film, computed once when the encoder is frozen: the films as they are,
// and augmented copies to draw from.
#pragma once

#include <cstdint>
#include <vector>

#include "train/feature_store.h"
#include "train/film_store.h"
#include "vision/vision_encoder.h"

namespace slava {

// Versions of a film besides the plain one. A version depends on the film's content, the changes
// and the seed alone, so that runs on other sets of films can share it.
struct FilmChanges {
  int copies = 0;
  AugmentOptions limits;
  uint64_t seed = 0;
};

class FeatureCache {
 public:
  // Kept in bfloat16. `dtype`: the encoder's. What `store` (may be null) holds is taken from there,
  // and what is computed is put there. kOutput when it cannot be written.
  static Result<FeatureCache> make(const VisionEncoder& vision, const FilmStore& films,
                                   const FilmChanges& changes, FeatureStore* store,
                                   const at::Device& device, at::ScalarType dtype);

  // Features [films, N, E], float32, as the films are.
  Tensor plain(const std::vector<size_t>& films) const;
  // Each film's features from one of all its versions, chosen by `seed`.
  Tensor drawn(const std::vector<size_t>& films, uint64_t seed) const;

 private:
  Tensor gather(const std::vector<int64_t>& rows) const;

  int64_t films_ = 0;
  int64_t versions_ = 0;
  Tensor features_;  // [versions * films, N, E]
};

}  // namespace slava
