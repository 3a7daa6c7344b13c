// An evaluation as one self-contained page: table, bars by label, lengths, the worst studies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evaluate/evaluation.h"

namespace slava {

inline constexpr size_t kWorstStudies = 20;

// No script, no file beside it. Its texts are the studies' own: treat it as one of their files.
std::string evaluation_html(const Evaluation& evaluation);

// Indices of the pairs with most label differences, and among equals with the least ROUGE-L.
std::vector<size_t> worst_studies(const Evaluation& evaluation, size_t count);

// `text` escaped, sentences that `other` does not have (by the plain protocol) in <mark>.
std::string marked_sentences(std::string_view text, std::string_view other);

}  // namespace slava
