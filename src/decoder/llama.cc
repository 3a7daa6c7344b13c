#include "decoder/llama.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "decoder/attention.h"

namespace slava {

Result<LlamaConfig> parse_llama_config(const nlohmann::json& config) {
  JsonFields fields(config, "text_config");
  LlamaConfig llama;
  llama.hidden_size = fields.integer_or("hidden_size", llama.hidden_size, 8, 1 << 16);
  llama.intermediate_size =
      fields.integer_or("intermediate_size", llama.intermediate_size, 8, 1 << 18);
  llama.num_hidden_layers =
      fields.integer_or("num_hidden_layers", llama.num_hidden_layers, 1, 1024);
  llama.num_attention_heads =
      fields.integer_or("num_attention_heads", llama.num_attention_heads, 1, 1024);
  llama.num_key_value_heads =
      fields.integer_or("num_key_value_heads", llama.num_attention_heads, 1, 1024);
  llama.head_dim = fields.integer_or(
      "head_dim", std::max<int64_t>(1, llama.hidden_size / llama.num_attention_heads), 1, 1 << 14);
  llama.vocab_size = fields.integer_or("vocab_size", llama.vocab_size, 4, 1 << 20);
  llama.max_position_embeddings =
      fields.integer_or("max_position_embeddings", llama.max_position_embeddings, 16, 1 << 20);
  llama.rms_norm_eps = fields.number_or("rms_norm_eps", llama.rms_norm_eps);
  llama.attention_bias = fields.flag_or("attention_bias", false);
  llama.mlp_bias = fields.flag_or("mlp_bias", false);
  llama.tie_word_embeddings = fields.flag_or("tie_word_embeddings", false);
  const std::string act = fields.text_or("hidden_act", "silu");
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(llama.rotary, parse_rotary_config(config));
  const auto wrong = [](const std::string& what) {
    return fail(ErrorKind::kModel, cat("text_config: ", what));
  };
  if (act != "silu") return wrong(cat("hidden_act is ", act, "; LLaMA has silu"));
  if (llama.num_attention_heads % llama.num_key_value_heads != 0) {
    return wrong(cat("num_attention_heads ", llama.num_attention_heads,
                     " is no multiple of num_key_value_heads ", llama.num_key_value_heads));
  }
  if (llama.head_dim % 2 != 0) return wrong(cat("head_dim ", llama.head_dim, " is odd"));
  return llama;
}

namespace {

Linear linear(ParameterBinder& binder, const std::string& scope, int64_t in, int64_t out,
              bool biased) {
  return Linear(binder, scope, in, out, 0.02, biased ? Bias::kOne : Bias::kNone);
}

struct LlamaAttention {
  Linear q_proj, k_proj, v_proj, o_proj;
  int64_t heads, key_value_heads;

  LlamaAttention(ParameterBinder& binder, const std::string& scope, const LlamaConfig& c)
      : q_proj(linear(binder, scope + ".q_proj", c.hidden_size, c.num_attention_heads * c.head_dim,
                      c.attention_bias)),
        k_proj(linear(binder, scope + ".k_proj", c.hidden_size, c.num_key_value_heads * c.head_dim,
                      c.attention_bias)),
        v_proj(linear(binder, scope + ".v_proj", c.hidden_size, c.num_key_value_heads * c.head_dim,
                      c.attention_bias)),
        o_proj(linear(binder, scope + ".o_proj", c.num_attention_heads * c.head_dim, c.hidden_size,
                      c.attention_bias)),
        heads(c.num_attention_heads),
        key_value_heads(c.num_key_value_heads) {}

  // x [B, T, D] to [B, T, D].
  Tensor operator()(const LayerInput& x, const RotaryAngles& angles, const KeyValueCaches& caches,
                    size_t layer, Pass pass) const {
    return o_proj(
        rotary_attention(split_heads(q_proj(x, pass), heads),
                         split_heads(k_proj(x, pass), key_value_heads),
                         split_heads(v_proj(x, pass), key_value_heads), angles, caches, layer),
        pass);
  }
};

struct LlamaMlp {
  Linear gate_proj, up_proj, down_proj;

  LlamaMlp(ParameterBinder& binder, const std::string& scope, const LlamaConfig& c)
      : gate_proj(
            linear(binder, scope + ".gate_proj", c.hidden_size, c.intermediate_size, c.mlp_bias)),
        up_proj(linear(binder, scope + ".up_proj", c.hidden_size, c.intermediate_size, c.mlp_bias)),
        down_proj(
            linear(binder, scope + ".down_proj", c.intermediate_size, c.hidden_size, c.mlp_bias)) {}

  Tensor operator()(const LayerInput& x, Pass pass) const {
    return down_proj(silu_times(gate_proj(x, pass), up_proj(x, pass)), pass);
  }
};

// h = x + attention(norm(x)); y = h + mlp(norm(h)).
struct LlamaBlock {
  RmsNorm input_layernorm, post_attention_layernorm;
  LlamaAttention self_attn;
  LlamaMlp mlp;

  LlamaBlock(ParameterBinder& binder, const std::string& scope, const LlamaConfig& c)
      : input_layernorm(binder, scope + ".input_layernorm", c.hidden_size, c.rms_norm_eps),
        post_attention_layernorm(binder, scope + ".post_attention_layernorm", c.hidden_size,
                                 c.rms_norm_eps),
        self_attn(binder, scope + ".self_attn", c),
        mlp(binder, scope + ".mlp", c) {}

  Tensor operator()(const Tensor& x, const RotaryAngles& angles, const KeyValueCaches& caches,
                    size_t layer, Pass pass) const {
    const Tensor h = x + self_attn(input_layernorm(x), angles, caches, layer, pass);
    return h + mlp(post_attention_layernorm(h), pass);
  }
};

class Llama : public Decoder {
 public:
  Llama(const LlamaConfig& config, ParameterBinder& binder, const DecoderScopes& scopes)
      : config_(config),
        embed_tokens_(binder, scopes.model + ".embed_tokens", config.vocab_size,
                      config.hidden_size),
        norm_(binder, scopes.model + ".norm", config.hidden_size, config.rms_norm_eps) {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
      layers_.emplace_back(binder, cat(scopes.model, ".layers.", i), config);
    }
    if (config.tie_word_embeddings) {
      lm_head_ = Linear::sharing(embed_tokens_.weight, binder.linears());
      // A file may hold the shared matrix under both of its names.
      if (binder.holds(scopes.head + ".weight")) {
        binder.expect(scopes.head, "weight", {config.vocab_size, config.hidden_size});
      }
    } else {
      lm_head_ = linear(binder, scopes.head, config.hidden_size, config.vocab_size, false);
    }
    angles_ = make_rotary_angles(config.max_position_embeddings, config.head_dim, config.rotary,
                                 embed_tokens_.weight.device());
  }

  Tensor embed(const Tensor& ids) const override { return embed_tokens_(ids); }

  Tensor forward(const Tensor& embeddings, const KeyValueCaches& caches, Pass pass) const override {
    SLAVA_CHECK_EQ(embeddings.size(-1), config_.hidden_size);
    const RotaryAngles angles = angles_behind(angles_, embeddings, caches);
    Tensor x = embeddings;
    for (size_t i = 0; i < layers_.size(); ++i) {
      x = through_block([&layer = layers_[i], angles, caches, i,
                         pass](const Tensor& in) { return layer(in, angles, caches, i, pass); },
                        x, pass);
    }
    lengthen(caches, embeddings.size(1));
    return norm_(x).numbers();
  }

  Tensor logits(const Tensor& hidden) const override { return lm_head_(hidden).to(at::kFloat); }

  CacheShape cache_shape() const override {
    return {config_.num_hidden_layers, config_.num_key_value_heads, config_.head_dim,
            embed_tokens_.weight.options()};
  }

  int64_t width() const override { return config_.hidden_size; }
  int64_t vocabulary() const override { return config_.vocab_size; }
  int64_t max_tokens() const override { return config_.max_position_embeddings; }

 private:
  LlamaConfig config_;
  Embedding embed_tokens_;
  RmsNorm norm_;
  std::vector<LlamaBlock> layers_;
  Linear lm_head_;
  RotaryAngles angles_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_llama(const nlohmann::json& config, ParameterBinder& binder,
                                            const DecoderScopes& scopes) {
  SLAVA_TRY(const LlamaConfig llama, parse_llama_config(config));
  return std::make_unique<Llama>(llama, binder, scopes);
}

}  // namespace slava
