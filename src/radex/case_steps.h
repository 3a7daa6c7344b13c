// The steps from cases to facts, one function each: what comes in, less what is refused, goes out.
// Never here: files of the corpus.
#pragma once

#include <string>
#include <vector>

#include "radex/case.h"
#include "radex/licence.h"
#include "radex/sample.h"
#include "radex/step_log.h"

namespace slava::radex {

// A case on its way, with what the steps so far found out.
struct CaseInWork {
  Case about;
  Licence licence;
  FilmView view = FilmView::kUnknown;
  std::string film_sha256;
  std::string age;              // without identity
  std::vector<CaseText> clean;  // texts after the privacy step
  bool whole = true;            // the privacy step took no sentence away
};

// Unknown and unwanted licences are refused. kInput when those that stay cannot be combined;
// otherwise `combined` is the licence of the whole.
Result<std::vector<CaseInWork>> licence_step(const std::vector<Case>& cases,
                                             const std::vector<std::string>& allowed, StepLog& log,
                                             Licence& combined);

// Films that are missing or none, unknown views, a film with the same text twice.
std::vector<CaseInWork> film_step(std::vector<CaseInWork> cases, StepLog& log);

// Identifiers in texts, ids and file names. A refused case is known by its row from here on.
std::vector<CaseInWork> privacy_step(std::vector<CaseInWork> cases, StepLog& log);

// What tells nothing of this film, and one text for films of several days.
std::vector<CaseFacts> radiograph_and_facts_steps(const std::vector<CaseInWork>& cases,
                                                  StepLog& log);

}  // namespace slava::radex
