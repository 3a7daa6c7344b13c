#include "evaluate/evaluation_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "base/version.h"
#include "report/clean_text.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

// The scores nested by the parts of their names.
Json scores_json(const std::vector<Score>& scores) {
  Json tree = Json::object();
  for (const Score& score : scores) {
    Json* node = &tree;
    for (const std::string& part : split(score.metric.name, '/')) node = &(*node)[part];
    if (score.metric.name.ends_with("/support") || score.metric.name.ends_with("/findings")) {
      *node = number(score.metric.value);
    } else {
      *node = {{"value", number(score.metric.value)},
               {"low", number(score.interval.low)},
               {"high", number(score.interval.high)}};
    }
  }
  return tree;
}

Json texts_json(const SystemScores& system) {
  return {{"different", system.texts.different},
          {"most_frequent", clean_text(system.texts.most_frequent)},
          {"most_frequent_studies", system.texts.most_frequent_studies},
          {"as_predicted", system.texts.as_predicted}};
}

Json ids_json(const std::vector<std::string>& ids) {
  Json list = Json::array();
  for (const std::string& id : ids) list.push_back(clean_text(id));
  return {{"count", ids.size()}, {"ids", std::move(list)}};
}

}  // namespace

Json evaluation_json(const Evaluation& evaluation) {
  const JoinedReports& joined = evaluation.joined;
  Json document = {
      {"schema", kEvaluationSchema},
      {"program_version", program_version()},
      {"n", joined.pairs.size()},
      {"section", name_of(joined.section)},
      {"protocol", name_of(evaluation.options.protocol)},
      {"protocol_about", describe(evaluation.options.protocol)},
      {"training_reports", evaluation.options.training.size()},
      {"references_sha256", joined.references_sha256},
      {"interval",
       {{"percent", 95},
        {"method", "bootstrap over studies, percentiles; CIDEr-D's document frequencies fixed"},
        {"resamples", evaluation.options.bootstrap.resamples},
        {"seed", evaluation.options.bootstrap.seed}}},
      {"unmatched",
       {{"references_without_prediction", ids_json(joined.without_prediction)},
        {"predictions_without_reference", ids_json(joined.without_reference)},
        {"empty_references", ids_json(joined.empty_references)},
        {"empty_predictions_scored_as_empty", ids_json(joined.empty_predictions)}}}};
  Json scores = scores_json(evaluation.predictions.scores);
  document["metrics"] = std::move(scores["metrics"]);
  document["labels"] = std::move(scores["labels"]);
  document["texts"] = texts_json(evaluation.predictions);
  Json& controls = document["controls"] = Json::object();
  for (const SystemScores& control : evaluation.controls) {
    Json entry = {{"about", control.about}};
    entry.update(scores_json(control.scores));
    entry["texts"] = texts_json(control);
    entry["difference"] = scores_json(control.differences);
    controls[control.name] = std::move(entry);
  }
  if (const auto& choice = evaluation.side_choice) {
    document["side_choice"] = {
        {"about",
         "sentences of the references that tell one side: how often the model finds them "
         "likelier than with left and right exchanged; chance is 0.5"},
        {"sentences", choice->sentences},
        {"right", choice->right},
        {"value", number(choice->share())},
        {"low", number(choice->interval.low)},
        {"high", number(choice->interval.high)}};
  }
  if (const auto& other = evaluation.other) {
    document["comparison"] = {{"about", "predictions minus other, paired bootstrap"},
                              {"other", scores_json(other->scores)},
                              {"difference", scores_json(other->differences)}};
  }
  document["notices"] = {kLabelNotice, kMeteorNotice};
  return document;
}

}  // namespace slava
