// Vision features of a study's films into scores of what they show: a linear head a view on mean
// and maximum over the patches, and one on either half of the frontal film for the side.
// Shapes: V films, N patches, E vision width, K targets, S sided targets.
#pragma once

#include <string>
#include <vector>

#include "nn/layers.h"
#include "nn/parameters.h"

namespace slava {

// (x - mean) / deviation, then y = x W^T + b. Mean and deviation are those of the training films:
// a head that is shrunk towards nothing needs features of one size.
struct StandardisedLinear {
  Tensor mean, deviation;  // [in], float32
  Linear linear;           // [out, in]

  StandardisedLinear() = default;
  StandardisedLinear(ParameterBinder& binder, const std::string& scope, int64_t in, int64_t out);

  // [..., in] to [..., out], float32.
  Tensor operator()(const Tensor& x) const;
};

struct RecognitionHead {
  StandardisedLinear frontal, lateral;  // 2E to K
  StandardisedLinear half;              // 2E to S, the same weights for both halves

  RecognitionHead() = default;
  // Parameters under `scope`: frontal, lateral, half.
  RecognitionHead(ParameterBinder& binder, const std::string& scope, int64_t width, int64_t targets,
                  int64_t sided_targets);

  // Features [V, N, E] to mean and maximum over the patches [V, 2E].
  static Tensor pooled(const Tensor& features);
  // Frontal features [V, N, E], a square grid, to [V, 2, 2E]: mean and maximum over the patient's
  // left half, which is the right one of the picture, and the right half. An odd column in the
  // middle belongs to neither.
  static Tensor pooled_halves(const Tensor& features);
};

}  // namespace slava
