// Against features that plain PyTorch functions computed (scripts/make_golden.py), with weights by
// a formula that both sides know.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "vision/vision_encoder.h"

namespace slava {
namespace {

using nlohmann::json;

Tensor wave_by_name(const std::string& name, at::IntArrayRef shape) {
  int64_t phase = 0;
  for (size_t i = 0; i < name.size(); ++i) phase += name[i] * static_cast<int64_t>(i % 7 + 1);
  int64_t count = 1;
  for (const int64_t side : shape) count *= side;
  const Tensor wave =
      at::sin(at::arange(count, at::kDouble) * 0.7 + static_cast<double>(phase % 1000));
  Tensor values;
  if (name.ends_with("running_var")) {
    values = 1.5 + 0.4 * wave;
  } else if (name.ends_with("norm.weight")) {
    values = 1.0 + 0.2 * wave;
  } else if (shape.size() == 1) {
    values = 0.1 * wave;
  } else {
    values = wave * std::sqrt(2.0 * static_cast<double>(shape[0]) / static_cast<double>(count));
  }
  return values.to(at::kFloat).view(shape);
}

class EfficientNet : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(SLAVA_SOURCE_DIR "/tests/golden/efficientnet/golden.json");
    golden_ = json::parse(in);
    config_ = {{"model_type", "efficientnet_lite"},
               {"variant", "lite0"},
               {"image_size", golden_["image_size"]},
               {"batch_norm_eps", 1e-3}};
    // Built once to learn names and shapes, then again with the formula's weights.
    ParameterBinder names({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
    ASSERT_TRUE(make_vision_encoder(config_, names, "v"));
    TensorMap weights;
    for (const Parameter& parameter : names.parameters()) {
      weights[parameter.name] =
          wave_by_name(parameter.name.substr(2), parameter.tensor.sizes());  // behind "v."
    }
    binder_ =
        std::make_unique<ParameterBinder>(weights, Missing::kIsError, 0, at::kCPU, at::kFloat);
    auto made = make_vision_encoder(config_, *binder_, "v");
    ASSERT_TRUE(made) << made.error();
    ASSERT_TRUE(binder_->finish("formula"));
    encoder_ = *std::move(made);
  }

  Tensor pixels() const {
    const int64_t side = golden_["image_size"];
    return at::sin(at::arange(2 * 3 * side * side, at::kDouble) * 0.013)
        .to(at::kFloat)
        .view({2, 3, side, side});
  }

  void expect_golden(const Tensor& features, const json& expected) {
    EXPECT_EQ(features.sizes().vec(), expected["shape"].get<std::vector<int64_t>>());
    const Tensor flat = features.contiguous().flatten();
    for (size_t i = 0; i < expected["sample"].size(); ++i) {
      EXPECT_NEAR(flat[static_cast<int64_t>(97 * i)].item<double>(),
                  expected["sample"][i].get<double>(), 2e-4)
          << i;
    }
    EXPECT_NEAR(features.mean().item<double>(), expected["mean"].get<double>(), 1e-4);
    EXPECT_NEAR(features.std().item<double>(), expected["std"].get<double>(), 1e-4);
  }

  json golden_, config_;
  std::unique_ptr<ParameterBinder> binder_;
  std::unique_ptr<VisionEncoder> encoder_;
};

TEST_F(EfficientNet, FeaturesEqualTheReference) {
  const at::NoGradGuard no_grad;
  expect_golden(encoder_->encode(pixels(), Pass::kInference), golden_["inference"]);
  EXPECT_EQ(encoder_->patches(), 9);
  EXPECT_EQ(encoder_->width(), 1280);
}

TEST_F(EfficientNet, TrainingNormalisesByTheBatchAndMovesTheStatistics) {
  const at::NoGradGuard no_grad;
  Tensor mean;
  for (const Parameter& parameter : binder_->parameters()) {
    if (parameter.name == "v.stem_norm.running_mean") mean = parameter.tensor;
  }
  const Tensor before = mean.clone();
  const Tensor features = encoder_->encode(pixels(), Pass::kTraining).contiguous().flatten();
  // Division by the spread of 18 numbers makes rounding grow from layer to layer, so the direction
  // is compared and not each number.
  const auto sample = golden_["training"]["sample"].get<std::vector<float>>();
  std::vector<Tensor> ours;
  for (size_t i = 0; i < sample.size(); ++i) ours.push_back(features[static_cast<int64_t>(97 * i)]);
  const Tensor cosine = at::cosine_similarity(at::stack(ours), at::tensor(sample), 0);
  EXPECT_GT(cosine.item<double>(), 0.995);
  EXPECT_NEAR(features.mean().item<double>(), golden_["training"]["mean"].get<double>(), 5e-3);
  EXPECT_FALSE(at::equal(mean, before));
  const Tensor moved = mean.clone();
  encoder_->encode(pixels(), Pass::kInference);
  EXPECT_TRUE(at::equal(mean, moved)) << "inference must not touch the statistics";
}

TEST_F(EfficientNet, ABatchOfFilmsEqualsFilmByFilm) {
  const at::NoGradGuard no_grad;
  const Tensor both = encoder_->encode(pixels(), Pass::kInference);
  const Tensor second = encoder_->encode(pixels().narrow(0, 1, 1), Pass::kInference);
  EXPECT_TRUE(at::allclose(both.narrow(0, 1, 1), second, 1e-4, 1e-4));
}

TEST(VisionEncoder, AnUnknownFamilyIsNamedWithTheKnownOnes) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  const auto made = make_vision_encoder(json{{"model_type", "resnet"}}, binder, "v");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::kModel);
  EXPECT_NE(made.error().message.find("efficientnet_lite"), std::string::npos);
}

TEST(VisionEncoder, AnImageSizeThatTheGridCannotTakeIsRefused) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  const json config = {
      {"model_type", "efficientnet_lite"}, {"variant", "lite0"}, {"image_size", 225}};
  EXPECT_FALSE(make_vision_encoder(config, binder, "v"));
}

}  // namespace
}  // namespace slava
