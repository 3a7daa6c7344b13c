#include "projector/ldp.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/strings.h"
#include "nn/float_products.h"

namespace slava {
namespace {

constexpr double kNormEps = 1e-5;  // of timm's LayerNormAct2d
constexpr int64_t kPooledGrid = 12;

// Side of a square grid of so many patches; 0 when they make none.
int64_t grid_of(int64_t patches) {
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(patches))));
  return side * side == patches ? side : 0;
}

// Tokens [V, G * G, D] on their grid [V, D, G, G], and back.
Tensor on_grid(const Tensor& tokens) {
  const int64_t side = grid_of(tokens.size(1));
  SLAVA_CHECK(side > 0);
  return tokens.transpose(1, 2).reshape({tokens.size(0), tokens.size(2), side, side});
}
Tensor off_grid(const Tensor& grid) { return grid.flatten(2).transpose(1, 2); }

// Width of squeeze and excitation: a quarter, rounded to a multiple of 8 and never by more than a
// tenth downwards (MobileNet's rule).
int64_t squeezed(int64_t width) {
  const int64_t quarter = width / 4;
  const int64_t rounded = std::max<int64_t>(8, (quarter + 4) / 8 * 8);
  return 10 * rounded < 9 * quarter ? rounded + 8 : rounded;
}

// Normalises the channels of each place. x [V, D, G, G].
Tensor norm_channels(const LayerNorm& norm, const Tensor& x) {
  return norm(x.permute({0, 2, 3, 1})).numbers().permute({0, 3, 1, 2});
}

Tensor depthwise_3x3(const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t stride) {
  return convolution(x, weight, bias, {stride, /*padding=*/1, /*groups=*/x.size(1)});
}

Tensor bind_convolution(ParameterBinder& binder, const std::string& scope, at::IntArrayRef shape) {
  const auto fan_in = static_cast<double>(shape[1] * shape[2] * shape[3]);
  return binder.bind(scope, "weight", shape, Start::normal(1.0 / std::sqrt(fan_in)));
}

double linear_std(int64_t in) { return 1.0 / std::sqrt(static_cast<double>(in)); }

}  // namespace

InvertedResidual::InvertedResidual(ParameterBinder& binder, const std::string& scope, int64_t width,
                                   int64_t stride)
    : stride_(stride),
      depthwise_(bind_convolution(binder, scope + ".block.0.0", {width, 1, 3, 3})),
      depthwise_norm_(binder, scope + ".block.0.1", width, kNormEps),
      fc1_(bind_convolution(binder, scope + ".block.1.fc1", {squeezed(width), width, 1, 1})),
      fc1_bias_(binder.bind(scope + ".block.1.fc1", "bias", {squeezed(width)}, Start::zeros())),
      fc2_(bind_convolution(binder, scope + ".block.1.fc2", {width, squeezed(width), 1, 1})),
      fc2_bias_(binder.bind(scope + ".block.1.fc2", "bias", {width}, Start::zeros())),
      pointwise_(bind_convolution(binder, scope + ".block.2.0", {width, width, 1, 1})),
      pointwise_norm_(binder, scope + ".block.2.1", width, kNormEps) {}

Tensor InvertedResidual::excitation(const Tensor& x) const {
  const Tensor mean = x.mean({2, 3}, /*keepdim=*/true);
  const Tensor squeezed = at::relu(convolution(mean, fc1_, fc1_bias_, {}));
  return at::hardsigmoid(convolution(squeezed, fc2_, fc2_bias_, {}));
}

Tensor InvertedResidual::operator()(const Tensor& x) const {
  const Tensor spread =
      at::hardswish(norm_channels(depthwise_norm_, depthwise_3x3(x, depthwise_, {}, stride_)));
  const Tensor excited = spread * excitation(spread);
  const Tensor y = norm_channels(pointwise_norm_, convolution(excited, pointwise_, {}, {}));
  return stride_ == 1 ? x + y : y;
}

LdpProjector::LdpProjector(const std::string& scope, int64_t vision_width, int64_t model_width,
                           ParameterBinder& binder)
    : dtype_(binder.dtype()),
      mlp_1_(binder, scope + ".model.mlp.1", vision_width, model_width, linear_std(vision_width)),
      mlp_3_(binder, scope + ".model.mlp.3", model_width, model_width, linear_std(model_width)) {
  for (const int64_t stride : {1, 2}) {
    blocks_.emplace_back(binder, cat(scope, ".model.mb_block.", stride), model_width, stride);
  }
}

Tensor LdpProjector::project(const Tensor& features) const {
  Tensor x = on_grid(mlp_3_(at::gelu(mlp_1_(features.to(dtype_)))));
  for (const InvertedResidual& block : blocks_) x = block(x);
  return off_grid(x);
}

int64_t LdpProjector::tokens(int64_t patches) const {
  const int64_t side = (grid_of(patches) + 1) / 2;
  return side * side;
}

LdpV2Projector::LdpV2Projector(const std::string& scope, int64_t vision_width, int64_t model_width,
                               ParameterBinder& binder)
    : dtype_(binder.dtype()),
      mlp_0_(binder, scope + ".mlp.mlp.0", vision_width, model_width, linear_std(vision_width)),
      mlp_2_(binder, scope + ".mlp.mlp.2", model_width, model_width, linear_std(model_width)),
      position_(bind_convolution(binder, scope + ".peg.peg.0", {model_width, 1, 3, 3})),
      position_bias_(binder.bind(scope + ".peg.peg.0", "bias", {model_width}, Start::zeros())) {}

Tensor LdpV2Projector::project(const Tensor& features) const {
  const Tensor x = on_grid(mlp_2_(at::gelu(mlp_0_(features.to(dtype_)))));
  const Tensor pooled = at::adaptive_avg_pool2d(x, {kPooledGrid, kPooledGrid});
  return off_grid(pooled + depthwise_3x3(pooled, position_, position_bias_, 1));
}

int64_t LdpV2Projector::tokens(int64_t patches) const {
  return grid_of(patches) > 0 ? kPooledGrid * kPooledGrid : 0;
}

}  // namespace slava
