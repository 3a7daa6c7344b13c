// Reports with the signs of each sentence in front of it, as a decoder learns to write them, and
// without them, as people read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recognition/sign.h"

namespace slava {

// What a training target affirms, and the target with its signs in it.
struct SignedText {
  std::vector<Sign> signs;  // of the whole text, in report order
  std::string text;  // "FINDINGS: <cardiomegaly> The heart is large. The lungs are clear. ..."
};

// One sentence with its signs. A sentence that says that the film cannot be assessed has
// kNotAssessable; one that affirms nothing has none.
std::vector<Sign> signs_of_sentence(const std::string& sentence, ReportSection section);
std::string with_signs(const std::vector<Sign>& signs, const std::string& sentence);

// Of the two sections, either of which may be empty; both empty gives an empty text.
SignedText signed_text(const std::string& findings, const std::string& impression);

// What stands in front of the sections of an answer that holds both.
inline constexpr std::string_view kFindingsMark = "FINDINGS:";
inline constexpr std::string_view kImpressionMark = "IMPRESSION:";

// "FINDINGS: ... IMPRESSION: ..." of sentences that are written already.
std::string report_text(const std::vector<std::string>& findings,
                        const std::vector<std::string>& impression);

// `text` without any of sign_symbols() and the white space that they leave behind.
std::string without_signs(const std::string& text);

}  // namespace slava
