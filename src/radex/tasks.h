// The facts of a film come in; questions and answers for the three stages go out, in wording drawn
// by the seed. Sides, zones, extents and uncertainty of the facts stand in the texts as they are;
// what the case does not tell is not asked. Never here: a mirrored side.
#pragma once

#include <cstdint>
#include <vector>

#include "radex/sample.h"
#include "wording/draw.h"

namespace slava::radex {

using wording::Draw;

inline constexpr int kTasksVersion = 1;

struct TaskOptions {
  uint64_t seed = 1;
  // At most so many questions of one task about one film.
  size_t per_task = 3;
};

// All samples of a case, in a fixed order. The same case, options and version give the same texts.
std::vector<Sample> make_tasks(const CaseFacts& facts, const TaskOptions& options);

// The observation that a collection's `finding` names, by its first known part ("COVID-19, ARDS" is
// "pneumonia"); "" for one that the tables do not know.
std::string_view diagnosis_of(std::string_view finding);

// The parts, one a file. Each adds to `samples`; ids are given by make_tasks.
class TaskWriter;
void add_recognition(TaskWriter& writer);
void add_reasoning(TaskWriter& writer);
void add_reporting(TaskWriter& writer);

// What the parts share.
class TaskWriter {
 public:
  TaskWriter(const CaseFacts& facts, const TaskOptions& options);

  const CaseFacts& about() const { return about_; }
  const TaskOptions& options() const { return options_; }
  Draw& draw() { return draw_; }
  bool is_lateral() const { return about_.view == FilmView::kLateral; }

  // Certain and there, opinions left out.
  const std::vector<Fact>& signs() const { return signs_; }
  // An opinion, or a sign that is uncertain or there: the film is not normal.
  bool is_abnormal() const;

  // At most `count` of them, drawn, in the order of the facts.
  std::vector<Fact> some(std::vector<Fact> facts, size_t count);

  void add(Stage stage, std::string_view task, std::string question, std::string answer,
           std::vector<Fact> expected);

  // The last sample's question hands over these findings.
  void give(const std::string& text, const std::vector<Fact>& facts);

  // The impression of these facts: opinions, then the signs that matter; where the
  // lungs are said to be clear and nothing else is there, that nothing acute is seen. Empty where
  // the facts allow none.
  std::vector<Fact> impression() const;

  std::vector<Sample> samples;

 private:
  const CaseFacts& about_;
  const TaskOptions& options_;
  Draw draw_;
  std::vector<Fact> signs_;
};

}  // namespace slava::radex
