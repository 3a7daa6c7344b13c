// A study in, a draft report out: films, model pixels, the assistant's text and the document meet
// here. Never here: files of results, batches, how a report is rendered.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"
#include "gate/gate_options.h"
#include "report/report.h"
#include "study/study.h"

namespace slava {

struct ReaderOptions {
  GenerationOptions generation = {};
  GateOptions gate = {};
  // Name, id and birth date of the patient into the report, and pictures of films that have text
  // burnt in.
  bool include_identifiers = false;
  // The pictures that pages show beside the text.
  int picture_max_side = 1000;
  int picture_quality = 85;
};

struct Reading {
  std::optional<Report> report;    // none: the gate keeps the study from the model
  std::vector<GateNote> refusals;  // why, without a report
};

// A study whose films are read and judged, before a draft.
struct PreparedStudy {
  Report report;                   // all that does not depend on the draft
  DraftRequest request;            // no films: the study is refused
  std::vector<GateNote> refusals;  // why, then
  double seconds = 0;

  bool is_refused() const { return request.films.empty(); }
};

class Reader {
 public:
  // Keeps a reference: the assistant outlives the reader.
  Reader(Assistant& assistant, ReaderOptions options);

  // The gate judges each film's tags, then every film that passed is loaded, those that the model
  // does not take included, then the gate judges the pixels of those that it would take. A film
  // that is refused is left out, Report::gate says so, and the study's other films are read; a
  // study of which no film is left is refused. One film that cannot be read fails the whole study
  // with a reason that names it: a report on the rest would look like a report on all. kInput also
  // when the checkpoint reads frontal films alone and the study has none. What the physician must
  // know besides stands in Report::remarks.
  Result<Reading> read(const Study& study) const;

  // read() in its two halves, the draft in between. The first may run in several threads at once.
  Result<PreparedStudy> prepare(const Study& study) const;
  Report finish(PreparedStudy prepared, const Draft& draft) const;

  const AssistantInfo& assistant() const { return assistant_.info(); }
  // Drafts for all that `next` gives: Assistant::draft_all with the reader's settings.
  Status draft_all(const NextRequest& next, const DraftDone& done, const StopAsked& stop) const {
    return assistant_.draft_all(next, done, options_.generation, stop);
  }
  const ReaderOptions& options() const { return options_; }

 private:
  Assistant& assistant_;
  ReaderOptions options_;
};

enum class ControlPixels {
  kOwn,
  kBlanked,  // every pixel the same mid-grey
};

// What the model would get of `study` with these pixels: to measure it, never for a report. The
// films are read from their files; nothing asks whether what the model gets shows a chest, but
// films whose tags would be refused are not chosen before others. kInput as read().
Result<DraftRequest> control_request(const Study& study, const AssistantInfo& info,
                                     ControlPixels pixels);

// The settings that decide the text, by name and in a fixed order; what greedy decoding ignores
// (top_p, seed) is left out under it.
std::vector<std::pair<std::string, std::string>> decoding_settings(
    const GenerationOptions& generation);

}  // namespace slava
