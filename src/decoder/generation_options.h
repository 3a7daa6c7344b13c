// How the next token is chosen. No libtorch here: every folder that writes reports repeats these.
#pragma once

#include <cstdint>

namespace slava {

struct GenerationOptions {
  int max_new_tokens = 256;
  int no_repeat_ngram = 0;   // n-grams of this many tokens never come twice; 0: off
  double temperature = 0.0;  // 0: greedy
  double top_p = 1.0;        // smallest set of tokens with this probability; with temperature > 0
  uint64_t seed = 0;         // with temperature > 0
};

}  // namespace slava
