#include "projector/mlp.h"

#include <cmath>

#include "base/check.h"
#include "base/strings.h"

namespace slava {

MlpProjector::MlpProjector(int depth, int64_t vision_width, int64_t model_width,
                           ParameterBinder& binder, const std::string& scope) {
  for (int i = 0; i < depth; ++i) {
    const int64_t in = i == 0 ? vision_width : model_width;
    layers_.emplace_back(binder, cat(scope, ".", 2 * i), in, model_width,
                         1.0 / std::sqrt(static_cast<double>(in)));
  }
}

Tensor MlpProjector::project(const Tensor& features) const {
  SLAVA_CHECK_EQ(features.dim(), 3);
  Tensor x = layers_.front()(features);
  for (size_t i = 1; i < layers_.size(); ++i) x = layers_[i](at::gelu(x));
  return x;
}

}  // namespace slava
