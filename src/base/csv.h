// Text of comma-separated values (RFC 4180) into rows of fields, each with its line for messages,
// and fields back into text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

struct CsvRow {
  size_t line = 0;  // where the row begins, from 1
  std::vector<std::string> fields;
};

// Quoted fields may hold commas, line breaks and doubled quotes; lines end in LF or CRLF; a UTF-8
// byte order mark is skipped; lines without any character are skipped. kInput, "line 7: ...", for
// a quote that never closes or that stands inside an unquoted field.
Result<std::vector<CsvRow>> parse_csv(std::string_view text);

// One field as it stands in a row: quoted where it must be.
std::string csv_field(const std::string& text);

}  // namespace slava
