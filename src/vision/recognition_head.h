// Vision features of a study's films into scores of what they show: a linear head a view on mean
// and maximum over the patches, one on either half of the frontal film, and one that compares them.
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
  StandardisedLinear side;              // 2E to S + 1, on the difference of the halves

  RecognitionHead() = default;
  // Parameters under `scope`: frontal, lateral, half, side.
  RecognitionHead(ParameterBinder& binder, const std::string& scope, int64_t width, int64_t targets,
                  int64_t sided_targets);

  // Features [V, N, E] to mean and maximum over the patches [V, 2E].
  static Tensor pooled(const Tensor& features);
  // Frontal features [V, N, E], a square grid, to [V, 2, 2E]: mean and maximum over the patient's
  // left half, which is the right one of the picture, and the right half. An odd column in the
  // middle belongs to neither.
  static Tensor pooled_halves(const Tensor& features);
  // Halves [V, 2, 2E] to log-odds of the left against the right [V, S + 1]: of each sided target,
  // and in the last column of any other. A target's is the sum of its own weights and of those that
  // all share: what tells sides apart is much the same for all, and few films show each.
  Tensor left_against_right(const Tensor& halves) const;
};

}  // namespace slava
