// Token embeddings into the next token's logits. One family a file; the table is in decoder.cc.
// Shapes: B batch, T tokens, D model width, H heads, K head width.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "decoder/cache.h"
#include "nn/layers.h"
#include "nn/parameters.h"
#include "nn/recompute.h"

namespace slava {

class Decoder {
 public:
  virtual ~Decoder() = default;

  // ids [B, T] to embeddings [B, T, D].
  virtual Tensor embed(const Tensor& ids) const = 0;

  // embeddings [B, T, D] to hidden states [B, T, D] behind the last norm. Token t sees tokens <= t.
  // With caches, one for each of the B sequences, the tokens follow those that are in them, and are
  // added.
  virtual Tensor forward(const Tensor& embeddings, const KeyValueCaches& caches,
                         Pass pass) const = 0;

  // hidden states [..., D] to logits [..., vocabulary], float32.
  virtual Tensor logits(const Tensor& hidden) const = 0;

  // What is kept of each token, before keep_cache_in().
  virtual CacheShape cache_shape() const = 0;
  // Room for a sequence of `capacity` tokens, at most max_tokens().
  KeyValueCache make_cache(int64_t capacity) const;

  virtual int64_t width() const = 0;       // D
  virtual int64_t vocabulary() const = 0;  // rows of the embedding
  virtual int64_t max_tokens() const = 0;  // positions that the model was made for

  // For caches that are made from now on.
  void keep_cache_in(CacheNumbers numbers) { cache_numbers_ = numbers; }

  // Training passes from now on keep each block's input alone and compute the block again in
  // backward. The decoder must outlive the gradients.
  void use_checkpointing() { checkpointing_ = true; }

 protected:
  // x [B, T, D] through one block, as use_checkpointing() says.
  Tensor through_block(const std::function<Tensor(const Tensor&)>& block, const Tensor& x,
                       Pass pass) const {
    return checkpointing_ && pass == Pass::kTraining ? recomputed(block, x) : block(x);
  }

 private:
  bool checkpointing_ = false;
  CacheNumbers cache_numbers_ = CacheNumbers::kAsComputed;
};

// Where a layout keeps a decoder's tensors.
struct DecoderScopes {
  std::string model = "model";   // embed_tokens, layers.N, final norm
  std::string head = "lm_head";  // weight and, where the family has one, bias
};

// Builds the family that `config["model_type"]` names. kModel when it is not known or a key is
// missing; parameters' problems stay with `binder`.
Result<std::unique_ptr<Decoder>> make_decoder(const nlohmann::json& config, ParameterBinder& binder,
                                              const DecoderScopes& scopes = {});

}  // namespace slava
