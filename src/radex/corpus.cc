#include "radex/corpus.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "base/version.h"
#include "radex/facts.h"
#include "radex/film_statements.h"
#include "radex/licence.h"
#include "radex/privacy.h"
#include "radex/rewrite.h"
#include "radex/tasks.h"
#include "report/report.h"
#include "wording/grammar.h"

namespace slava::radex {

using namespace wording;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kOrigin =
    "AI-generated from facts of a published case or report; not verified by a physician";

std::string view_name(FilmView view) { return view == FilmView::kLateral ? "lateral" : "frontal"; }

Json fact_json(const Fact& fact) {
  Json json;
  json["observation"] = fact.observation;
  if (fact.label) json["label"] = name_of(*fact.label);
  if (fact.side != FindingSide::kNone) json["side"] = name_of(fact.side);
  if (!fact.zones.empty()) json["zones"] = fact.zones;
  if (fact.extent != FindingExtent::kNone) json["extent"] = name_of(fact.extent);
  json["state"] = fact.negated ? "absent" : fact.is_present() ? "present" : "uncertain";
  return json;
}

Json versions_json() {
  return {{"program", program_version()},
          {"privacy", kPrivacyVersion},
          {"radiograph", kFilmStatementsVersion},
          {"facts", kFactsVersion},
          {"tasks", kTasksVersion},
          {"grammar", kGrammarVersion},
          {"rewrite", kRewriteVersion},
          {"quality", kQualityVersion},
          {"licence", kLicenceVersion}};
}

}  // namespace

std::string llava_json(const std::vector<Sample>& samples, std::optional<Stage> stage) {
  Json list = Json::array();
  for (const Sample& sample : samples) {
    if (stage && sample.stage != *stage) continue;
    list.push_back({{"id", sample.id},
                    {"image", sample.image},
                    {"views", {view_name(sample.view)}},
                    {"stage", name_of(sample.stage)},
                    {"task", sample.task},
                    {"conversations",
                     {{{"from", "human"}, {"value", cat("<image>\n", sample.question)}},
                      {{"from", "gpt"}, {"value", sample.answer}}}}});
  }
  return list.dump(1) + "\n";
}

std::string corpus_jsonl(const Corpus& corpus) {
  std::string text;
  const Json versions = versions_json();
  for (const Sample& sample : corpus.samples) {
    Json facts = Json::array();
    for (const Fact& fact : sample.expected) facts.push_back(fact_json(fact));
    const Json row = {{"id", sample.id},
                      {"case", sample.case_id},
                      {"image", sample.image},
                      {"view", name_of(sample.view)},
                      {"stage", name_of(sample.stage)},
                      {"task", sample.task},
                      {"question", sample.question},
                      {"answer", sample.answer},
                      {"facts", facts},
                      {"source", sample.source},
                      {"license", sample.licence},
                      {"seed", corpus.seed},
                      {"rewritten_by", sample.rewritten_by},
                      {"versions", versions},
                      {"origin", kOrigin}};
    text += row.dump() + "\n";
  }
  return text;
}

std::string refusals_jsonl(const StepLog& log) {
  std::string text;
  for (const Refusal& refusal : log.refusals()) {
    const Json row = {{"step", refusal.step}, {"subject", refusal.subject}, {"kind", refusal.kind}};
    text += row.dump() + "\n";
  }
  return text;
}

std::string run_json(const Corpus& corpus, const Json& arguments) {
  Json run;
  run["notice"] = kDraftBanner;
  run["program"] = cat("slava-cxr ", program_version(), " radex");
  run["arguments"] = arguments;
  run["versions"] = versions_json();
  run["license"] = corpus.licence;
  run["may_be_shared"] = corpus.may_be_shared;
  run["cases_read"] = corpus.cases_read;
  run["cases_kept"] = corpus.cases_kept;
  run["samples"] = corpus.samples.size();
  run["steps"] = Json::array();
  for (const Step& step : corpus.log.steps()) {
    run["steps"].push_back({{"name", step.name},
                            {"version", step.version},
                            {"unit", step.unit},
                            {"in", step.in},
                            {"out", step.out},
                            {"removed", step.removed},
                            {"refused", step.refused}});
  }
  for (const auto& [task, figure] : corpus.figures.round_trip) {
    run["round_trip"][task.empty() ? "all" : task] = {{"agreed", figure.agreed},
                                                      {"samples", figure.samples}};
  }
  for (const auto& [label, states] : corpus.figures.labels) {
    run["labels"][label] = {
        {"present", states[0]}, {"absent", states[1]}, {"uncertain", states[2]}};
  }
  run["sides"] = corpus.figures.sides;
  run["tasks"] = corpus.figures.tasks;
  return run.dump(1) + "\n";
}

}  // namespace slava::radex
