// The gate over a study's films: which of them may go to the model, and what is said of the others.
// Never here: the checks themselves.
#pragma once

#include <string>
#include <vector>

#include "gate/gate.h"
#include "report/report.h"
#include "study/study.h"

namespace slava {

// What the tags decide, before a pixel is read.
struct TagVerdict {
  std::vector<const Film*> passed;  // in the study's order; points into it
  // Of the films that did not pass. Films with the same fault share a note, which counts them.
  std::vector<GateNote> refusals;
};

// A reason that holds for the patient and not for a film (patient_age) keeps all films out.
TagVerdict judge_tags(const Study& study, const GateOptions& options);

// The findings with that action, as notes on `film`.
std::vector<GateNote> notes_on(const Film& film, const std::vector<GateFinding>& findings,
                               GateAction action);

// One line for the lists of results: "modality: ct.dcm: the Modality is CT; expected CR or DX".
std::string reason_of(const std::vector<GateNote>& refusals);

}  // namespace slava
