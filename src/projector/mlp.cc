#include "projector/mlp.h"

#include <cmath>

#include "base/check.h"
#include "base/strings.h"

namespace slava {

MlpProjector::MlpProjector(const std::vector<std::string>& scopes, Bias bias, int64_t vision_width,
                           int64_t model_width, ParameterBinder& binder)
    : dtype_(binder.dtype()) {
  SLAVA_CHECK(!scopes.empty());
  int64_t in = vision_width;
  for (const std::string& scope : scopes) {
    layers_.emplace_back(binder, scope, in, model_width, 1.0 / std::sqrt(static_cast<double>(in)),
                         bias);
    in = model_width;
  }
}

Tensor MlpProjector::project(const Tensor& features) const {
  SLAVA_CHECK_EQ(features.dim(), 3);
  Tensor x = layers_.front()(features.to(dtype_));
  for (size_t i = 1; i < layers_.size(); ++i) x = layers_[i](at::gelu(x));
  return x;
}

}  // namespace slava
