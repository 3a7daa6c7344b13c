#include "assistant/model.h"

#include <cstring>

#include "base/check.h"

namespace slava {

Result<Model> build_model(const CheckpointConfig& config, ParameterBinder& binder) {
  Model model;
  SLAVA_TRY(model.vision, make_vision_encoder(config.vision, binder, config.vision_scope));
  SLAVA_TRY(model.decoder, make_decoder(config.text, binder, config.decoder_scopes));
  SLAVA_TRY(model.projector, make_projector(config.projector, model.vision->width(),
                                            model.decoder->width(), binder));
  return model;
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
