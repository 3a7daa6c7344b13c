// Joined reports come in; the metrics of the predictions and of the controls go out, each with its
// interval. Never here: files, and how it is shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluate/bootstrap.h"
#include "evaluate/join.h"
#include "evaluate/protocol.h"
#include "evaluate/side_choice.h"

namespace slava {

inline constexpr const char* kLabelNotice =
    "Labels are read off the texts by this program's rules, on both sides. They are neither "
    "CheXbert's nor the Stanford labeller's: never put them beside published CheXbert F1.";
inline constexpr const char* kMeteorNotice =
    "meteor_exact_stem is METEOR's exact and stem part alone; it is not METEOR 1.5.";

struct EvaluationOptions {
  Protocol protocol = Protocol::kPlain;
  BootstrapOptions bootstrap;
  // Reports of a training split as they stand: for the best constant, and for R2Gen's <unk>.
  std::vector<std::string> training;
  // Predictions of another system, one for each pair; empty: there is none.
  std::vector<ReportText> other;
  // Drafts of the model for the same studies with blanked films, one for each pair; empty: none.
  std::vector<ReportText> blanked;
  std::string blanked_about;
};

struct Score {
  MetricValue metric;
  Interval interval;
};

// How much the texts of a system differ, which no mean over studies tells.
struct TextCounts {
  size_t different = 0;
  std::string most_frequent;
  size_t most_frequent_studies = 0;
  // Studies that have the very text of the predictions.
  size_t as_predicted = 0;
};

struct SystemScores {
  std::string name;   // "predictions", "constant_normal"
  std::string about;  // what it is, in one line
  std::vector<Score> scores;
  TextCounts texts;
  // The predictions' scores minus these, with paired intervals, in the order of `scores`; none for
  // the predictions themselves.
  std::vector<Score> differences{};

  // By the metric's full name, which must be one of metrics_of().
  const Score& at(const std::string& name) const;
  const Score& difference_at(const std::string& name) const;
};

// Whether an interval leaves no doubt that there is a difference.
bool excludes_zero(const Interval& interval);

struct Evaluation {
  JoinedReports joined;
  EvaluationOptions options;
  SystemScores predictions;
  std::vector<SystemScores> controls;
  std::optional<SystemScores> other;  // another system on the same studies
  // Where the model was asked: whether it finds the right side likelier.
  std::optional<SideChoice> side_choice;
  // By pair: what each study adds.
  std::vector<StudySums> studies;
};

Evaluation evaluate(JoinedReports joined, EvaluationOptions options);

}  // namespace slava
