// A fact comes in; a noun phrase or a sentence that says it, and nothing else, goes out.
// Never here: a side, a certainty or an extent other than the fact's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wording/draw.h"
#include "wording/fact.h"

namespace slava::wording {

enum class ObservationKind {
  kSign,            // seen on the film
  kDevice,          // seen, and no disease
  kInterpretation,  // an opinion on what is seen: not for recognition
};
ObservationKind kind_of(std::string_view observation);

// "pleural effusion".
std::string noun_of(std::string_view observation);
// "a pleural effusion": for questions.
std::string noun_with_article(std::string_view observation);

// "a small left pleural effusion", "consolidation in the right upper lobe".
std::string noun_phrase(const Fact& fact, Draw& draw);

// One sentence: "There is no pneumothorax."
std::string sentence_of(const Fact& fact, Draw& draw);

// Sentences for all facts in their order; plain negations that follow each other become one.
std::string text_of(const std::vector<Fact>& facts, Draw& draw);

}  // namespace slava::wording
