#include "pipeline/summarise.h"

#include "base/interrupt.h"
#include "base/strings.h"
#include "pipeline/film_gate.h"
#include "report/report.h"

namespace slava {
namespace {

// What the model gets for a task, and what a reader must know of its films.
struct Shown {
  DraftRequest request;
  std::vector<std::string> warnings;
};

Result<Shown> show(const Reader& reader, const SummaryTask& task) {
  Shown shown;
  if (trim(task.findings).empty()) {
    return fail(ErrorKind::kInput, "there are no findings to summarise");
  }
  if (task.study != nullptr) {
    SLAVA_TRY(PreparedStudy prepared, reader.prepare(*task.study));
    if (prepared.is_refused()) {
      return fail(ErrorKind::kRefused, cat("refused: ", reason_of(prepared.refusals),
                                           " (--gate REASON=warn reads it all the same)"));
    }
    shown.request = std::move(prepared.request);
    for (const GateNote& note : prepared.report.gate) {
      shown.warnings.push_back(warning_text(note));
    }
    for (const std::string& remark : prepared.report.remarks) shown.warnings.push_back(remark);
  }
  shown.request.findings = task.findings;
  return shown;
}

}  // namespace

Status summarise(Assistant& assistant, const ReaderOptions& options,
                 const std::vector<SummaryTask>& tasks, const SummaryDone& done) {
  const Reader reader(assistant, options);
  Status status;
  std::vector<size_t> asked;  // the task of each draft
  std::vector<std::vector<std::string>> warnings(tasks.size());
  size_t place = 0;
  const NextRequest next = [&]() -> std::optional<DraftRequest> {
    while (place < tasks.size() && status && !interrupted()) {
      const size_t task = place++;
      auto shown = show(reader, tasks[task]);
      if (!shown) {
        status = done(task, fail(shown.error()));
        continue;
      }
      warnings[task] = std::move(shown->warnings);
      asked.push_back(task);
      return std::move(shown->request);
    }
    return std::nullopt;
  };
  const DraftDone drafted = [&](size_t number, Result<Draft> draft) {
    if (!status) return;
    const size_t task = asked[number];
    if (!draft) {
      status = done(task, fail(draft.error()));
      return;
    }
    Summary summary{"", draft->complete, std::move(warnings[task])};
    std::vector<std::string> sentences;
    for (const Sentence& sentence : sentences_of_model_text(draft->impression)) {
      sentences.push_back(sentence.text);
    }
    summary.impression = join(sentences, " ");
    status = done(task, std::move(summary));
  };
  SLAVA_TRY_STATUS(reader.draft_all(next, drafted, interrupted));
  return status;
}

}  // namespace slava
