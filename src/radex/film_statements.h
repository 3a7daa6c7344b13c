// A description without identifiers comes in; the sentences that tell what this film shows go out,
// and why each other sentence does not. What a sentence tells of CT, pathology, treatment or a
// change since an earlier film is never kept.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"

namespace slava::radex {

inline constexpr int kFilmStatementsVersion = 1;

struct Statement {
  std::string text;
  ReportSection section = ReportSection::kUnknown;
};

struct FilmStatements {
  std::vector<Statement> kept;
  // Sentences taken away, by reason: "other_modality", "comparison", ...
  std::map<std::string, size_t, std::less<>> removed;
  // One of them tells a finding that is, or was, there: what is kept may leave out something that
  // this film shows, so it is no whole report and no proof that the film is normal.
  bool complete = true;
};

// `section`: where the text stands, kUnknown for a free description.
FilmStatements film_statements(std::string_view text, ReportSection section);

}  // namespace slava::radex
