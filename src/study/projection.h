// The words and codes for a film's projection into frontal or lateral. Never guesses from file
// names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/header.h"
#include "study/study.h"

namespace slava {

struct Projection {
  View view = View::kFrontal;
  std::string name;  // "PA", "AP", "LL", "RL", or empty where only the view is known
};

// ViewPosition, or a manifest's `view`: PA, AP, LL, RL, LATERAL, LAT, FRONTAL and the like, any
// case. Obliques and words not known are nullopt.
std::optional<Projection> projection_from_word(std::string_view word);

// ViewCodeSequence by CID 4010 (PS3.16), in SNOMED CT or the older SNOMED RT codes.
std::optional<Projection> projection_from_codes(const std::vector<CodedValue>& codes);

// The code first, then ViewPosition; sets `source` to the one that decided.
std::optional<Projection> projection_from_tags(const DicomHeader& header, ViewSource& source);

}  // namespace slava
