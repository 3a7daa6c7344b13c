// MobileVLM's lightweight downsample projectors (arXiv:2312.16886, arXiv:2402.03766): two linear
// layers, then convolutions over the patches' grid that leave about a quarter of the tokens.
// Shapes: V films, N = G x G patches, E vision width, M image tokens, D model width.
#pragma once

#include <string>
#include <vector>

#include "projector/projector.h"

namespace slava {

// A block of MobileNetV3 (arXiv:1905.02244) without expansion, D channels in and out: depthwise
// 3 x 3 convolution, squeeze and excitation, pointwise convolution; the input is added where the
// stride is 1.
class InvertedResidual {
 public:
  InvertedResidual(ParameterBinder& binder, const std::string& scope, int64_t width,
                   int64_t stride);
  Tensor operator()(const Tensor& x) const;  // [V, D, G, G] to [V, D, G', G']

 private:
  Tensor excitation(const Tensor& x) const;  // [V, D, 1, 1]: how much of each channel passes

  int64_t stride_;
  Tensor depthwise_;          // [D, 1, 3, 3]
  LayerNorm depthwise_norm_;  // over channels
  Tensor fc1_, fc1_bias_;     // [R, D, 1, 1], [R]
  Tensor fc2_, fc2_bias_;     // [D, R, 1, 1], [D]
  Tensor pointwise_;          // [D, D, 1, 1]
  LayerNorm pointwise_norm_;
};

// "ldpnet": linear, GELU, linear; a block of stride 1, a block of stride 2. 576 tokens become 144.
class LdpProjector : public Projector {
 public:
  LdpProjector(const std::string& scope, int64_t vision_width, int64_t model_width,
               ParameterBinder& binder);
  Tensor project(const Tensor& features) const override;
  int64_t tokens(int64_t patches) const override;

 private:
  at::ScalarType dtype_;
  Linear mlp_1_, mlp_3_;
  std::vector<InvertedResidual> blocks_;
};

// "ldpnetv2": linear, GELU, linear; averages on a 12 x 12 grid; a depthwise 3 x 3 convolution is
// added, which tells tokens their places. Always 144 tokens.
class LdpV2Projector : public Projector {
 public:
  LdpV2Projector(const std::string& scope, int64_t vision_width, int64_t model_width,
                 ParameterBinder& binder);
  Tensor project(const Tensor& features) const override;
  int64_t tokens(int64_t patches) const override;

 private:
  at::ScalarType dtype_;
  Linear mlp_0_, mlp_2_;
  Tensor position_;       // [D, 1, 3, 3]
  Tensor position_bias_;  // [D]
};

}  // namespace slava
