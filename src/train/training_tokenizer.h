// The tokenizer of a training run: the checkpoint's own, or one made of the answers.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "assistant/checkpoint_config.h"
#include "tokenizer/tokenizer.h"
#include "train/dataset.h"
#include "train/train.h"

namespace slava {

struct TrainingTokenizer {
  std::filesystem::path folder;  // that its files lie in
  std::unique_ptr<Tokenizer> tokenizer;
};

// That of --init where it has one, else that of the run folder, which is trained on the answers of
// `data` when it is not there yet.
Result<TrainingTokenizer> find_or_train_tokenizer(const TrainOptions& options,
                                                  const CheckpointConfig& config,
                                                  const Dataset& data);

// Copies its files, of whatever kind, into `folder`.
Status copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& folder);

}  // namespace slava
