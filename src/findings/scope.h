// Whether an observation of a clause is there: the cues that reach it, by the words between.
// Never here: cues of other clauses; a statement is made inside one clause.
#pragma once

#include <vector>

#include "findings/sentence.h"

namespace slava::findings {

struct Verdict {
  bool negated = false;
  bool uncertain = false;
  bool history = false;  // told of the past: no finding
};

Verdict judge(const Clause& clause, const Mark& observation, const std::vector<Word>& words);

}  // namespace slava::findings
