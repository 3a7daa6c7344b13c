// Vision encoder, projector and decoder joined: the tensors' way from pixels to the prompt's
// embeddings. Used by drafting and by training.
// Shapes: V films, S image side, N patches, E vision width, M image tokens, T tokens, D model
// width.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "assistant/checkpoint_config.h"
#include "decoder/decoder.h"
#include "projector/projector.h"
#include "vision/recognition_head.h"
#include "vision/vision_encoder.h"

namespace slava {

struct Model {
  std::unique_ptr<VisionEncoder> vision;
  std::unique_ptr<Projector> projector;
  std::unique_ptr<Decoder> decoder;
  std::optional<RecognitionHead> recognition;  // where the checkpoint has one
};

// Where the recognition head's tensors are.
inline constexpr const char* kRecognitionScope = "recognition";

// The head that `config` describes, on features of `width`.
RecognitionHead build_recognition_head(const RecognitionConfig& config, int64_t width,
                                       ParameterBinder& binder);

// The number type of the vision encoder beside a decoder in `dtype`. What a recognition head tells
// hangs on thresholds, so its features are not rounded to 16 bit.
at::ScalarType vision_dtype(const CheckpointConfig& config, at::ScalarType dtype);

// Builds the parts that `config` names out of the binder's tensors. What is missing or misshapen
// stays with the binder; see ParameterBinder::finish.
Result<Model> build_model(const CheckpointConfig& config, ParameterBinder& binder);

// Embeddings [T, D] of one prompt: text parts through the decoder's table, film parts out of
// image_tokens [V, M, D].
Tensor embed_prompt(const Decoder& decoder, const std::vector<PromptPart>& parts,
                    const Tensor& image_tokens);

// What the head sees on a study's films: features [V, N, E] of `views`. Scores of several films are
// averaged; sides are told by the first frontal one.
RecognitionScores recognise(const RecognitionHead& head, const RecognitionConfig& config,
                            const Tensor& features, const std::vector<View>& views);

// Pixels of films as one tensor [V, 3, S, S], float32, on the CPU.
Tensor to_tensor(const std::vector<const ModelPixels*>& films);

}  // namespace slava
