// A checkpoint's model card: the run's own files in; README.md and training.json beside the weights
// out. Never here: a figure that the run did not measure.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "base/result.h"
#include "train/train.h"

namespace slava {

// training.json: what the run is (describe_run), its validations, the best of them, and under
// "previous" the same of the run that made `options.init`, if it did; README.md says it to people.
// `summary`: as far as the run has come.
Status write_model_card(const std::filesystem::path& folder, const TrainOptions& options,
                        const TrainSummary& summary,
                        const std::vector<nlohmann::json>& validations);

}  // namespace slava
