// The films of a question: found, put before the gate, and made into what the model sees.
#pragma once

#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "gate/gate_options.h"
#include "report/report.h"

namespace slava {

struct AskedFilms {
  std::vector<FilmPixels> pixels;
  std::vector<std::string> warnings;  // of the gate
};

// kRefused when the gate keeps a film from the model, else what is wrong with the file that is
// named.
Result<AskedFilms> load_asked_films(const std::vector<std::string>& paths, const GateOptions& gate,
                                    const PreprocessConfig& preprocess);

}  // namespace slava
