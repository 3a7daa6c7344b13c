// How likely a model finds texts on the films of their studies: a measurement, never a report.
#pragma once

#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"
#include "study/find_studies.h"

namespace slava {

// Texts that are compared on one study's films.
struct TextsOfStudy {
  std::string study_id;
  std::vector<std::string> texts;
};

// Log-likelihoods of the texts as the beginning of the findings, in their order; whatever a check
// of the films would say. kInput as studies_by_id, and for films that cannot be read.
Result<std::vector<std::vector<double>>> score_texts_on_films(
    Assistant& assistant, const StudyList& list, const std::vector<TextsOfStudy>& texts);

}  // namespace slava
