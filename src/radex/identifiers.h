// Text comes in; the places of what has the form of an identifier (dates, numbers, addresses, ...)
// and of what may stay in spite of digits or capitals goes out. Never here: names without a form,
// which only the lexicon can tell.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slava::radex {

// Bytes [begin, end).
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

struct Identifier {
  Span span;
  // "email", "phone", ...; lives as long as the program.
  std::string_view kind;
  // The rest of the sentence may stay; otherwise the whole sentence goes.
  bool cut = false;
};

// By begin, the longer first; they may overlap.
std::vector<Identifier> find_identifiers(std::string_view text);

// Numbers of measurements, durations and the like, and terms with capitals ("COVID-19", "Swan
// Ganz"): what data/allowed_numbers.txt and data/proper.txt list.
std::vector<Span> find_harmless(std::string_view text);

// For ids and file names, which are no sentences: the kind of an identifier with a form of its own
// or "name" for a capitalised word of no list, or "". Names in lower case are not seen.
std::string_view identifier_in_name(std::string_view name);

}  // namespace slava::radex
