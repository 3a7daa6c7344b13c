// A lookup table of a DICOM film: descriptor and data (PS3.3 C.11.1.1.1, C.7.6.3.1.5) into entries.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dicom/data_set.h"

namespace slava {

struct LookupTable {
  int32_t first = 0;              // the value that the first entry is for
  int bits = 8;                   // of an entry
  std::vector<uint16_t> entries;  // never empty

  // Values below and above the table have its first and last entry.
  uint16_t at(double value) const;
};

// From the elements of a table's item. `first_is_signed` tells how the ambiguous second value of
// the descriptor is meant. kInput, without the file's name, when descriptor and data contradict.
Result<LookupTable> read_lookup_table(DcmItem& item, const DcmTagKey& descriptor,
                                      const DcmTagKey& data, bool first_is_signed);

// The first table of a sequence such as the VOI LUT Sequence; nullopt where there is none.
Result<std::optional<LookupTable>> read_table_sequence(DcmItem& data, const DcmTagKey& sequence,
                                                       bool first_is_signed);

}  // namespace slava
