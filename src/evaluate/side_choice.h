// Does a model know left from right? The sentences of the references that tell a side come in, each
// with left and right exchanged; how often the model finds the one that was written likelier goes
// out. Chance is one half, whatever sides are common. Never here: the model.
#pragma once

#include <string>
#include <vector>

#include "evaluate/bootstrap.h"
#include "evaluate/join.h"

namespace slava {

struct SidedSentence {
  std::string study_id;
  std::string observation;  // the first that the sentence affirms with a side
  std::string as_written;
  std::string exchanged;
};

// Left for right and right for left, in words of any case: "Left-sided", "RIGHT", "bilateral"
// stays.
std::string exchange_sides(const std::string& text);

// The sentences of the references that affirm something on exactly one side and no side but that
// one, each once a study.
std::vector<SidedSentence> sided_sentences(const JoinedReports& joined);

// Of one sentence: log-likelihoods of its two forms.
struct SideScores {
  double as_written = 0;
  double exchanged = 0;
};

struct SideChoice {
  size_t sentences = 0;
  size_t right = 0;
  double share() const;
  Interval interval;  // 95%, Wilson's
};
SideChoice count_right_sides(const std::vector<SideScores>& scores);

}  // namespace slava
