// The stages of Re3Training (arXiv:2409.13321) as named sets of defaults: what each trains, how it
// is asked, and the schedule.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "train/train.h"

namespace slava {

// "recognition", "reasoning", "reporting", in the order in which they are trained.
const std::vector<std::string>& stage_names();

// The defaults of a stage. Schedules and trained parts are those of SLaVA-CXR's published scripts:
// recognition as pretrain.sh (projector alone, template "plain", 1e-3, batch 8, one epoch),
// reasoning as finetune.sh (everything, 2e-5, batch 4, one epoch), reporting as finetune-cxr.sh
// (the same for three epochs); warm-up 0.03 and a cosine down to 0, no weight decay. Which script
// belongs to which stage is our reading: the scripts do not say it, and their data is not
// published. kUsage for another name.
Result<TrainOptions> stage_defaults(const std::string& stage);

}  // namespace slava
