#include "evaluate/evaluation_html.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>

#include "base/strings.h"
#include "base/version.h"
#include "evaluate/evaluation_table.h"
#include "report/clean_text.h"
#include "report/report.h"

namespace slava {
namespace {

constexpr const char* kStyle = R"css(
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; background: #fff;
       margin: 2rem auto; max-width: 74rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
.banner { background: #7a1f1f; color: #fff; padding: .5rem .8rem; font-weight: 600; }
.note { color: #55606e; max-width: 60rem; }
table { border-collapse: collapse; } th, td { padding: .25rem .9rem .25rem 0; text-align: left;
       vertical-align: top; border-bottom: 1px solid #e3e7ec; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
small { color: #55606e; }
.bar { position: relative; width: 22rem; height: 1.1rem; background: #eef1f4; }
.bar i { position: absolute; left: 0; top: 0; bottom: 0; background: #3569b0; }
.bar b { position: absolute; top: .45rem; height: .2rem; background: #e08a00; }
.lengths { display: flex; align-items: flex-end; gap: .5rem; height: 11rem; }
.lengths div { display: flex; align-items: flex-end; gap: 2px; height: 9rem; }
.lengths span { width: .9rem; display: block; } .r { background: #8a94a1; } .p { background: #3569b0; }
.lengths figure { margin: 0; text-align: center; } .lengths figcaption { font-size: .75rem; }
.key { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 .8rem; }
.study td { width: 50%; padding-right: 1.5rem; } mark { background: #ffe9a8; }
)css";

std::string escaped(std::string_view text) {
  std::string out = clean_text(text);
  out = replace_all(std::move(out), "&", "&amp;");
  out = replace_all(std::move(out), "<", "&lt;");
  out = replace_all(std::move(out), ">", "&gt;");
  return replace_all(std::move(out), "\"", "&quot;");
}

std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%", std::isfinite(value) ? 100 * value : 0.0);
  return text;
}

// `star`: the predictions' score is clearly another.
std::string interval_html(const Score& score, bool star = false) {
  std::string text = three_digits(score.metric.value);
  if (!std::isnan(score.interval.low)) {
    text += cat(" <small>", three_digits(score.interval.low), " to ",
                three_digits(score.interval.high), "</small>");
  }
  return cat("<td class=\"number\">", text, star ? " *" : "", "</td>");
}

std::string metric_table(const Evaluation& evaluation) {
  std::string html = "<table><tr><th></th><th>predictions</th>";
  for (const SystemScores& control : evaluation.controls) {
    html += cat("<th>", escaped(control.name), "</th>");
  }
  html += "</tr>\n";
  for (const ShownMetric& metric : shown_metrics()) {
    html += cat("<tr><th>", escaped(metric.title), "</th>",
                interval_html(evaluation.predictions.at(metric.name)));
    for (const SystemScores& control : evaluation.controls) {
      html += interval_html(control.at(metric.name),
                            excludes_zero(control.difference_at(metric.name).interval));
    }
    html += "</tr>\n";
  }
  for (const ShownCount& count : shown_counts()) {
    html += cat("<tr><th>", escaped(count.title), "</th>");
    const auto cell = [&](const SystemScores& system) {
      return cat("<td class=\"number\">", count.of(system.texts), "</td>");
    };
    html += cell(evaluation.predictions);
    for (const SystemScores& control : evaluation.controls) html += cell(control);
    html += "</tr>\n";
  }
  html +=
      "</table>\n<p class=\"note\">*: the paired interval of predictions minus this one does not "
      "hold 0. ";
  for (const SystemScores& control : evaluation.controls) {
    html += cat("Control ", escaped(control.name), ": ", escaped(control.about), ". ");
  }
  return html + "</p>\n";
}

std::string label_bars(const Evaluation& evaluation) {
  std::string html = "<table><tr><th></th><th>in references</th><th>F1</th><th></th></tr>\n";
  for (const std::string_view label : label_names()) {
    const std::string path = cat("labels/uncertain_as_negative/per_label/", label);
    const Score& f1 = evaluation.predictions.at(path + "/f1");
    html +=
        cat("<tr><th>", escaped(label), "</th><td class=\"number\">",
            evaluation.predictions.at(path + "/support").metric.value, "</td>", interval_html(f1),
            "<td><div class=\"bar\"><i style=\"width:", percent(f1.metric.value), "\"></i>");
    if (!std::isnan(f1.interval.low)) {
      html += cat("<b style=\"left:", percent(f1.interval.low),
                  ";width:", percent(f1.interval.high - f1.interval.low), "\"></b>");
    }
    html += "</div></td></tr>\n";
  }
  return html + "</table>\n";
}

std::string length_histogram(const Evaluation& evaluation) {
  constexpr size_t kBucketWords = 10;
  constexpr size_t kBuckets = 16;
  std::vector<size_t> references(kBuckets, 0);
  std::vector<size_t> predictions(kBuckets, 0);
  const auto bucket = [](double words) {
    return std::min(static_cast<size_t>(words) / kBucketWords, kBuckets - 1);
  };
  for (const StudySums& study : evaluation.studies) {
    ++references[bucket(study.bleu.reference_words)];
    ++predictions[bucket(study.bleu.prediction_words)];
  }
  const size_t most = std::max({size_t{1}, *std::max_element(references.begin(), references.end()),
                                *std::max_element(predictions.begin(), predictions.end())});
  const auto column = [&](const char* kind, size_t count) {
    return cat("<span class=\"", kind, "\" title=\"", count, "\" style=\"height:",
               percent(static_cast<double>(count) / static_cast<double>(most)), "\"></span>");
  };
  std::string html =
      "<p><span class=\"key r\"></span>references<span class=\"key p\"></span>"
      "predictions; the highest column is " +
      cat(most) + " studies</p>\n<div class=\"lengths\">";
  size_t used = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    if (references[i] + predictions[i] > 0) used = i + 1;
  }
  for (size_t i = 0; i < used; ++i) {
    html += cat("<figure><div>", column("r", references[i]), column("p", predictions[i]),
                "</div><figcaption>", i * kBucketWords,
                i + 1 == kBuckets ? "+" : cat("-", (i + 1) * kBucketWords - 1),
                "</figcaption></figure>");
  }
  return html + "</div>\n";
}

std::string worst_table(const Evaluation& evaluation) {
  std::string html = "<table class=\"study\">\n";
  for (const size_t index : worst_studies(evaluation, kWorstStudies)) {
    const StudyPair& pair = evaluation.joined.pairs[index];
    const StudySums& sums = evaluation.studies[index];
    const std::string reference = pair.reference.joined();
    const std::string prediction = pair.prediction.joined();
    html += cat("<tr><th colspan=\"2\">", escaped(pair.id), " <small>", sums.label_differences,
                " labels differ, ROUGE-L ", three_digits(sums.rouge_l), "</small></th></tr>\n",
                "<tr><td><small>reference</small><br>", marked_sentences(reference, prediction),
                "</td><td><small>prediction</small><br>", marked_sentences(prediction, reference),
                "</td></tr>\n");
  }
  return html + "</table>\n";
}

}  // namespace

std::string marked_sentences(std::string_view text, std::string_view other) {
  std::set<std::string> known;
  for (const Sentence& sentence : split_sentences(std::string(other))) {
    known.insert(clean_for(Protocol::kPlain, sentence.text));
  }
  std::string html;
  for (const Sentence& sentence : split_sentences(std::string(text))) {
    if (!html.empty()) html += ' ';
    const bool same = known.contains(clean_for(Protocol::kPlain, sentence.text));
    html += same ? escaped(sentence.text) : cat("<mark>", escaped(sentence.text), "</mark>");
  }
  return html;
}

std::vector<size_t> worst_studies(const Evaluation& evaluation, size_t count) {
  std::vector<size_t> order(evaluation.studies.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const StudySums& left = evaluation.studies[a];
    const StudySums& right = evaluation.studies[b];
    if (left.label_differences != right.label_differences) {
      return left.label_differences > right.label_differences;
    }
    return left.rouge_l < right.rouge_l;
  });
  order.resize(std::min(order.size(), count));
  return order;
}

std::string evaluation_html(const Evaluation& evaluation) {
  const JoinedReports& joined = evaluation.joined;
  std::string unmatched = escaped(replace_all(unmatched_text(joined), "\n", "; "));
  return cat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<title>slava-cxr evaluation</title><style>",
      kStyle, "</style></head><body>\n<p class=\"banner\">", escaped(kDraftBanner),
      "</p>\n<h1>Evaluation of draft reports</h1>\n<p class=\"note\">", joined.pairs.size(),
      " studies, section ", name_of(joined.section), ", protocol ",
      name_of(evaluation.options.protocol), ": ", escaped(describe(evaluation.options.protocol)),
      ". Intervals: 95%, ", evaluation.options.bootstrap.resamples, " bootstrap resamples, seed ",
      evaluation.options.bootstrap.seed, ". slava-cxr ", program_version(), ". ", unmatched,
      "</p>\n<p class=\"note\">", escaped(kLabelNotice), " ", escaped(kMeteorNotice),
      "</p>\n<h2>Metrics and controls</h2>\n", metric_table(evaluation),
      "<h2>F1 by label, uncertain as negative</h2>\n", label_bars(evaluation),
      "<h2>Words a report, as the protocol counts them</h2>\n", length_histogram(evaluation),
      "<h2>The ", std::min(kWorstStudies, evaluation.studies.size()),
      " worst studies</h2>\n<p class=\"note\">Most label differences first. Marked: "
      "sentences that the other text does not have.</p>\n",
      worst_table(evaluation), "</body></html>\n");
}

}  // namespace slava
