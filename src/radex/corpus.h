// Samples and the log of their making come in; the texts of the corpus's files go out. The same
// samples give the same bytes. Never here: writing to disk (radex.h).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "radex/quality.h"
#include "radex/sample.h"
#include "radex/step_log.h"

namespace slava::radex {

// All that a run made.
struct Corpus {
  uint64_t seed = 1;
  std::string licence;  // of the whole
  bool may_be_shared = true;
  std::vector<Sample> samples;
  size_t cases_read = 0;
  size_t cases_kept = 0;
  StepLog log;
  QualityFigures figures;
};

// LLaVA's training format: [{"id", "image", "views", "stage", "task", "conversations"}]; of one
// stage, or all.
std::string llava_json(const std::vector<Sample>& samples, std::optional<Stage> stage);

// One line a sample, with its facts and where everything came from.
std::string corpus_jsonl(const Corpus& corpus);

// One line a refusal: step, subject, kind.
std::string refusals_jsonl(const StepLog& log);

// Counts, figures and licence; `arguments` as the run had them.
std::string run_json(const Corpus& corpus, const nlohmann::ordered_json& arguments);

// A page on its own: counts by step, figures, and every refusal with its step and kind.
std::string radex_html(const Corpus& corpus);

}  // namespace slava::radex
