#include "vision/clip.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "nn/float_products.h"
#include "vision/transformer_block.h"

namespace slava {
namespace {

class Clip : public VisionEncoder {
 public:
  Clip(const VisionTransformerConfig& config, ParameterBinder& binder, const std::string& scope)
      : config_(config),
        class_embedding_(binder.bind(scope + ".embeddings", "class_embedding", {config.hidden_size},
                                     Start::normal(0.02))),
        patch_embedding_(binder.bind(scope + ".embeddings.patch_embedding", "weight",
                                     {config.hidden_size, 3, config.patch_size, config.patch_size},
                                     Start::normal(0.02))),
        position_embedding_(binder.bind(scope + ".embeddings.position_embedding", "weight",
                                        {config.grid() * config.grid() + 1, config.hidden_size},
                                        Start::normal(0.02))),
        pre_layrnorm_(binder, scope + ".pre_layrnorm", config.hidden_size, config.layer_norm_eps),
        blocks_(binder, scope, config) {
    binder.expect(scope + ".post_layernorm", "weight", {config.hidden_size});
    binder.expect(scope + ".post_layernorm", "bias", {config.hidden_size});
  }

  Tensor encode(const Tensor& pixels, Pass) const override {
    SLAVA_CHECK_EQ(pixels.dim(), 4);
    SLAVA_CHECK_EQ(pixels.size(3), config_.image_size);
    const Tensor patches = convolution(pixels, patch_embedding_, {}, {.stride = config_.patch_size})
                               .flatten(2)
                               .transpose(1, 2);  // [V, N, E]
    const Tensor first = class_embedding_.expand({pixels.size(0), 1, config_.hidden_size});
    return blocks_.features(pre_layrnorm_(at::cat({first, patches}, 1) + position_embedding_)
                                .numbers());  // [V, 1 + N, E]
  }

  int64_t image_size() const override { return config_.image_size; }
  int64_t patches() const override { return blocks_.tokens(config_.grid() * config_.grid() + 1); }
  int64_t width() const override { return blocks_.width(); }

 private:
  VisionTransformerConfig config_;
  Tensor class_embedding_;     // [E]
  Tensor patch_embedding_;     // [E, 3, P, P]
  Tensor position_embedding_;  // [1 + N, E]
  LayerNorm pre_layrnorm_;
  VisionBlocks blocks_;
};

}  // namespace

Result<std::unique_ptr<VisionEncoder>> make_clip(const nlohmann::json& config,
                                                 ParameterBinder& binder,
                                                 const std::string& scope) {
  SLAVA_TRY(const auto clip,
            parse_vision_transformer(config, {.hidden_act = "quick_gelu", .layer_norm_eps = 1e-5}));
  return std::make_unique<Clip>(clip, binder, scope);
}

}  // namespace slava
