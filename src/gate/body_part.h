// Words and codes for a part of the body into "chest or not". Never guesses at a word not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dicom/header.h"

namespace slava {

struct BodyPart {
  enum class Kind {
    kUnstated,  // nothing is stated
    kUnknown,   // a word or code that the tables do not have
    kChest,
    kOther,
  };
  Kind kind = Kind::kUnstated;
  std::string_view name;  // of kOther: from our table, never the file's text
};

// BodyPartExamined (PS3.16 Annex L, and words of the field such as RIBCAGE or "LEFT KNEE").
BodyPart body_part_of_word(std::string_view word);
// AnatomicRegionSequence, SNOMED CT or the older SNOMED RT codes; the first item that is known.
BodyPart body_part_of_codes(const std::vector<CodedValue>& codes);

}  // namespace slava
