// One question and answer about one film, with the facts that the answer must state.
// Never here: any text of a case; questions and answers are the grammar's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "radex/case.h"
#include "radex/facts.h"

namespace slava::radex {

// The three stages of Re3Training.
enum class Stage { kRecognition, kReasoning, kReporting };
std::string_view name_of(Stage stage);
inline constexpr Stage kStages[] = {Stage::kRecognition, Stage::kReasoning, Stage::kReporting};

// What the later steps know of a case: no text of it any more.
struct CaseFacts {
  std::string case_id;
  std::string image;
  std::string film_sha256;
  FilmView view = FilmView::kUnknown;
  std::string sex;  // "M", "F" or ""
  std::string age;  // "62", "90+" or ""
  std::string licence;
  std::string source;
  // The observation that the collection's diagnosis is ("pneumonia" for COVID-19), or "".
  std::string_view diagnosis;
  std::vector<Fact> facts;
  // Nothing that this film shows was taken away on the way: the facts are a whole report.
  bool complete = true;
};

struct Sample {
  std::string id;
  std::string case_id;
  std::string image;
  FilmView view = FilmView::kUnknown;
  Stage stage = Stage::kRecognition;
  std::string task;  // "presence", "side", ...
  std::string question;
  std::string answer;
  // Findings that the question hands over, and what they must assert; empty where it has none.
  std::string given;
  std::vector<Fact> given_facts;
  // What the answer must assert, no more and no less; opinions of a differential are uncertain.
  std::vector<Fact> expected;
  std::string licence;
  std::string source;
  // The model that rewrote the answer; empty: the grammar's own words.
  std::string rewritten_by;
};

}  // namespace slava::radex
