// Vision features of every film, computed once when the encoder is frozen: the films as they are,
// and augmented copies to draw from.
#pragma once

#include <cstdint>
#include <vector>

#include "train/film_store.h"
#include "vision/vision_encoder.h"

namespace slava {

class FeatureCache {
 public:
  // `copies` augmented versions besides the plain one. Kept in bfloat16. `dtype`: the encoder's.
  FeatureCache(const VisionEncoder& vision, const FilmStore& films, int copies,
               const AugmentOptions& changes, uint64_t seed, const at::Device& device,
               at::ScalarType dtype);

  // Features [films, N, E], float32, as the films are.
  Tensor plain(const std::vector<size_t>& films) const;
  // Each film's features from one of all its versions, chosen by `seed`.
  Tensor drawn(const std::vector<size_t>& films, uint64_t seed) const;

 private:
  Tensor gather(const std::vector<int64_t>& rows) const;

  int64_t films_;
  int64_t versions_;
  Tensor features_;  // [versions * films, N, E]
};

}  // namespace slava
