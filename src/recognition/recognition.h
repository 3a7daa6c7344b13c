// A recognition head's scores come in, the signs that a report is to tell go out. The thresholds
// are part of the checkpoint (config.json `recognition`); how the scores are computed is in
// src/vision/recognition_head.h.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "recognition/sign.h"

namespace slava {

// One output of the head. Scores are log-odds; present above the threshold.
struct RecognitionTarget {
  std::string name;
  // None: too rare among the studies that thresholds were set on; never decided.
  std::optional<double> threshold;
};

struct RecognitionConfig {
  std::vector<RecognitionTarget> labels;        // CheXpert's, in their order: all 14
  std::vector<RecognitionTarget> observations;  // names of observation_names(), kNotAssessable
  std::vector<RecognitionTarget> sides;         // observations whose side the head tells
  // Log-odds of one side against the other from which on it is told.
  double side_margin = 0;
  // What is less than this above its threshold is told as possible.
  double certain_margin = 0;
  // At most so many signs are told: first those of labels, then what is most above its threshold.
  size_t most_signs = 6;
};

struct RecognitionScores {
  std::vector<float> labels;        // of each of config.labels
  std::vector<float> observations;  // of each of config.observations
  // Of each of config.sides in the patient's halves; empty without a frontal film.
  std::vector<float> left, right;
  // Log-odds of the left against the right, of each of config.sides and, last, of anything else.
  std::vector<float> left_against_right;
};

// config.json `recognition`. The message lacks the file's name.
Result<RecognitionConfig> parse_recognition_config(const nlohmann::json& recognition);
nlohmann::ordered_json to_json(const RecognitionConfig& config);

// The side on which the head finds `observation` likelier, whatever the margin; kNone where it saw
// no frontal film.
FindingSide likelier_side(const RecognitionConfig& config, const RecognitionScores& scores,
                          const std::string& observation);

// In report order. A film that cannot be assessed shows nothing else. Where No Finding is above its
// threshold only devices are told. Otherwise there are: of each label above its threshold the
// observation that is most above (or least below) its own; the observations of no label that are
// above theirs; and if that is nothing, the one of them that is nearest, as possible.
std::vector<Sign> recognised_signs(const RecognitionConfig& config,
                                   const RecognitionScores& scores);

}  // namespace slava
