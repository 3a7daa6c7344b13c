// Drafts of validation items while a decoder learns: the next token's loss says little about
// whether a report tells what the films show.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "assistant/checkpoint_config.h"
#include "assistant/model.h"
#include "tokenizer/tokenizer.h"
#include "train/dataset.h"

namespace slava {

// Up to `count` items that have a report, evenly spread over `data`.
std::vector<size_t> items_to_draft(const Dataset& data, int count);

// Drafts these items greedily and compares the labels of the drafts with those of the reports, see
// macro_f1. The decoder's own words count, not yet held to the signs (recognition/faithful_text.h):
// it is the decoder that is judged. `features_of` gives the vision features [V, N, E] of films of
// `data`.
std::optional<double> drafted_label_f1(
    const Model& model, const CheckpointConfig& config, const Tokenizer& tokenizer,
    const Dataset& data, const std::vector<size_t>& items,
    const std::function<Tensor(const std::vector<size_t>& films)>& features_of);

}  // namespace slava
