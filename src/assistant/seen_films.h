// Films through vision encoder, projector and recognition head: what every question about them
// starts from. Shapes: V films, M image tokens, D model width.
#pragma once

#include <vector>

#include "assistant/assistant.h"
#include "assistant/loaded_checkpoint.h"
#include "decoder/generate.h"
#include "recognition/sign.h"

namespace slava {

struct SeenFilms {
  std::vector<View> views;
  Tensor image_tokens;       // [V, M, D]; V is 0 without films
  RecognitionScores scores;  // where the checkpoint recognises
  std::vector<Sign> signs;   // what it tells of them
  double seconds = 0;        // its share, where studies were looked at together
};

SeenFilms look_at(const LoadedCheckpoint& checkpoint, const std::vector<const FilmPixels*>& films);

// The films of a study that the checkpoint reads, of each view the first. kInput when it reads
// none, unless the findings are given.
Result<SeenFilms> look_at_study(const LoadedCheckpoint& checkpoint, const DraftRequest& request);

// The same for several studies, whose films go through the encoder together.
std::vector<Result<SeenFilms>> look_at_studies(const LoadedCheckpoint& checkpoint,
                                               const std::vector<DraftRequest>& requests);

// `text`, which has an <image> for each of the films, as the decoder continues it; `answer`: what
// its answer begins with. kInput when the marks are not as many as the films, or the prompt is too
// long.
Result<Prompt> prompt_about(const LoadedCheckpoint& checkpoint, const SeenFilms& seen,
                            const std::string& text, TextConstraints constraints,
                            const GenerationOptions& options, const std::string& answer = "");

// What a report on the films owes to what was recognised; answers to other questions than that for
// a report are free.
TextConstraints constraints_on(const LoadedCheckpoint& checkpoint, const std::string& question,
                               const std::vector<Sign>& signs);

}  // namespace slava
