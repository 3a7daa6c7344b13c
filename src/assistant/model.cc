#include "assistant/model.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace slava {

at::ScalarType vision_dtype(const CheckpointConfig& config, at::ScalarType dtype) {
  return config.recognition ? at::kFloat : dtype;
}

Result<Model> build_model(const CheckpointConfig& config, ParameterBinder& binder) {
  Model model;
  const at::ScalarType dtype = binder.dtype();
  binder.use_dtype(vision_dtype(config, dtype));
  // What an encoder loses in 4 bit is much, what it would save is little.
  const LinearNumbers linears = binder.linears();
  if (linears == LinearNumbers::kInt4) binder.compute_linears_in(LinearNumbers::kInt8);
  SLAVA_TRY(model.vision, make_vision_encoder(config.vision, binder, config.vision_scope));
  binder.use_dtype(dtype);
  binder.compute_linears_in(linears);
  SLAVA_TRY(model.decoder, make_decoder(config.text, binder, config.decoder_scopes));
  SLAVA_TRY(model.projector, make_projector(config.projector, model.vision->width(),
                                            model.decoder->width(), binder));
  if (config.recognition) {
    // A few numbers that decide much.
    binder.compute_linears_in(LinearNumbers::kAsAll);
    binder.observe_inputs(false);
    model.recognition = build_recognition_head(*config.recognition, model.vision->width(), binder);
  }
  return model;
}

RecognitionHead build_recognition_head(const RecognitionConfig& config, int64_t width,
                                       ParameterBinder& binder) {
  return {binder, kRecognitionScope, width,
          static_cast<int64_t>(config.labels.size() + config.observations.size()),
          static_cast<int64_t>(config.sides.size())};
}

RecognitionScores recognise(const RecognitionHead& head, const RecognitionConfig& config,
                            const Tensor& features, const std::vector<View>& views) {
  SLAVA_CHECK_EQ(features.size(0), static_cast<int64_t>(views.size()));
  const Tensor pooled = RecognitionHead::pooled(features);  // [V, 2E]
  std::vector<Tensor> rows;
  for (size_t i = 0; i < views.size(); ++i) {
    const StandardisedLinear& view = views[i] == View::kLateral ? head.lateral : head.frontal;
    rows.push_back(view(pooled[static_cast<int64_t>(i)]));
  }
  const auto numbers = [](const Tensor& row) {
    const Tensor flat = row.to(at::kCPU, at::kFloat).contiguous();
    return std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  };
  const auto all = numbers(at::stack(rows).mean(0));  // [K]
  RecognitionScores scores;
  const auto labels = static_cast<std::ptrdiff_t>(config.labels.size());
  scores.labels.assign(all.begin(), all.begin() + labels);
  scores.observations.assign(all.begin() + labels, all.end());
  const auto frontal = std::ranges::find(views, View::kFrontal);
  if (frontal != views.end()) {
    const Tensor film = features.narrow(0, frontal - views.begin(), 1);
    const Tensor halves = RecognitionHead::pooled_halves(film);  // [1, 2, 2E]
    const Tensor shown = head.half(halves)[0];                   // [2, S]
    scores.left = numbers(shown[0]);
    scores.right = numbers(shown[1]);
    scores.left_against_right = numbers(head.left_against_right(halves)[0]);
  }
  return scores;
}

Tensor embed_prompt(const Decoder& decoder, const std::vector<PromptPart>& parts,
                    const Tensor& image_tokens) {
  SLAVA_CHECK_EQ(image_tokens.dim(), 3);
  std::vector<Tensor> pieces;
  for (const PromptPart& part : parts) {
    if (part.film >= 0) {
      pieces.push_back(image_tokens.select(0, part.film));
    } else {
      const Tensor ids = at::tensor(part.ids, at::kLong).to(image_tokens.device());
      pieces.push_back(decoder.embed(ids));
    }
  }
  return at::cat(pieces, 0);
}

Tensor to_tensor(const std::vector<const ModelPixels*>& films) {
  SLAVA_CHECK(!films.empty());
  const int64_t side = films.front()->size;
  Tensor pixels = at::empty({static_cast<int64_t>(films.size()), 3, side, side}, at::kFloat);
  for (size_t i = 0; i < films.size(); ++i) {
    SLAVA_CHECK_EQ(static_cast<int64_t>(films[i]->values.size()), 3 * side * side);
    std::memcpy(pixels[static_cast<int64_t>(i)].data_ptr<float>(), films[i]->values.data(),
                films[i]->values.size() * sizeof(float));
  }
  return pixels;
}

}  // namespace slava
