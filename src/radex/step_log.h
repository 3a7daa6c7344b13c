// What each step did: how much came in and went out, what was taken away and what was refused, by
// kind. Never here: the text of a case, or an identifier.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slava::radex {

struct Step {
  std::string name;
  int version = 1;
  std::string unit;  // "cases", "samples"
  size_t in = 0;
  size_t out = 0;
  // Parts taken away from what stayed, by kind: sentences, identifiers.
  std::map<std::string, size_t> removed;
  std::map<std::string, size_t> refused;
};

struct Refusal {
  std::string step;
  std::string subject;  // id of the case or sample
  std::string kind;
};

class StepLog {
 public:
  // The step of that name, made when it is new; the log keeps their order.
  Step& step(std::string_view name, int version, std::string_view unit);
  void refuse(Step& step, const std::string& subject, const std::string& kind);

  const std::deque<Step>& steps() const { return steps_; }
  const std::vector<Refusal>& refusals() const { return refusals_; }

 private:
  std::deque<Step> steps_;  // references to steps stay good
  std::vector<Refusal> refusals_;
};

}  // namespace slava::radex
