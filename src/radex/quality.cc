#include "radex/quality.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/strings.h"

namespace slava::radex {
namespace {

std::set<std::string> pairs_of(std::string_view text) {
  const std::vector<std::string> words = words_of(text);
  std::set<std::string> pairs;
  if (words.size() == 1) pairs.insert(words[0]);
  for (size_t i = 1; i < words.size(); ++i) pairs.insert(cat(words[i - 1], ' ', words[i]));
  return pairs;
}

bool asserts(std::string_view text, const std::vector<Fact>& facts) {
  const FactSet told = facts_of_text(text);
  return told.contradictions == 0 && same_facts(told.facts, said_once(facts));
}

void count(const Sample& sample, QualityFigures& figures) {
  ++figures.tasks[cat(name_of(sample.stage), ": ", sample.task)];
  const size_t bucket = std::min(words_of(sample.answer).size() / QualityFigures::kBucketWords,
                                 QualityFigures::kBuckets - 1);
  ++figures.lengths[sample.stage][bucket];
  for (const Fact& fact : sample.expected) {
    if (fact.label) {
      const size_t state = fact.negated ? 1 : fact.is_present() ? 0 : 2;
      ++figures.labels[std::string(name_of(*fact.label))][state];
    }
    if (!fact.negated && fact.side != FindingSide::kNone) {
      ++figures.sides[std::string(name_of(fact.side))];
    }
  }
}

}  // namespace

bool says_its_facts(const Sample& sample) {
  if (!sample.given.empty() && !asserts(sample.given, sample.given_facts)) return false;
  return asserts(sample.answer, sample.expected);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : cat(text, ' ')) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '\'') {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

double likeness(std::string_view a, std::string_view b) {
  const std::set<std::string> left = pairs_of(a);
  const std::set<std::string> right = pairs_of(b);
  if (left.empty() && right.empty()) return 1;
  std::vector<std::string> common;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(common));
  return static_cast<double>(common.size()) /
         static_cast<double>(left.size() + right.size() - common.size());
}

std::vector<Sample> keep_good(std::vector<Sample> samples,
                              const std::map<std::string, std::string>& film_of,
                              const QualityOptions& options, StepLog& log,
                              QualityFigures& figures) {
  Step& step = log.step("quality", kQualityVersion, "samples");
  step.in += samples.size();
  // Kept answers by film and task.
  std::map<std::string, std::vector<std::string>> told;
  std::vector<Sample> kept;
  for (Sample& sample : samples) {
    const bool agrees = says_its_facts(sample);
    for (const std::string& task : {std::string(), sample.task}) {
      ++figures.round_trip[task].samples;
      if (agrees) ++figures.round_trip[task].agreed;
    }
    const size_t words = words_of(sample.answer).size();
    const auto film = film_of.find(sample.case_id);
    auto& before = told[cat(film == film_of.end() ? sample.case_id : film->second, ' ',
                            name_of(sample.stage), ' ', sample.task)];
    const bool twice = std::any_of(before.begin(), before.end(), [&](const std::string& answer) {
      return likeness(answer, sample.answer) >= options.near_duplicate;
    });
    if (!agrees) {
      log.refuse(step, sample.id, "text_does_not_say_its_facts");
    } else if (words < options.least_words) {
      log.refuse(step, sample.id, "too_short");
    } else if (words > options.most_words) {
      log.refuse(step, sample.id, "too_long");
    } else if (twice) {
      log.refuse(step, sample.id, "near_duplicate");
    } else {
      before.push_back(sample.answer);
      count(sample, figures);
      kept.push_back(std::move(sample));
    }
  }
  step.out += kept.size();
  return kept;
}

}  // namespace slava::radex
