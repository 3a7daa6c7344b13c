#include "assistant/sign_constraints.h"

#include <algorithm>
#include <string>

#include "recognition/signed_text.h"

namespace slava {

TextConstraints constraints_of(const std::vector<Sign>& signs, const Tokenizer& tokenizer) {
  TextConstraints constraints;
  for (const std::string& symbol : observation_symbols()) {
    const auto id = tokenizer.token_id(symbol);
    if (!id) continue;
    const bool is_told = std::ranges::any_of(
        signs, [&](const Sign& sign) { return sign_tokens({{sign.observation}}) == symbol; });
    (is_told ? constraints.owed : constraints.forbidden).push_back(*id);
  }
  if (const auto impression = tokenizer.token_id(std::string(kImpressionMark))) {
    constraints.held_back = {*impression};
  }
  return constraints;
}

}  // namespace slava
