#include "radex/tasks.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/strings.h"
#include "wording/wording.h"

namespace slava::radex {

using namespace wording;
namespace {

constexpr size_t kLongestImpression = 4;

uint64_t number_of(const std::string& text) {
  return std::stoull(sha256_hex(text).substr(0, 16), nullptr, 16);
}

const Fact& nothing_acute() {
  static const Fact fact = [] {
    Fact made;
    for (const ObservationName& name : observation_names()) {
      if (name.name == "acute_abnormality") made.observation = name.name;
    }
    made.negated = true;
    return made;
  }();
  return fact;
}

}  // namespace

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::kRecognition:
      return "recognition";
    case Stage::kReasoning:
      return "reasoning";
    case Stage::kReporting:
      return "reporting";
  }
  return "";
}

TaskWriter::TaskWriter(const CaseFacts& facts, const TaskOptions& options)
    : about_(facts), options_(options), draw_(mix_seed(options.seed, number_of(facts.case_id))) {
  for (const Fact& fact : facts.facts) {
    if (fact.is_present() && kind_of(fact.observation) != ObservationKind::kInterpretation) {
      signs_.push_back(fact);
    }
  }
}

bool TaskWriter::is_abnormal() const {
  return std::any_of(about_.facts.begin(), about_.facts.end(), [](const Fact& fact) {
    return !fact.negated && kind_of(fact.observation) != ObservationKind::kDevice;
  });
}

std::vector<Fact> TaskWriter::some(std::vector<Fact> facts, size_t count) {
  std::vector<size_t> order(facts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  draw_.shuffle(order);
  order.resize(std::min(count, order.size()));
  std::sort(order.begin(), order.end());
  std::vector<Fact> chosen;
  for (const size_t i : order) chosen.push_back(facts[i]);
  return chosen;
}

void TaskWriter::add(Stage stage, std::string_view task, std::string question, std::string answer,
                     std::vector<Fact> expected) {
  Sample sample;
  sample.case_id = about_.case_id;
  sample.image = about_.image;
  sample.view = about_.view;
  sample.stage = stage;
  sample.task = task;
  sample.question = std::move(question);
  sample.answer = std::move(answer);
  sample.expected = std::move(expected);
  sample.licence = about_.licence;
  sample.source = about_.source;
  samples.push_back(std::move(sample));
}

void TaskWriter::give(const std::string& text, const std::vector<Fact>& facts) {
  samples.back().given = text;
  samples.back().given_facts = facts;
}

std::vector<Fact> TaskWriter::impression() const {
  std::vector<Fact> chosen;
  for (const Fact& fact : about_.facts) {
    if (fact.section == ReportSection::kImpression) chosen.push_back(fact);
  }
  if (chosen.empty()) {
    const auto take = [&](auto wanted) {
      for (const Fact& fact : about_.facts) {
        if (chosen.size() < kLongestImpression && wanted(fact)) chosen.push_back(fact);
      }
    };
    const auto is = [](const Fact& fact, ObservationKind kind) {
      return !fact.negated && kind_of(fact.observation) == kind;
    };
    take([&](const Fact& fact) { return is(fact, ObservationKind::kInterpretation); });
    take([&](const Fact& fact) { return is(fact, ObservationKind::kSign); });
  }
  const bool clear = std::any_of(about_.facts.begin(), about_.facts.end(), [](const Fact& fact) {
    return fact.denies_all() &&
           (fact.observation == "lung_opacity" || fact.observation == nothing_acute().observation);
  });
  if (chosen.empty() && clear && about_.complete && !is_abnormal()) {
    chosen.push_back(nothing_acute());
  }
  return chosen;
}

std::vector<Sample> make_tasks(const CaseFacts& facts, const TaskOptions& options) {
  TaskWriter writer(facts, options);
  add_recognition(writer);
  add_reasoning(writer);
  add_reporting(writer);
  std::map<std::string, size_t> counts;
  for (Sample& sample : writer.samples) {
    sample.id = cat(sample.case_id, '.', sample.task, '.', ++counts[sample.task]);
  }
  return std::move(writer.samples);
}

}  // namespace slava::radex
