// Samples come in; those whose texts say exactly their facts, and say it once, go out, with what
// was measured on the way. Never here: a sample that is mended.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "radex/sample.h"
#include "radex/step_log.h"

namespace slava::radex {

inline constexpr int kQualityVersion = 1;

struct QualityOptions {
  // Words of an answer.
  size_t least_words = 1;
  size_t most_words = 250;
  // Two answers of one task about one film with so many common pairs of words are one.
  double near_duplicate = 0.9;
};

// How often texts said their facts, before anything was left out.
struct RoundTrip {
  size_t agreed = 0;
  size_t samples = 0;
};

struct QualityFigures {
  std::map<std::string, RoundTrip> round_trip;  // by task; "" for all
  // Of the samples that stay: words of answers by stage, in buckets of kBucketWords.
  static constexpr size_t kBucketWords = 10;
  static constexpr size_t kBuckets = 16;
  std::map<Stage, std::array<size_t, kBuckets>> lengths;
  // By label and state (present, absent, uncertain), by side, and by task.
  std::map<std::string, std::array<size_t, 3>> labels;
  std::map<std::string, size_t> sides;
  std::map<std::string, size_t> tasks;
};

// The answer, and the findings that the question hands over, assert their facts and no others.
bool says_its_facts(const Sample& sample);

// Words of a text: runs of letters, digits, hyphens and apostrophes.
std::vector<std::string> words_of(std::string_view text);

// Common pairs of neighbouring words over all pairs, 0 to 1; texts of one word are compared whole.
double likeness(std::string_view a, std::string_view b);

// `film_of` gives the SHA-256 of a case's film.
std::vector<Sample> keep_good(std::vector<Sample> samples,
                              const std::map<std::string, std::string>& film_of,
                              const QualityOptions& options, StepLog& log, QualityFigures& figures);

}  // namespace slava::radex
