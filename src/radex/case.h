// A case as its collection tells it: a film and a text, with view, licence and source.
// Never here: anything decided about it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"

namespace slava::radex {

enum class FilmView { kUnknown, kFrontal, kPa, kAp, kApSupine, kLateral };
std::string_view name_of(FilmView view);  // "unknown", "frontal", "pa", ...
// "PA", "AP Supine", "L", "lateral", ...; nothing for a view that is no chest film's.
std::optional<FilmView> film_view_of(std::string_view text);

// A stretch of the description, or a section of a report.
struct CaseText {
  std::string text;
  ReportSection section = ReportSection::kUnknown;
};

struct Case {
  std::string id;
  std::string where;  // "cases.jsonl:3"
  std::string image;  // as the row tells it, relative to the image root
  std::filesystem::path film;
  std::vector<CaseText> texts;
  std::string view;     // as the row tells it
  std::string patient;  // with day: to see when one text stands for films of several days
  std::string day;
  std::string finding;
  std::string sex;
  std::string age;
  std::string licence;
  std::string source;
};

}  // namespace slava::radex
