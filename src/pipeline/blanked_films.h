// What a model says of studies whose films are blanked: the control that shows how much of its
// reports needs no film. Never here: scores, and reports that a physician would see.
#pragma once

#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"
#include "study/find_studies.h"

namespace slava {

struct BlankedDraft {
  std::string findings;
  std::string impression;
};

// One line for tables: which checkpoint reads, and how the films are blanked.
std::string blanked_films_about(const AssistantInfo& info);

// The drafts for the studies `ids` of `list`, in the order of the ids, by the checkpoint's own
// generation settings. Every film is read from its file, its pixels are set to one mid-grey, and
// the model gets it whatever a check of the input would say. Inputs that look the same to the model
// are drafted once. kInput for an id whose study the list does not have or cannot read: the control
// is of all the studies or of none.
Result<std::vector<BlankedDraft>> draft_blanked_films(Assistant& assistant, const StudyList& list,
                                                      const std::vector<std::string>& ids);

}  // namespace slava
