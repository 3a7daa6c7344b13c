// LLaMA (arXiv:2302.13971, grouped queries as in arXiv:2307.09288): RMSNorm before attention and
// before a gated feed-forward, rotary embedding over whole heads, no biases unless asked for.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "decoder/decoder.h"
#include "decoder/rotary.h"

namespace slava {

struct LlamaConfig {
  int64_t hidden_size = 4096;              // D
  int64_t intermediate_size = 11008;       // F
  int64_t num_hidden_layers = 32;          // L
  int64_t num_attention_heads = 32;        // H
  int64_t num_key_value_heads = 32;        // G, divides H
  int64_t head_dim = 128;                  // K
  int64_t vocab_size = 32000;              // rows of the embedding and of the head
  int64_t max_position_embeddings = 2048;  // positions
  RotaryConfig rotary;
  double rms_norm_eps = 1e-6;
  bool attention_bias = false;       // of q, k, v and o
  bool mlp_bias = false;             // of gate, up and down
  bool tie_word_embeddings = false;  // the head is the embedding
};

// Keys that a file lacks have the defaults of transformers' LlamaConfig.
Result<LlamaConfig> parse_llama_config(const nlohmann::json& config);

Result<std::unique_ptr<Decoder>> make_llama(const nlohmann::json& config, ParameterBinder& binder,
                                            const DecoderScopes& scopes);

}  // namespace slava
