#include "image/lookup_table.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace slava {
namespace {

// Entries of at most 8 bit may be packed, two in a word.
Result<std::vector<uint16_t>> read_entries(DcmItem& item, const DcmTagKey& tag, size_t count) {
  DcmElement* element = nullptr;
  std::vector<uint16_t> entries;
  Uint16* words = nullptr;
  Uint8* bytes = nullptr;
  size_t size = 0;
  if (item.findAndGetElement(tag, element).good() && element != nullptr) {
    size = element->getLength();
    if (size < 2 * count && size >= count) {
      if (element->getUint8Array(bytes).good() && bytes != nullptr) {
        entries.assign(bytes, bytes + count);
      } else if (element->getUint16Array(words).good() && words != nullptr) {
        for (size_t i = 0; i < count && i / 2 < size / 2; ++i) {
          entries.push_back(static_cast<uint16_t>(words[i / 2] >> (i % 2 * 8) & 0xff));
        }
      }
    } else if (size >= 2 * count) {
      if (element->getUint16Array(words).good() && words != nullptr) {
        entries.assign(words, words + count);
      } else if (element->getUint8Array(bytes).good() && bytes != nullptr) {
        for (size_t i = 0; i < count; ++i) {
          entries.push_back(static_cast<uint16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8));
        }
      }
    }
  }
  if (entries.size() == count) return entries;
  return fail(ErrorKind::kInput, cat("a lookup table holds ", size, " bytes; its descriptor says ",
                                     count, " entries"));
}

}  // namespace

uint16_t LookupTable::at(double value) const {
  const double index = std::floor(value + 0.5) - first;
  const double last = static_cast<double>(entries.size() - 1);
  return entries[static_cast<size_t>(std::clamp(index, 0.0, last))];
}

Result<LookupTable> read_lookup_table(DcmItem& item, const DcmTagKey& descriptor,
                                      const DcmTagKey& data, bool first_is_signed) {
  const std::vector<double> numbers = numbers_of(item, descriptor);
  if (numbers.size() != 3 || numbers[2] < 1 || numbers[2] > 16) {
    return fail(ErrorKind::kInput,
                "a lookup table's descriptor is damaged; expected entries, first value, bits");
  }
  LookupTable table;
  const auto count = static_cast<uint16_t>(static_cast<int32_t>(numbers[0]));
  table.first = static_cast<uint16_t>(static_cast<int32_t>(numbers[1]));
  if (first_is_signed) table.first = static_cast<int16_t>(table.first);
  table.bits = static_cast<int>(numbers[2]);
  SLAVA_TRY(table.entries, read_entries(item, data, count == 0 ? 65536 : count));
  return table;
}

Result<std::optional<LookupTable>> read_table_sequence(DcmItem& data, const DcmTagKey& sequence,
                                                       bool first_is_signed) {
  DcmItem* item = nullptr;
  if (data.findAndGetSequenceItem(sequence, item, 0).bad() || item == nullptr) {
    return std::optional<LookupTable>();
  }
  SLAVA_TRY(LookupTable table,
            read_lookup_table(*item, DCM_LUTDescriptor, DCM_LUTData, first_is_signed));
  return std::optional<LookupTable>(std::move(table));
}

}  // namespace slava
