// How much worse than the baseline each metric may get before the gate fails.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace slava {

struct Allowance {
  enum class Kind { kAbsolute, kPercent, kNotGated };
  Kind kind = Kind::kNotGated;
  double amount = 0;

  // The change for the worse that is allowed where the baseline has `before`.
  double of(double before) const;
};

class Tolerances {
 public:
  // Text metrics may lose 15% of their value, and meteor_exact_stem, which falls steeply when a
  // text comes in pieces, 25%: other words for the same findings are no regression. Labels may lose
  // 0.02, and 0.02 labels a study may be read differently: a flipped negation is one. Single
  // labels, details of sides, sections and scores of sentences are not gated.
  static Tolerances defaults();

  // {"metrics/bleu_4": "5%", "labels/abnormal/": 0.01, "metrics/": null}: a name, or a beginning of
  // names that ends in "/"; a number is absolute, text with % is a part of the baseline's value,
  // null gates nothing. Entries go before the defaults, longer names before shorter ones. kInput
  // for malformed JSON, negative amounts and names that no metric has.
  static Result<Tolerances> with_overrides(std::string_view json_text, const std::string& where);

  Allowance of(const std::string& metric) const;

 private:
  // Overrides and defaults; the longest fitting name of the first list that has any counts.
  using Entries = std::vector<std::pair<std::string, Allowance>>;
  Entries overrides_;
  Entries defaults_;
};

}  // namespace slava
