#include "vision/recognition_head.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/strings.h"

namespace slava {

StandardisedLinear::StandardisedLinear(ParameterBinder& binder, const std::string& scope,
                                       int64_t in, int64_t out)
    : mean(binder.bind(scope, "mean", {in}, Start::zeros(), Role::kStatistic)),
      deviation(binder.bind(scope, "deviation", {in}, Start::ones(), Role::kStatistic)),
      linear(binder, scope, in, out, /*std=*/0) {}

Tensor StandardisedLinear::operator()(const Tensor& x) const {
  const Tensor standardised = (x.to(at::kFloat) - mean) / deviation;
  return at::linear(standardised, linear.weight.to(at::kFloat), linear.bias.to(at::kFloat));
}

RecognitionHead::RecognitionHead(ParameterBinder& binder, const std::string& scope, int64_t width,
                                 int64_t targets, int64_t sided_targets)
    : frontal(binder, cat(scope, ".frontal"), 2 * width, targets),
      lateral(binder, cat(scope, ".lateral"), 2 * width, targets),
      half(binder, cat(scope, ".half"), 2 * width, sided_targets),
      side(binder, cat(scope, ".side"), 2 * width, sided_targets + 1) {}

Tensor RecognitionHead::pooled(const Tensor& features) {
  return at::cat({features.mean(1), features.amax(1)}, 1);
}

Tensor RecognitionHead::pooled_halves(const Tensor& features) {
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(features.size(1))));
  SLAVA_CHECK_EQ(side * side, features.size(1));
  const Tensor grid = features.unflatten(1, {side, side});  // [V, rows, columns, E]
  const int64_t columns = std::max<int64_t>(side / 2, 1);
  const auto half = [&](int64_t first) {
    return pooled(grid.narrow(2, first, columns).flatten(1, 2));  // [V, 2E]
  };
  return at::stack({half(side - columns), half(0)}, 1);
}

Tensor RecognitionHead::left_against_right(const Tensor& halves) const {
  const Tensor scores = side(halves.select(1, 0) - halves.select(1, 1));  // [V, S + 1]
  const int64_t targets = scores.size(1) - 1;
  const Tensor shared = scores.narrow(1, targets, 1);
  return at::cat({scores.narrow(1, 0, targets) + shared, shared}, 1);
}

}  // namespace slava
