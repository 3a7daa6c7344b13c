#include "evaluate/evaluation_table.h"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "base/strings.h"
#include "report/clean_text.h"

namespace slava {
namespace {

std::string padded(const std::string& text, size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
}

std::string with_interval(const Score& score) {
  const std::string value = three_digits(score.metric.value);
  if (std::isnan(score.interval.low)) return value;
  return cat(value, " [", three_digits(score.interval.low), ", ", three_digits(score.interval.high),
             "]");
}

std::string names(const std::vector<std::string>& ids) {
  constexpr size_t kShown = 10;
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(ids.size(), kShown); ++i) shown.push_back(clean_text(ids[i]));
  return join(shown, ", ") + (ids.size() > kShown ? ", ..." : "");
}

constexpr size_t kNameWidth = 21;
constexpr size_t kWidth = 25;

// With a star where the predictions' score is clearly another.
std::string with_star(const SystemScores& system, const std::string& metric) {
  const bool is_beside = !system.differences.empty();
  const bool star = is_beside && excludes_zero(system.difference_at(metric).interval);
  return with_interval(system.at(metric)) + (star ? " *" : "");
}

std::string comparison_table(const SystemScores& other) {
  std::string table =
      cat("\n", padded("", kNameWidth), padded("other", kWidth), "predictions - other\n");
  for (const ShownMetric& metric : shown_metrics()) {
    table += cat(padded(metric.title, kNameWidth), padded(with_star(other, metric.name), kWidth),
                 with_interval(other.difference_at(metric.name)), "\n");
  }
  return table;
}

}  // namespace

const std::vector<ShownMetric>& shown_metrics() {
  static const std::vector<ShownMetric> shown = [] {
    std::vector<ShownMetric> list;
    for (const char* name :
         {"bleu_1", "bleu_2", "bleu_3", "bleu_4", "rouge_1", "rouge_2", "rouge_l", "rouge_l_coco",
          "cider_d", "meteor_exact_stem", "length_ratio"}) {
      list.push_back({cat("metrics/", name), name});
    }
    for (const auto& [way, sign] : {std::pair("negative", "-"), std::pair("positive", "+")}) {
      for (const char* name :
           {"micro_f1_14", "macro_f1_14", "micro_f1_5", "macro_f1_5", "macro_f1_8"}) {
        list.push_back({cat("labels/uncertain_as_", way, "/", name), cat(name, " u", sign)});
      }
    }
    list.push_back({"labels/differences_per_study", "label differences"});
    list.push_back({"labels/abnormal/f1", "abnormal f1"});
    list.push_back({"labels/abnormal/specificity", "abnormal specificity"});
    list.push_back({"labels/sides/right", "sides right"});
    list.push_back({"labels/sides/wrong", "sides wrong"});
    return list;
  }();
  return shown;
}

const std::vector<ShownCount>& shown_counts() {
  static const std::vector<ShownCount> shown{
      {"different texts", [](const TextCounts& texts) { return texts.different; }},
      {"commonest text, n", [](const TextCounts& texts) { return texts.most_frequent_studies; }},
      {"as predicted, n", [](const TextCounts& texts) { return texts.as_predicted; }}};
  return shown;
}

std::string three_digits(double value) {
  if (!std::isfinite(value)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", value);
  return std::strcmp(text, "-0.000") == 0 ? "0.000" : text;
}

std::string evaluation_table(const Evaluation& evaluation) {
  std::vector<const SystemScores*> systems{&evaluation.predictions};
  for (const SystemScores& control : evaluation.controls) systems.push_back(&control);
  std::string table =
      cat(evaluation.joined.pairs.size(), " studies, section ", name_of(evaluation.joined.section),
          ", protocol ", name_of(evaluation.options.protocol), " (",
          describe(evaluation.options.protocol), ")\n\n");
  std::string header = padded("", kNameWidth);
  for (const SystemScores* system : systems) header += padded(system->name, kWidth);
  table += std::string(header.substr(0, header.find_last_not_of(' ') + 1)) + '\n';
  for (const ShownMetric& metric : shown_metrics()) {
    std::string line = padded(metric.title, kNameWidth);
    for (const SystemScores* system : systems) {
      line += padded(with_star(*system, metric.name), kWidth);
    }
    table += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  for (const ShownCount& count : shown_counts()) {
    std::string line = padded(count.title, kNameWidth);
    for (const SystemScores* system : systems) {
      line += padded(cat(count.of(system->texts)), kWidth);
    }
    table += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  if (evaluation.other) table += comparison_table(*evaluation.other);
  if (const auto& choice = evaluation.side_choice) {
    table += cat("\nLeft or right: the model finds ", choice->right, " of ", choice->sentences,
                 " sided sentences of the references likelier than with the sides exchanged, ",
                 three_digits(choice->share()), " [", three_digits(choice->interval.low), ", ",
                 three_digits(choice->interval.high), "] (Wilson's interval; chance is 0.500)\n");
  }
  table += "\nF1 by label (uncertain as negative), with the references' positives\n";
  for (const std::string_view label : label_names()) {
    const std::string path = cat("labels/uncertain_as_negative/per_label/", label);
    std::string line = padded(cat(label), 28);
    line += padded(cat(evaluation.predictions.at(path + "/support").metric.value), 8);
    table += line + with_interval(evaluation.predictions.at(path + "/f1")) + '\n';
  }
  table += cat("\n[low, high]: 95% interval, ", evaluation.options.bootstrap.resamples,
               " bootstrap resamples of studies, seed ", evaluation.options.bootstrap.seed,
               ".\n*: the paired interval of predictions minus this one does not hold 0. u-, u+: "
               "uncertain as "
               "negative, as positive.\n",
               kLabelNotice, "\n", kMeteorNotice, "\n");
  for (const SystemScores& control : evaluation.controls) {
    table += cat("Control ", control.name, ": ", control.about, ".\n");
  }
  return table;
}

std::string unmatched_text(const JoinedReports& joined) {
  std::string text;
  const auto add = [&](const std::vector<std::string>& ids, const std::string& what) {
    if (!ids.empty()) text += cat(ids.size(), " ", what, ": ", names(ids), "\n");
  };
  add(joined.without_prediction, "references without a prediction, not scored");
  add(joined.without_reference, "predictions without a reference, not scored");
  add(joined.empty_references, cat("references without ", name_of(joined.section), ", not scored"));
  add(joined.empty_predictions, "empty predictions, scored as empty texts");
  return text;
}

}  // namespace slava
