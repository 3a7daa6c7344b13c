#include "evaluate/evaluation.h"

#include <map>
#include <memory>

#include "base/check.h"
#include "base/strings.h"
#include "evaluate/controls.h"
#include "evaluate/label_scores.h"
#include "evaluate/text_scorer.h"

namespace slava {
namespace {

// A prediction ready to be compared with any reference.
struct Prepared {
  std::string text;
  std::string cleaned;
  LabelledText labelled;
};

class Evaluator {
 public:
  Evaluator(const JoinedReports& joined, const EvaluationOptions& options)
      : options_(options), scorer_(cleaned_references(joined, options)) {
    for (const StudyPair& pair : joined.pairs) {
      references_.push_back(label_text(pair.reference));
      predicted_texts_.push_back(pair.prediction.joined());
    }
  }

  Prepared prepare(const ReportText& text) const {
    return {text.joined(), clean_for(options_.protocol, text.joined()), label_text(text)};
  }

  // Study number i gets `predictions[source[i]]`.
  std::vector<StudySums> score(const std::vector<Prepared>& predictions,
                               const std::vector<size_t>& source) {
    std::vector<StudySums> studies;
    studies.reserve(references_.size());
    for (size_t i = 0; i < references_.size(); ++i) {
      const Prepared& prediction = predictions[source[i]];
      studies.push_back(scorer_.score(i, prediction.cleaned));
      add_label_scores(prediction.labelled, references_[i], studies.back());
    }
    return studies;
  }

  // The system that is evaluated: study number i has the text `predictions[i]`.
  SystemScores evaluated(const std::vector<Prepared>& predictions, const std::vector<size_t>& own) {
    studies_ = score(predictions, own);
    return summarise("predictions", "the predictions that are being evaluated", studies_,
                     predictions, own);
  }

  // A system beside it, whose study number i has the text `predictions[source[i]]`.
  SystemScores beside(const std::string& name, const std::string& about,
                      const std::vector<Prepared>& predictions, const std::vector<size_t>& source) {
    const std::vector<StudySums> studies = score(predictions, source);
    SystemScores system = summarise(name, about, studies, predictions, source);
    const std::vector<MetricValue> own = metrics_of(total(studies_));
    const std::vector<Interval> intervals = paired_intervals(studies_, studies, options_.bootstrap);
    for (size_t i = 0; i < own.size(); ++i) {
      MetricValue difference = own[i];
      difference.value -= system.scores[i].metric.value;
      system.differences.push_back({difference, intervals[i]});
    }
    return system;
  }

  const std::vector<StudySums>& studies() const { return studies_; }

  SystemScores constant(const std::string& name, const std::string& about, const ReportText& text) {
    return beside(name, about, {prepare(text)}, std::vector<size_t>(references_.size(), 0));
  }

 private:
  static StudySums total(const std::vector<StudySums>& studies) {
    StudySums all;
    for (const StudySums& study : studies) all.add(study);
    return all;
  }

  // `studies` are what score() made of the same predictions and source.
  SystemScores summarise(const std::string& name, const std::string& about,
                         const std::vector<StudySums>& studies,
                         const std::vector<Prepared>& predictions,
                         const std::vector<size_t>& source) const {
    const std::vector<Interval> intervals = bootstrap_intervals(studies, options_.bootstrap);
    SystemScores system{name, about, {}, count_texts(predictions, source)};
    const std::vector<MetricValue> metrics = metrics_of(total(studies));
    for (size_t i = 0; i < metrics.size(); ++i) {
      system.scores.push_back({metrics[i], intervals[i]});
    }
    return system;
  }

  static std::vector<std::string> cleaned_references(const JoinedReports& joined,
                                                     const EvaluationOptions& options) {
    std::unique_ptr<R2genVocabulary> vocabulary;
    const bool r2gen =
        options.protocol == Protocol::kR2gen || options.protocol == Protocol::kR2genMimic;
    if (r2gen && !options.training.empty()) {
      vocabulary = std::make_unique<R2genVocabulary>(options.protocol, options.training);
    }
    std::vector<std::string> cleaned;
    for (const StudyPair& pair : joined.pairs) {
      cleaned.push_back(clean_for(options.protocol, pair.reference.joined()));
      if (vocabulary) cleaned.back() = vocabulary->with_unknowns(cleaned.back());
    }
    return cleaned;
  }

  TextCounts count_texts(const std::vector<Prepared>& predictions,
                         const std::vector<size_t>& source) const {
    TextCounts counts;
    std::map<std::string, size_t> studies_by_text;
    for (size_t i = 0; i < source.size(); ++i) {
      const std::string& text = predictions[source[i]].text;
      ++studies_by_text[text];
      if (text == predicted_texts_[i]) ++counts.as_predicted;
    }
    counts.different = studies_by_text.size();
    for (const auto& [text, studies] : studies_by_text) {
      if (studies <= counts.most_frequent_studies) continue;
      counts.most_frequent = text;
      counts.most_frequent_studies = studies;
    }
    return counts;
  }

  const EvaluationOptions& options_;
  TextScorer scorer_;
  std::vector<LabelledText> references_;
  std::vector<std::string> predicted_texts_;
  std::vector<StudySums> studies_;  // of the predictions that are evaluated
};

std::vector<Prepared> prepared(const Evaluator& evaluator, const std::vector<ReportText>& texts) {
  std::vector<Prepared> all;
  for (const ReportText& text : texts) all.push_back(evaluator.prepare(text));
  return all;
}

const Score& found(const std::vector<Score>& scores, const std::string& metric) {
  for (const Score& score : scores) {
    if (score.metric.name == metric) return score;
  }
  check_failed(__FILE__, __LINE__, metric + " is no metric");
}

ReportText unnamed(const std::string& text) { return {{{ReportSection::kUnknown, text}}}; }

}  // namespace

const Score& SystemScores::at(const std::string& metric) const { return found(scores, metric); }

const Score& SystemScores::difference_at(const std::string& metric) const {
  return found(differences, metric);
}

bool excludes_zero(const Interval& interval) { return interval.low > 0 || interval.high < 0; }

Evaluation evaluate(JoinedReports joined, EvaluationOptions options) {
  Evaluation evaluation;
  Evaluator evaluator(joined, options);
  std::vector<Prepared> predictions;
  std::vector<size_t> own;
  for (const StudyPair& pair : joined.pairs) {
    own.push_back(predictions.size());
    predictions.push_back(evaluator.prepare(pair.prediction));
  }
  evaluation.predictions = evaluator.evaluated(predictions, own);
  evaluation.studies = evaluator.studies();
  if (!options.other.empty()) {
    SLAVA_CHECK_EQ(options.other.size(), own.size());
    evaluation.other = evaluator.beside("other", "the predictions compared with",
                                        prepared(evaluator, options.other), own);
  }
  evaluation.controls.push_back(
      evaluator.constant("constant_normal", "one normal report for every study, no film read",
                         unnamed(constant_normal_report())));
  if (!options.training.empty()) {
    std::vector<std::string> cleaned;
    for (const std::string& text : options.training) {
      cleaned.push_back(clean_for(options.protocol, text));
    }
    const size_t best = best_constant(cleaned, options.bootstrap.seed);
    evaluation.controls.push_back(evaluator.constant(
        "best_training_constant", "the report of the training split that serves best for all of it",
        unnamed(options.training[best])));
  }
  evaluation.controls.push_back(
      evaluator.beside("shuffled", "the predictions, each given to another study", predictions,
                       shuffled_studies(own.size(), options.bootstrap.seed)));
  if (!options.blanked.empty()) {
    SLAVA_CHECK_EQ(options.blanked.size(), own.size());
    evaluation.controls.push_back(evaluator.beside("blanked_films", options.blanked_about,
                                                   prepared(evaluator, options.blanked), own));
  }
  evaluation.joined = std::move(joined);
  evaluation.options = std::move(options);
  return evaluation;
}

}  // namespace slava
