#include "vision/efficientnet.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "nn/float_products.h"

namespace slava {
namespace {

// Share of a batch in the running statistics, as in the original (decay 0.99).
constexpr double kMomentum = 0.01;

// TensorFlow's SAME: output side ceil(n / stride), the odd pixel of padding right and below.
Tensor pad_same(const Tensor& x, int64_t kernel, int64_t stride) {
  const auto needed = [&](int64_t side) {
    const int64_t out = (side + stride - 1) / stride;
    return std::max<int64_t>((out - 1) * stride + kernel - side, 0);
  };
  const int64_t high = needed(x.size(2));
  const int64_t wide = needed(x.size(3));
  return at::constant_pad_nd(x, {wide / 2, wide - wide / 2, high / 2, high - high / 2}, 0);
}

enum class Activation { kNone, kRelu6 };

// Convolution without bias, batch norm, activation. groups = channels makes it depthwise.
struct ConvNorm {
  Tensor conv;  // [out, in / groups, kernel, kernel]
  Tensor weight, bias, running_mean, running_var;
  int64_t kernel, stride, groups;
  Activation activation;
  double eps;

  ConvNorm(ParameterBinder& binder, const std::string& scope, const std::string& conv_name,
           const std::string& norm_name, int64_t in, int64_t out, int64_t kernel, int64_t stride,
           int64_t groups, Activation activation, double eps)
      : kernel(kernel), stride(stride), groups(groups), activation(activation), eps(eps) {
    const double fan_out = static_cast<double>(kernel * kernel * out / groups);
    conv = binder.bind(cat(scope, ".", conv_name), "weight", {out, in / groups, kernel, kernel},
                       Start::normal(std::sqrt(2.0 / fan_out)));
    const std::string norm = cat(scope, ".", norm_name);
    weight = binder.bind(norm, "weight", {out}, Start::ones());
    bias = binder.bind(norm, "bias", {out}, Start::zeros());
    running_mean = binder.bind(norm, "running_mean", {out}, Start::zeros(), Role::kStatistic);
    running_var = binder.bind(norm, "running_var", {out}, Start::ones(), Role::kStatistic);
  }

  Tensor operator()(const Tensor& x, Pass pass) const {
    const bool same_by_symmetry = stride == 1;
    const int64_t padding = same_by_symmetry ? kernel / 2 : 0;
    const Tensor padded = same_by_symmetry ? x : pad_same(x, kernel, stride);
    const Tensor y = convolution(padded, conv, {}, {stride, padding, groups});
    const bool training = pass == Pass::kTraining;
    // Whatever the type of y, the norm computes in float32, as its statistics are.
    const Tensor z = at::batch_norm(y, weight.to(at::kFloat), bias.to(at::kFloat), running_mean,
                                    running_var, training, kMomentum, eps, /*cudnn_enabled=*/true);
    return activation == Activation::kRelu6 ? at::hardtanh(z, 0, 6) : z;
  }
};

// One stage of the table in the original: `repeats` inverted bottlenecks.
struct Stage {
  int64_t kernel, stride, expand, out, repeats;
};
constexpr Stage kLite0[] = {{3, 1, 1, 16, 1}, {3, 2, 6, 24, 2},  {5, 2, 6, 40, 2},
                            {3, 2, 6, 80, 3}, {5, 1, 6, 112, 3}, {5, 2, 6, 192, 4},
                            {3, 1, 6, 320, 1}};
constexpr int64_t kStem = 32;
constexpr int64_t kHead = 1280;

// x + project(depthwise(expand(x))), the sum only where both ends have one shape.
struct InvertedBottleneck {
  std::vector<ConvNorm> layers;
  bool residual;

  InvertedBottleneck(ParameterBinder& binder, const std::string& scope, int64_t in, int64_t out,
                     int64_t expand, int64_t kernel, int64_t stride, double eps)
      : residual(stride == 1 && in == out) {
    const int64_t wide = in * expand;
    if (expand != 1) {
      layers.emplace_back(binder, scope, "expand", "expand_norm", in, wide, 1, 1, 1,
                          Activation::kRelu6, eps);
    }
    layers.emplace_back(binder, scope, "depthwise", "depthwise_norm", wide, wide, kernel, stride,
                        wide, Activation::kRelu6, eps);
    layers.emplace_back(binder, scope, "project", "project_norm", wide, out, 1, 1, 1,
                        Activation::kNone, eps);
  }

  Tensor operator()(const Tensor& x, Pass pass) const {
    Tensor y = x;
    for (const ConvNorm& layer : layers) y = layer(y, pass);
    return residual ? x + y : y;
  }
};

class EfficientNetLite : public VisionEncoder {
 public:
  EfficientNetLite(ParameterBinder& binder, const std::string& scope, int64_t image_size,
                   double eps)
      : image_size_(image_size),
        stem_(binder, scope, "stem", "stem_norm", 3, kStem, 3, 2, 1, Activation::kRelu6, eps),
        blocks_(make_blocks(binder, scope, eps)),
        head_(binder, scope, "head", "head_norm", kLite0[6].out, kHead, 1, 1, 1, Activation::kRelu6,
              eps) {}

  Tensor encode(const Tensor& pixels, Pass pass) const override {
    SLAVA_CHECK_EQ(pixels.dim(), 4);
    SLAVA_CHECK_EQ(pixels.size(1), 3);
    SLAVA_CHECK_EQ(pixels.size(2), image_size_);
    SLAVA_CHECK_EQ(pixels.size(3), image_size_);
    Tensor x = stem_(pixels.contiguous(at::MemoryFormat::ChannelsLast), pass);
    for (const InvertedBottleneck& block : blocks_) x = block(x, pass);
    x = head_(x, pass);                   // [V, E, S/32, S/32]
    return x.flatten(2).transpose(1, 2);  // [V, N, E]
  }

  int64_t image_size() const override { return image_size_; }
  int64_t patches() const override { return (image_size_ / 32) * (image_size_ / 32); }
  int64_t width() const override { return kHead; }

 private:
  static std::vector<InvertedBottleneck> make_blocks(ParameterBinder& binder,
                                                     const std::string& scope, double eps) {
    std::vector<InvertedBottleneck> blocks;
    int64_t in = kStem;
    for (const Stage& stage : kLite0) {
      for (int64_t i = 0; i < stage.repeats; ++i) {
        blocks.emplace_back(binder, cat(scope, ".blocks.", blocks.size()), in, stage.out,
                            stage.expand, stage.kernel, i == 0 ? stage.stride : 1, eps);
        in = stage.out;
      }
    }
    return blocks;
  }

  int64_t image_size_;
  ConvNorm stem_;
  std::vector<InvertedBottleneck> blocks_;
  ConvNorm head_;
};

}  // namespace

Result<std::unique_ptr<VisionEncoder>> make_efficientnet_lite(const nlohmann::json& config,
                                                              ParameterBinder& binder,
                                                              const std::string& scope) {
  JsonFields fields(config, "vision_config");
  const std::string variant = fields.text("variant");
  const int64_t image_size = fields.integer("image_size", 32, 4096);
  const double eps = fields.number_or("batch_norm_eps", 1e-3);
  SLAVA_TRY_STATUS(fields.finish());
  if (variant != "lite0") {
    return fail(ErrorKind::kModel,
                cat("vision_config.variant is \"", variant, "\"; expected \"lite0\""));
  }
  if (image_size % 32 != 0) {
    return fail(ErrorKind::kModel,
                cat("vision_config.image_size is ", image_size, "; expected a multiple of 32"));
  }
  return std::make_unique<EfficientNetLite>(binder, scope, image_size, eps);
}

}  // namespace slava
