#include "decoder/fixed_step.h"

#include "base/check.h"

namespace slava {

FixedStep::FixedStep(const Decoder& decoder, int64_t sequences, int64_t capacity)
    : decoder_(decoder),
      caches_(allocate_fixed_caches(decoder.cache_shape(), sequences, capacity)) {
  SLAVA_CHECK(capacity <= decoder.max_tokens());
  tokens_ = at::zeros({sequences, 1}, caches_.lengths.options());
  logits_ =
      at::zeros({sequences, decoder.vocabulary()}, caches_.lengths.options().dtype(at::kFloat));
  if (tokens_.is_cuda() && cuda_part().make_step_graph != nullptr) {
    graph_ = cuda_part().make_step_graph();
  }
}

void FixedStep::compute() {
  std::vector<KeyValueCache> places;
  KeyValueCaches rows;
  for (int64_t b = 0; b < tokens_.size(0); ++b) places.push_back(caches_.place(b));
  for (KeyValueCache& place : places) {
    place.fixed = &caches_;
    rows.push_back(&place);
  }
  const Tensor hidden = decoder_.forward(decoder_.embed(tokens_), rows, Pass::kInference);
  logits_.copy_(decoder_.logits(hidden.select(1, 0)));
}

Tensor FixedStep::run(const std::vector<int64_t>& tokens, const std::vector<int64_t>& lengths) {
  SLAVA_CHECK_EQ(static_cast<int64_t>(tokens.size()), tokens_.size(0));
  SLAVA_CHECK_EQ(tokens.size(), lengths.size());
  tokens_.copy_(at::tensor(tokens, at::kLong).view({-1, 1}));
  caches_.lengths.copy_(at::tensor(lengths, at::kLong));
  if (graph_ == nullptr) {
    compute();
  } else {
    if (!recorded_) graph_->record([&] { compute(); });
    recorded_ = true;
    graph_->replay();
  }
  return logits_.cpu();
}

}  // namespace slava
