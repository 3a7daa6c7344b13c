// Token embeddings into the next token's logits. One family a file; the table is in decoder.cc.
// Shapes: B batch, T tokens, D model width, H heads, K head width.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/layers.h"
#include "nn/parameters.h"
#include "nn/recompute.h"

namespace slava {

// What keys and values are kept in.
enum class CacheNumbers {
  kAsComputed,  // the decoder's own type
  kInt8,        // rows of 8-bit values with a scale each (kernels.h: int8_row_bytes); CPU alone
};

// Keys and values of one sequence in every layer, allocated once and written in place.
struct KeyValueCache {
  std::vector<Tensor> keys;    // per layer [G, capacity, K], or rows of bytes
  std::vector<Tensor> values;  // likewise
  int64_t length = 0;          // tokens that are in

  // Of all layers together.
  uint64_t bytes() const {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) sum += keys[i].nbytes() + values[i].nbytes();
    return sum;
  }
  bool is_in_int8() const { return !keys.empty() && keys.front().scalar_type() == at::kChar; }
  int64_t capacity() const { return keys.empty() ? 0 : keys.front().size(1); }
};

// One a sequence of a batch, of whatever lengths; or none at all.
using KeyValueCaches = std::vector<KeyValueCache*>;

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

  // Room for a sequence of `capacity` tokens.
  virtual KeyValueCache make_cache(int64_t capacity) const = 0;

  virtual int64_t width() const = 0;       // D
  virtual int64_t vocabulary() const = 0;  // rows of the embedding
  virtual int64_t max_tokens() const = 0;  // positions that the model was made for

  // For caches that are made from now on.
  void keep_cache_in(CacheNumbers numbers) { cache_numbers_ = numbers; }

  // Training passes from now on keep each block's input alone and compute the block again in
  // backward. The decoder must outlive the gradients.
  void use_checkpointing() { checkpointing_ = true; }

 protected:
  CacheNumbers cache_numbers() const { return cache_numbers_; }

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
