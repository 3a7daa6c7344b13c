#include "vision/siglip.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "nn/float_products.h"
#include "vision/transformer_block.h"

namespace slava {
namespace {

// SiglipMultiheadAttentionPoolingHead, which makes one vector of a picture: no part of LLaVA.
void expect_head(ParameterBinder& binder, const std::string& head,
                 const VisionTransformerConfig& config) {
  if (!binder.holds(head + ".probe")) return;
  const int64_t width = config.hidden_size;
  binder.expect(head, "probe", {1, 1, width});
  binder.expect(head + ".attention", "in_proj_weight", {3 * width, width});
  binder.expect(head + ".attention", "in_proj_bias", {3 * width});
  binder.expect(head + ".attention.out_proj", "weight", {width, width});
  binder.expect(head + ".attention.out_proj", "bias", {width});
  binder.expect(head + ".layernorm", "weight", {width});
  binder.expect(head + ".layernorm", "bias", {width});
  binder.expect(head + ".mlp.fc1", "weight", {config.intermediate_size, width});
  binder.expect(head + ".mlp.fc1", "bias", {config.intermediate_size});
  binder.expect(head + ".mlp.fc2", "weight", {width, config.intermediate_size});
  binder.expect(head + ".mlp.fc2", "bias", {width});
}

class Siglip : public VisionEncoder {
 public:
  Siglip(const VisionTransformerConfig& config, ParameterBinder& binder, const std::string& scope)
      : config_(config),
        patch_weight_(binder.bind(scope + ".embeddings.patch_embedding", "weight",
                                  {config.hidden_size, 3, config.patch_size, config.patch_size},
                                  Start::normal(0.02))),
        patch_bias_(binder.bind(scope + ".embeddings.patch_embedding", "bias", {config.hidden_size},
                                Start::zeros())),
        position_embedding_(binder.bind(scope + ".embeddings.position_embedding", "weight",
                                        {config.grid() * config.grid(), config.hidden_size},
                                        Start::normal(0.02))),
        blocks_(binder, scope, config) {
    binder.expect(scope + ".post_layernorm", "weight", {config.hidden_size});
    binder.expect(scope + ".post_layernorm", "bias", {config.hidden_size});
    expect_head(binder, scope + ".head", config);
  }

  Tensor encode(const Tensor& pixels, Pass) const override {
    SLAVA_CHECK_EQ(pixels.dim(), 4);
    SLAVA_CHECK_EQ(pixels.size(3), config_.image_size);
    const Tensor patches =
        convolution(pixels, patch_weight_, patch_bias_, {.stride = config_.patch_size})
            .flatten(2)
            .transpose(1, 2);  // [V, N, E]
    return blocks_.features(patches + position_embedding_);
  }

  int64_t image_size() const override { return config_.image_size; }
  int64_t patches() const override { return blocks_.tokens(config_.grid() * config_.grid()); }
  int64_t width() const override { return blocks_.width(); }

 private:
  VisionTransformerConfig config_;
  Tensor patch_weight_;        // [E, 3, P, P]
  Tensor patch_bias_;          // [E]
  Tensor position_embedding_;  // [N, E]
  VisionBlocks blocks_;
};

}  // namespace

Result<std::unique_ptr<VisionEncoder>> make_siglip(const nlohmann::json& config,
                                                   ParameterBinder& binder,
                                                   const std::string& scope) {
  SLAVA_TRY(const auto siglip, parse_vision_transformer(config, {.hidden_act = "gelu_pytorch_tanh",
                                                                 .layer_norm_eps = 1e-6}));
  return std::make_unique<Siglip>(siglip, binder, scope);
}

}  // namespace slava
