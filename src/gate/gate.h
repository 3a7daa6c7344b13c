// Looks at a film before a model does: tags first, then pixels. In goes a film, out come findings,
// each with a reason and the action configured for it. Never here: reports, text that a file brings
// (its words may name a patient).
#pragma once

#include <string>
#include <vector>

#include "dicom/header.h"
#include "gate/gate_options.h"
#include "image/image.h"
#include "study/study.h"

namespace slava {

struct GateFinding {
  GateReason reason = GateReason::kModality;
  GateAction action = GateAction::kRefuse;  // kRefuse or kWarn
  std::string text;                         // "the Modality is CT; expected CR or DX"
};

// What the tags of a film say against it. An absent tag says nothing, so a picture that is no DICOM
// film has no findings here.
std::vector<GateFinding> check_tags(const DicomHeader& tags, const GateOptions& options);

// What the pixels say against a film that was declared as `view`.
std::vector<GateFinding> check_pixels(const Image& image, View view, const GateOptions& options);

bool refuses(const std::vector<GateFinding>& findings);

}  // namespace slava
