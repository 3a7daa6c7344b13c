// The answers of a data set as a decoder learns to write them, and the films in a prompt's order.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assistant/checkpoint_config.h"
#include "recognition/signed_text.h"
#include "train/dataset.h"

namespace slava {

// Whether an answer is a report in sections; other answers belong to other questions.
bool is_report(const std::string& answer);

// Of each item. With a recognition head (`has_signs`) a report has signs in front of its sentences;
// another answer stays as it is, and the prompt tells the signs of its study.
std::vector<SignedText> answers_of(const Dataset& data, bool has_signs);

// Findings and impression of each report.
std::vector<std::pair<std::string, std::string>> sections_of(const Dataset& data);

// The films of an item that a checkpoint reads, of each view the first.
struct ViewedFilms {
  std::vector<View> views;
  std::vector<size_t> films;  // by place in the data set's films
};
ViewedFilms films_in_order(const CheckpointConfig& config, const DatasetItem& item);

}  // namespace slava
