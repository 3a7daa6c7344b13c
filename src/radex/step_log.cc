#include "radex/step_log.h"

namespace slava::radex {

Step& StepLog::step(std::string_view name, int version, std::string_view unit) {
  for (Step& step : steps_) {
    if (step.name == name) return step;
  }
  Step made;
  made.name = name;
  made.version = version;
  made.unit = unit;
  return steps_.emplace_back(std::move(made));
}

void StepLog::refuse(Step& step, const std::string& subject, const std::string& kind) {
  ++step.refused[kind];
  refusals_.push_back({step.name, subject, kind});
}

}  // namespace slava::radex
