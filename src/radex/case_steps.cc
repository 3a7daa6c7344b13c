#include "radex/case_steps.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/strings.h"
#include "gate/gate.h"
#include "radex/facts.h"
#include "radex/film_statements.h"
#include "radex/identifiers.h"
#include "radex/privacy.h"
#include "radex/tasks.h"
#include "study/film_file.h"

namespace slava::radex {
namespace {

std::string all_text(const std::vector<CaseText>& texts) {
  std::string all;
  for (const CaseText& text : texts) all += cat(text.text, '\n');
  return all;
}

// The name under which a case may be told of: its id, unless that identifies somebody.
std::string subject_of(const Case& about) {
  return identifier_in_name(about.id).empty() ? about.id : about.where;
}

// "" or why the film cannot be used.
std::string reason_against_film(CaseInWork& one) {
  const auto view = film_view_of(one.about.view);
  if (!view) return "unknown_view";
  one.view = *view;
  const FilmFile file = read_film_file(one.about.film);
  switch (file.kind) {
    case FilmFile::Kind::kFilm:
      if (refuses(check_tags(file.film.tags, GateOptions()))) return "no_radiograph";
      break;
    case FilmFile::Kind::kBroken: {
      std::error_code error;
      return std::filesystem::exists(one.about.film, error) ? "film_broken" : "film_missing";
    }
    case FilmFile::Kind::kNotInput: {
      std::error_code error;
      return std::filesystem::exists(one.about.film, error) ? "no_film" : "film_missing";
    }
    case FilmFile::Kind::kNoImage:
      return "no_radiograph";
  }
  const auto hash = sha256_file(one.about.film);
  if (!hash) return "film_missing";
  one.film_sha256 = *hash;
  return "";
}

// The kind of identifier in a field that outputs repeat, or "".
std::string_view identifier_in_fields(const Case& about) {
  for (const std::string* field : {&about.id, &about.image}) {
    if (const auto kind = identifier_in_name(*field); !kind.empty()) return kind;
  }
  for (const Identifier& identifier : find_identifiers(about.source)) {
    if (identifier.kind == "email" || identifier.kind == "name") return identifier.kind;
  }
  return "";
}

// Texts that stand for films of several days of one patient: of which of them they tell is not
// known.
std::set<std::string> texts_of_several_days(const std::vector<CaseInWork>& cases) {
  std::map<std::string, std::set<std::string>> days;
  for (const CaseInWork& one : cases) {
    if (one.about.patient.empty()) continue;
    days[cat(one.about.patient, '\n', all_text(one.about.texts))].insert(one.about.day);
  }
  std::set<std::string> several;
  for (const auto& [text, of] : days) {
    if (of.size() > 1) several.insert(text);
  }
  return several;
}

}  // namespace

Result<std::vector<CaseInWork>> licence_step(const std::vector<Case>& cases,
                                             const std::vector<std::string>& allowed, StepLog& log,
                                             Licence& combined) {
  Step& step = log.step("licence", kLicenceVersion, "cases");
  step.in = cases.size();
  std::vector<CaseInWork> kept;
  std::vector<Licence> licences;
  for (const Case& about : cases) {
    CaseInWork one;
    one.about = about;
    one.licence = parse_licence(about.licence);
    if (!is_allowed(one.licence, allowed)) {
      log.refuse(step, subject_of(about),
                 allowed.empty() ? "licence_not_known" : "licence_not_allowed");
      continue;
    }
    const bool is_new = std::none_of(licences.begin(), licences.end(), [&](const Licence& known) {
      return known.name == one.licence.name;
    });
    if (is_new) licences.push_back(one.licence);
    kept.push_back(std::move(one));
  }
  SLAVA_TRY(combined, combine(licences));
  step.out = kept.size();
  return kept;
}

std::vector<CaseInWork> film_step(std::vector<CaseInWork> cases, StepLog& log) {
  Step& step = log.step("film", 1, "cases");
  step.in = cases.size();
  std::set<std::string> seen;
  std::vector<CaseInWork> kept;
  for (CaseInWork& one : cases) {
    std::string reason = reason_against_film(one);
    if (reason.empty() && !seen.insert(one.film_sha256 + all_text(one.about.texts)).second) {
      reason = "same_film_and_text";
    }
    if (reason.empty()) {
      kept.push_back(std::move(one));
    } else {
      log.refuse(step, subject_of(one.about), reason);
    }
  }
  step.out = kept.size();
  return kept;
}

std::vector<CaseInWork> privacy_step(std::vector<CaseInWork> cases, StepLog& log) {
  Step& step = log.step("privacy", kPrivacyVersion, "cases");
  step.in = cases.size();
  std::vector<CaseInWork> kept;
  for (CaseInWork& one : cases) {
    if (const auto kind = identifier_in_fields(one.about); !kind.empty()) {
      log.refuse(step, one.about.where, cat(kind, "_in_id_or_file_name"));
      continue;
    }
    std::string doubt;
    for (const CaseText& text : one.about.texts) {
      PrivacyResult result = remove_identifiers(text.text);
      for (const auto& [kind, count] : result.removed) step.removed[kind] += count;
      if (result.dropped > 0) one.whole = false;
      if (!result.doubt.empty()) doubt = result.doubt;
      one.clean.push_back({std::move(result.text), text.section});
    }
    if (!doubt.empty()) {
      log.refuse(step, one.about.id, doubt);
      continue;
    }
    one.age = age_without_identity(one.about.age);
    if (one.age == "90+") ++step.removed["age_over_89"];
    kept.push_back(std::move(one));
  }
  step.out = kept.size();
  return kept;
}

std::vector<CaseFacts> radiograph_and_facts_steps(const std::vector<CaseInWork>& cases,
                                                  StepLog& log) {
  Step& radiograph = log.step("radiograph", kFilmStatementsVersion, "cases");
  Step& facts_step = log.step("facts", kFactsVersion, "cases");
  radiograph.in = cases.size();
  const std::set<std::string> several = texts_of_several_days(cases);
  std::vector<CaseFacts> kept;
  for (const CaseInWork& one : cases) {
    const Case& about = one.about;
    if (several.contains(cat(about.patient, '\n', all_text(about.texts)))) {
      log.refuse(radiograph, about.id, "one_text_for_several_days");
      continue;
    }
    std::vector<Statement> statements;
    bool complete = one.whole;
    for (const CaseText& text : one.clean) {
      FilmStatements found = film_statements(text.text, text.section);
      for (const auto& [reason, count] : found.removed) radiograph.removed[reason] += count;
      complete = complete && found.complete;
      std::move(found.kept.begin(), found.kept.end(), std::back_inserter(statements));
    }
    if (statements.empty()) {
      log.refuse(radiograph, about.id, "nothing_about_this_film");
      continue;
    }
    ++radiograph.out;
    ++facts_step.in;
    FactSet set = facts_of(statements);
    if (set.contradictions > 0) facts_step.removed["contradictory_fact"] += set.contradictions;
    CaseFacts facts;
    facts.facts = one.view == FilmView::kLateral ? without_sides(set.facts) : set.facts;
    if (facts.facts.empty()) {
      log.refuse(facts_step, about.id, "no_facts");
      continue;
    }
    facts.case_id = about.id;
    facts.image = about.image;
    facts.film_sha256 = one.film_sha256;
    facts.view = one.view;
    facts.sex = about.sex == "M" || about.sex == "F" ? about.sex : "";
    facts.age = one.age;
    facts.licence = one.licence.name;
    facts.source = about.source;
    facts.diagnosis = diagnosis_of(about.finding);
    facts.complete = complete && set.contradictions == 0;
    if (!facts.complete) ++facts_step.removed["report_of_incomplete_case"];
    kept.push_back(std::move(facts));
  }
  facts_step.out = kept.size();
  return kept;
}

}  // namespace slava::radex
