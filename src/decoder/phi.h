// Phi (microsoft/phi-2; notes on its block in transformers' modeling_phi.py): parallel block with
// one LayerNorm, partial rotary embedding, biases everywhere, a head with a bias.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "decoder/decoder.h"
#include "decoder/rotary.h"

namespace slava {

struct PhiConfig {
  int64_t hidden_size = 2560;              // D
  int64_t intermediate_size = 10240;       // F
  int64_t num_hidden_layers = 32;          // L
  int64_t num_attention_heads = 32;        // H
  int64_t vocab_size = 51200;              // rows of the embedding and of the head
  int64_t max_position_embeddings = 2048;  // positions
  double partial_rotary_factor = 0.5;      // share of a head's K numbers that rotate
  RotaryConfig rotary;
  double layer_norm_eps = 1e-5;
  bool lm_head_bias = true;  // TinyLLaVA had none at first
  double embd_pdrop = 0;     // dropout of the embeddings, in training
  double resid_pdrop = 0;    // dropout of what a block adds, in training

  int64_t head_width() const { return hidden_size / num_attention_heads; }  // K
  int64_t rotary_width() const;  // numbers of a head that rotate
};

Result<PhiConfig> parse_phi_config(const nlohmann::json& config);

// Of transformers 4.36's query_key_value, weight [3D, D], bias or scale [3D], whose rows are
// ordered [H, 3, K], the rows of the queries (place 0), keys (1) or values (2).
Tensor part_of_query_key_value(const Tensor& fused, int64_t heads, int64_t place);

Result<std::unique_ptr<Decoder>> make_phi(const nlohmann::json& config, ParameterBinder& binder,
                                          const DecoderScopes& scopes);

}  // namespace slava
