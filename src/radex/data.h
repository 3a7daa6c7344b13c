// The data files of src/radex/data, as text; they become part of the program when it is built.
// Never here: what their lines mean, which is told at the head of each file.
#pragma once

#include <string_view>
#include <vector>

namespace slava::radex {

extern const std::string_view kEnglishWords;     // data/english.txt
extern const std::string_view kMedicalWords;     // data/medical.txt
extern const std::string_view kProperTerms;      // data/proper.txt
extern const std::string_view kNameWords;        // data/names.txt
extern const std::string_view kIdentifiers;      // data/identifiers.txt
extern const std::string_view kAllowedNumbers;   // data/allowed_numbers.txt
extern const std::string_view kStatementRules;   // data/statements.json
extern const std::string_view kReasoningTables;  // data/reasoning.json
extern const std::string_view kPageTemplate;     // data/radex_report.html.mustache
extern const std::string_view kPageStyle;        // data/radex_report.css

// The lines of a data file that say something: no empty ones, no comments ("# ...").
std::vector<std::string_view> data_lines(std::string_view text);

}  // namespace slava::radex
