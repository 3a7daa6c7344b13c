// What a score is worth: texts that no film was needed for, to be scored beside the predictions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slava {

// The normal report that equals published models on IU X-ray by BLEU and ROUGE.
std::string constant_normal_report();

// The text among `training` that as a constant report for all of them has the greatest sum of
// corpus BLEU-4 and ROUGE-L (coco-caption). At most 400 texts are tried against at most 400 others,
// drawn by `seed`. Texts as clean_for() left them; the index of the best is returned. There must be
// one at least.
size_t best_constant(const std::vector<std::string>& training, uint64_t seed);

// For each of `count` studies another one, whose prediction it gets: an order by `seed` in which no
// study keeps its own. A single study has no other and keeps it.
std::vector<size_t> shuffled_studies(size_t count, uint64_t seed);

}  // namespace slava
