// Holds a drafted report to what was recognised. A small decoder that is told a rare sign may write
// another one, leave its side away, or stumble; what the rules of src/findings read in a sentence
// decides whether the sentence stays.
#pragma once

#include <string>
#include <vector>

#include "recognition/sign.h"

namespace slava {

struct FaithfulText {
  std::string findings;
  std::string impression;
  int reworded = 0;  // sentences in the standard wording (src/wording) in place of the decoder's
  int left_out =
      0;  // sentences that said what was not recognised, denied what was, or said nothing
};

// The sections as the decoder wrote them, with its signs in front of the sentences. Afterwards
//   - a sentence that affirms something affirms recognised signs alone, side and certainty
//   included;
//   - no sentence denies a recognised sign or its label;
//   - none draws a conclusion that the rules cannot read, or asks for something to be done;
//   - the findings tell every recognised sign, in the standard wording where the decoder's failed;
//   - an impression that lost everything tells the signs, or that there is nothing acute.
// A report on a film that cannot be assessed says that alone.
FaithfulText faithful_text(const std::string& findings, const std::string& impression,
                           const std::vector<Sign>& recognised);

}  // namespace slava
