// A study in, a draft report out: films, model pixels, the assistant's text and the document meet
// here. Never here: files of results, batches, how a report is rendered.
#pragma once

#include "assistant/assistant.h"
#include "base/result.h"
#include "report/report.h"
#include "study/study.h"

namespace slava {

struct ReaderOptions {
  GenerationOptions generation;
  // The pictures that pages show beside the text.
  int picture_max_side = 1000;
  int picture_quality = 85;
};

class Reader {
 public:
  // Keeps a reference: the assistant outlives the reader.
  Reader(Assistant& assistant, ReaderOptions options);

  // Every film of the study is loaded, those that the model does not take included. One film that
  // cannot be read fails the whole study with a reason that names it: a report on the rest would
  // look like a report on all. kInput also when the checkpoint reads frontal films alone and the
  // study has none. What the physician must know stands in Report::remarks.
  Result<Report> read(const Study& study) const;

  const AssistantInfo& assistant() const { return assistant_.info(); }
  const ReaderOptions& options() const { return options_; }

 private:
  Assistant& assistant_;
  ReaderOptions options_;
};

// What the model would get of `study` if every pixel of its films were the same mid-grey: for
// controls, never for a report. The films are read from their files; nothing asks whether what the
// model gets shows a chest. kInput as read().
Result<DraftRequest> blanked_request(const Study& study, const AssistantInfo& info);

// The settings that decide the text, by name and in a fixed order; what greedy decoding ignores
// (top_p, seed) is left out under it.
std::vector<std::pair<std::string, std::string>> decoding_settings(
    const GenerationOptions& generation);

}  // namespace slava
