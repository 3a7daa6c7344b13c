#include "decoder/phi.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "decoder/attention.h"
#include "nn/activation.h"

namespace slava {

int64_t PhiConfig::rotary_width() const {
  return static_cast<int64_t>(partial_rotary_factor * static_cast<double>(head_width()));
}

Result<PhiConfig> parse_phi_config(const nlohmann::json& config) {
  JsonFields fields(config, "text_config");
  PhiConfig phi;
  phi.hidden_size = fields.integer("hidden_size", 8, 1 << 16);
  phi.intermediate_size = fields.integer("intermediate_size", 8, 1 << 18);
  phi.num_hidden_layers = fields.integer("num_hidden_layers", 1, 1024);
  phi.num_attention_heads = fields.integer("num_attention_heads", 1, 1024);
  phi.vocab_size = fields.integer("vocab_size", 4, 1 << 20);
  phi.max_position_embeddings = fields.integer_or("max_position_embeddings", 2048, 16, 1 << 20);
  phi.partial_rotary_factor = partial_rotary_factor(config, 0.5);
  phi.layer_norm_eps = fields.number_or("layer_norm_eps", 1e-5);
  phi.embd_pdrop = fields.number_or("embd_pdrop", 0);
  phi.resid_pdrop = fields.number_or("resid_pdrop", 0);
  const std::string act = fields.text_or("hidden_act", "gelu_new");
  const int64_t key_value_heads =
      fields.integer_or("num_key_value_heads", phi.num_attention_heads, 1, 1024);
  const bool qk_layernorm = fields.flag_or("qk_layernorm", false);
  const bool tied = fields.flag_or("tie_word_embeddings", false);
  phi.lm_head_bias = fields.flag_or("lm_head_bias", true);
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(phi.rotary, parse_rotary_config(config));
  const auto wrong = [](const std::string& what) {
    return fail(ErrorKind::kModel, cat("text_config: ", what));
  };
  if (act != "gelu_new") return wrong(cat("hidden_act is ", act, "; Phi has gelu_new"));
  if (key_value_heads != phi.num_attention_heads) {
    return wrong(
        "num_key_value_heads differs from num_attention_heads; Phi has no grouped queries");
  }
  if (qk_layernorm) return wrong("qk_layernorm is true; only false is known");
  if (tied) return wrong("tie_word_embeddings is true; Phi's head has weights of its own");
  if (phi.hidden_size % phi.num_attention_heads != 0) {
    return wrong(cat("hidden_size ", phi.hidden_size, " is no multiple of num_attention_heads ",
                     phi.num_attention_heads));
  }
  if (phi.rotary_width() < 2 || phi.rotary_width() % 2 != 0 ||
      phi.rotary_width() > phi.head_width()) {
    return wrong(cat("partial_rotary_factor ", phi.partial_rotary_factor, " of head width ",
                     phi.head_width(), " gives ", phi.rotary_width(),
                     " rotating numbers; expected an even number within the head"));
  }
  return phi;
}

Tensor part_of_query_key_value(const Tensor& fused, int64_t heads, int64_t place) {
  const int64_t rows = fused.size(0) / 3;
  auto sizes = fused.sizes().vec();
  sizes[0] = rows;
  return fused.view({heads, 3, rows / heads, -1}).select(1, place).reshape(sizes);
}

namespace {

// transformers 4.36 keeps queries, keys and values in one matrix; taken apart, the layer is the
// same as in the newer layout.
void split_query_key_value(ParameterBinder& binder, const std::string& scope,
                           const PhiConfig& config) {
  const std::string fused_scope = scope + ".query_key_value.";
  if (!binder.holds(fused_scope + "weight") && !binder.holds(fused_scope + "bias")) return;
  const int64_t width = config.hidden_size;
  const auto split = [&](const std::string& name, at::IntArrayRef shape) {
    const Tensor fused = binder.take(fused_scope + name, shape);
    int64_t place = 0;
    for (const char* projection : {".q_proj.", ".k_proj.", ".v_proj."}) {
      binder.put(cat(scope, projection, name),
                 part_of_query_key_value(fused, config.num_attention_heads, place++));
    }
  };
  split("weight", {3 * width, width});
  // Of 8-bit weights.
  if (binder.holds(fused_scope + "weight_scale")) split("weight_scale", {3 * width});
  split("bias", {3 * width});
}

// Queries, keys and values of one layer, and the attention over them.
struct PhiAttention {
  Linear q_proj, k_proj, v_proj, dense;
  int64_t heads;

  PhiAttention(ParameterBinder& binder, const std::string& scope, const PhiConfig& config,
               double residual_std)
      : q_proj(binder, scope + ".q_proj", config.hidden_size, config.hidden_size),
        k_proj(binder, scope + ".k_proj", config.hidden_size, config.hidden_size),
        v_proj(binder, scope + ".v_proj", config.hidden_size, config.hidden_size),
        dense(binder, scope + ".dense", config.hidden_size, config.hidden_size, residual_std),
        heads(config.num_attention_heads) {}

  // x [B, T, D] to [B, T, D].
  Tensor operator()(const LayerInput& x, const RotaryAngles& angles, const KeyValueCaches& caches,
                    size_t layer, Pass pass) const {
    return dense(
        rotary_attention(split_heads(q_proj(x, pass), heads), split_heads(k_proj(x, pass), heads),
                         split_heads(v_proj(x, pass), heads), angles, caches, layer),
        pass);
  }
};

struct PhiMlp {
  Linear fc1, fc2;

  PhiMlp(ParameterBinder& binder, const std::string& scope, const PhiConfig& config,
         double residual_std)
      : fc1(binder, scope + ".fc1", config.hidden_size, config.intermediate_size),
        fc2(binder, scope + ".fc2", config.intermediate_size, config.hidden_size, residual_std) {}

  Tensor operator()(const LayerInput& x, Pass pass) const {
    return fc2(gelu_tanh(fc1(x, pass)), pass);
  }
};

// y = x + attention(norm(x)) + mlp(norm(x)).
struct PhiBlock {
  LayerNorm input_layernorm;
  PhiAttention self_attn;
  PhiMlp mlp;
  double resid_pdrop;

  PhiBlock(ParameterBinder& binder, const std::string& scope, const PhiConfig& config,
           double residual_std)
      : input_layernorm(binder, scope + ".input_layernorm", config.hidden_size,
                        config.layer_norm_eps),
        self_attn(binder, scope + ".self_attn", config, residual_std),
        mlp(binder, scope + ".mlp", config, residual_std),
        resid_pdrop(config.resid_pdrop) {}

  Tensor operator()(const Tensor& x, const RotaryAngles& angles, const KeyValueCaches& caches,
                    size_t layer, Pass pass) const {
    const LayerInput normed = input_layernorm(x);
    const Tensor attended =
        dropout(self_attn(normed, angles, caches, layer, pass), resid_pdrop, pass);
    return x + attended + dropout(mlp(normed, pass), resid_pdrop, pass);
  }
};

class Phi : public Decoder {
 public:
  Phi(const PhiConfig& config, ParameterBinder& binder, const DecoderScopes& scopes)
      : config_(config),
        embed_tokens_(binder, scopes.model + ".embed_tokens", config.vocab_size,
                      config.hidden_size),
        layers_(make_layers(config, binder, scopes.model)),
        final_layernorm_(binder, scopes.model + ".final_layernorm", config.hidden_size,
                         config.layer_norm_eps),
        lm_head_(binder, scopes.head, config.hidden_size, config.vocab_size, 0.02,
                 config.lm_head_bias ? Bias::kOne : Bias::kNone),
        angles_(make_rotary_angles(config.max_position_embeddings, config.rotary_width(),
                                   config.rotary, embed_tokens_.weight.device())) {}

  Tensor embed(const Tensor& ids) const override { return embed_tokens_(ids); }

  Tensor forward(const Tensor& embeddings, const KeyValueCaches& caches, Pass pass) const override {
    SLAVA_CHECK_EQ(embeddings.size(-1), config_.hidden_size);
    const RotaryAngles angles = angles_behind(angles_, embeddings, caches);
    Tensor x = dropout(embeddings, config_.embd_pdrop, pass);
    for (size_t i = 0; i < layers_.size(); ++i) {
      x = through_block([&layer = layers_[i], angles, caches, i,
                         pass](const Tensor& in) { return layer(in, angles, caches, i, pass); },
                        x, pass);
    }
    lengthen(caches, embeddings.size(1));
    return final_layernorm_(x).numbers();
  }

  Tensor logits(const Tensor& hidden) const override { return lm_head_(hidden).to(at::kFloat); }

  CacheShape cache_shape() const override {
    return {config_.num_hidden_layers, config_.num_attention_heads, config_.head_width(),
            embed_tokens_.weight.options()};
  }

  int64_t width() const override { return config_.hidden_size; }
  int64_t vocabulary() const override { return config_.vocab_size; }
  int64_t max_tokens() const override { return config_.max_position_embeddings; }

 private:
  static std::vector<PhiBlock> make_layers(const PhiConfig& config, ParameterBinder& binder,
                                           const std::string& scope) {
    // What a block adds starts smaller the more blocks there are (GPT-2's rule).
    const double residual_std =
        0.02 / std::sqrt(2.0 * static_cast<double>(config.num_hidden_layers));
    std::vector<PhiBlock> layers;
    for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
      const std::string layer = cat(scope, ".layers.", i);
      split_query_key_value(binder, layer + ".self_attn", config);
      layers.emplace_back(binder, layer, config, residual_std);
    }
    return layers;
  }

  PhiConfig config_;
  Embedding embed_tokens_;
  std::vector<PhiBlock> layers_;
  LayerNorm final_layernorm_;
  Linear lm_head_;
  RotaryAngles angles_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_phi(const nlohmann::json& config, ParameterBinder& binder,
                                          const DecoderScopes& scopes) {
  SLAVA_TRY(const PhiConfig phi, parse_phi_config(config));
  return std::make_unique<Phi>(phi, binder, scopes);
}

}  // namespace slava
