#include "radex/radex.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/strings.h"
#include "radex/case_steps.h"
#include "radex/chat_client.h"
#include "radex/corpus.h"
#include "radex/output_folder.h"
#include "radex/read_cases.h"
#include "radex/tasks.h"
#include "report/report.h"
#include "wording/grammar.h"

namespace slava::radex {

using namespace wording;
namespace {

using Json = nlohmann::ordered_json;

Json arguments_json(const RadexRequest& request) {
  Json files = Json::array();
  for (const std::string& file : request.cases) {
    files.push_back(std::filesystem::path(file).filename().string());
  }
  return {{"cases", files},
          {"seed", request.seed},
          {"per_task", request.per_task},
          {"license", request.licence},
          {"source", request.source},
          {"split", request.split},
          {"allow_license", request.allow_licence},
          {"llm", request.llm},
          {"llm_model", request.llm.empty() ? "" : request.llm_model}};
}

ChatOptions chat_options(const RadexRequest& request) {
  return {.url = request.llm,
          .model = request.llm_model,
          .timeout_s = request.llm_timeout_s,
          .key = request.llm_key};
}

Status check_request(const RadexRequest& request) {
  if (request.cases.empty()) {
    return fail(ErrorKind::kUsage, "radex needs --cases FILE, a JSONL or CSV of cases or reports");
  }
  if (request.output.empty()) {
    return fail(ErrorKind::kUsage, "radex needs --output DIR, a folder to make");
  }
  if (request.force && request.resume) {
    return fail(ErrorKind::kUsage, "--force begins anew and --resume goes on; choose one of them");
  }
  if (!request.llm.empty()) {
    SLAVA_TRY([[maybe_unused]] const ChatClient client, ChatClient::make(chat_options(request)));
  }
  return {};
}

Result<std::vector<Case>> read_all(const RadexRequest& request) {
  std::vector<Case> cases;
  std::set<std::string> ids;
  for (const std::string& file : request.cases) {
    SLAVA_TRY(std::vector<Case> read, read_cases(file, {.image_root = request.image_root,
                                                        .licence = request.licence,
                                                        .source = request.source,
                                                        .split = request.split}));
    for (Case& one : read) {
      if (!ids.insert(one.id).second) {
        return fail(
            ErrorKind::kInput,
            cat(one.where, ": its case id is in another of the files too; ids must differ"));
      }
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

Status rewrite_with_model(const RadexRequest& request, const CorpusFolder& folder, Corpus& corpus) {
  SLAVA_TRY(const ChatClient client, ChatClient::make(chat_options(request)));
  if (!client.is_local()) {
    // Before the first question, so that there is time to stop.
    log_warning(cat("--llm: ", client.host(),
                    " is not this machine; facts of the cases leave it, as sentences of the "
                    "grammar"));
  }
  SLAVA_TRY(RewriteStore store, RewriteStore::open(folder.rewritings()));
  const std::string system = alternatives("rewrite.system").front();
  return rewrite(
      corpus.samples,
      [&](const std::string& text, uint64_t seed) { return client.ask(system, text, seed); },
      request.llm_model, request.seed, store, corpus.log);
}

std::string cleaned_jsonl(const std::vector<CaseInWork>& cases) {
  std::string text;
  for (const CaseInWork& one : cases) {
    std::vector<std::string> parts;
    for (const CaseText& part : one.clean) {
      if (!part.text.empty()) parts.push_back(part.text);
    }
    text += Json{{"case", one.about.id}, {"text", join(parts, "\n")}}.dump() + "\n";
  }
  return text;
}

std::string summary_of(const Corpus& corpus, const std::string& output) {
  std::string text = cat(kDraftBanner, "\n\n");
  for (const Step& step : corpus.log.steps()) {
    text += cat("  ", step.name, std::string(12 - std::min<size_t>(11, step.name.size()), ' '),
                step.in, " -> ", step.out, ' ', step.unit, '\n');
  }
  const RoundTrip all =
      corpus.figures.round_trip.contains("") ? corpus.figures.round_trip.at("") : RoundTrip{};
  text += cat("\nround trip before filtering: ", all.agreed, " of ", all.samples, " texts\n",
              corpus.samples.size(), " samples of ", corpus.cases_kept, " cases, licence ",
              corpus.licence, ", in ", output, '\n');
  if (!corpus.may_be_shared) {
    text += "The licence allows no adaptation to be passed on: the corpus must stay here.\n";
  }
  return text;
}

Status write_corpus(const Corpus& corpus, const RadexRequest& request, const CorpusFolder& folder) {
  SLAVA_TRY_STATUS(folder.write("radex.json", llava_json(corpus.samples, std::nullopt)));
  for (const Stage stage : kStages) {
    SLAVA_TRY_STATUS(folder.write(cat(name_of(stage), ".json"), llava_json(corpus.samples, stage)));
  }
  SLAVA_TRY_STATUS(folder.write("corpus.jsonl", corpus_jsonl(corpus)));
  SLAVA_TRY_STATUS(folder.write("refusals.jsonl", refusals_jsonl(corpus.log)));
  SLAVA_TRY_STATUS(folder.write("radex-report.html", radex_html(corpus)));
  return folder.write("run.json", run_json(corpus, arguments_json(request)));
}

Status stop_if_interrupted() {
  if (!interrupted()) return {};
  return fail(ErrorKind::kInterrupted, "interrupted; no corpus was written");
}

// From the licence step's cases to the folder's files.
Status make_corpus(const RadexRequest& request, std::vector<CaseInWork> in_work,
                   const CorpusFolder& folder, Corpus& corpus) {
  in_work = film_step(std::move(in_work), corpus.log);
  SLAVA_TRY_STATUS(stop_if_interrupted());
  in_work = privacy_step(std::move(in_work), corpus.log);
  if (request.keep_cleaned) {
    SLAVA_TRY_STATUS(folder.write("cleaned.jsonl", cleaned_jsonl(in_work)));
  }
  const std::vector<CaseFacts> facts = radiograph_and_facts_steps(in_work, corpus.log);
  SLAVA_TRY_STATUS(stop_if_interrupted());
  std::map<std::string, std::string> film_of;
  Step& tasks = corpus.log.step("tasks", kTasksVersion, "cases, then samples");
  tasks.in = facts.size();
  for (const CaseFacts& one : facts) {
    film_of[one.case_id] = one.film_sha256;
    std::vector<Sample> made =
        make_tasks(one, {.seed = request.seed, .per_task = request.per_task});
    if (made.empty()) corpus.log.refuse(tasks, one.case_id, "no_task");
    std::move(made.begin(), made.end(), std::back_inserter(corpus.samples));
  }
  tasks.out = corpus.samples.size();
  if (!request.llm.empty()) {
    SLAVA_TRY_STATUS(rewrite_with_model(request, folder, corpus));
  }
  SLAVA_TRY_STATUS(stop_if_interrupted());
  corpus.samples = keep_good(std::move(corpus.samples), film_of, {}, corpus.log, corpus.figures);
  std::set<std::string> kept;
  for (const Sample& sample : corpus.samples) kept.insert(sample.case_id);
  corpus.cases_kept = kept.size();
  if (corpus.samples.empty()) {
    return fail(ErrorKind::kInput,
                cat("no sample is left of ", corpus.cases_read, " cases; the first refusals were: ",
                    refusals_jsonl(corpus.log).substr(0, 500)));
  }
  return write_corpus(corpus, request, folder);
}

}  // namespace

Result<RadexOutcome> run_radex(const RadexRequest& request) {
  SLAVA_TRY_STATUS(check_request(request));
  watch_for_interrupt();
  Corpus corpus;
  corpus.seed = request.seed;
  SLAVA_TRY(const std::vector<Case> cases, read_all(request));
  corpus.cases_read = cases.size();
  Licence licence;
  SLAVA_TRY(std::vector<CaseInWork> in_work,
            licence_step(cases, request.allow_licence, corpus.log, licence));
  corpus.licence = licence.name;
  corpus.may_be_shared = licence.family != Family::kNoDerivatives;
  const Earlier earlier = request.force    ? Earlier::kReplace
                          : request.resume ? Earlier::kGoOn
                                           : Earlier::kRefuse;
  SLAVA_TRY(const CorpusFolder folder, CorpusFolder::open(request.output, earlier));
  if (const Status made = make_corpus(request, std::move(in_work), folder, corpus); !made) {
    folder.abandon();
    return fail(made.error());
  }
  SLAVA_TRY_STATUS(folder.finish());
  return RadexOutcome{summary_of(corpus, request.output), ExitCode::kOk};
}

}  // namespace slava::radex
