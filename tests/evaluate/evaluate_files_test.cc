// The command's work from files to files: table, JSON, gate, JUnit, page.
#include "evaluate/evaluate_files.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "evaluate/evaluation_html.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kNormal{"The lungs are clear.",
                                       "There is no pleural effusion.",
                                       "There is no pneumothorax.",
                                       "The heart is normal in size.",
                                       "No focal consolidation.",
                                       "Bony structures are intact.",
                                       "The mediastinum is unremarkable."};
const std::vector<std::string> kAbnormal{
    "There is a small left pleural effusion.", "The heart is enlarged.",
    "There is consolidation in the right lower lobe.", "Mild bibasilar atelectasis.",
    "There is a large right pneumothorax."};

size_t drawn(size_t study, size_t item, size_t count) {
  return static_cast<size_t>(mix_seed(7, study, item) % count);
}

// Four to six sentences, an abnormal one in every second study.
std::vector<std::string> sentences_of(size_t study) {
  std::vector<std::string> sentences;
  for (size_t i = 0; i < kNormal.size(); ++i) {
    if (drawn(study, i, 10) < 7) sentences.push_back(kNormal[i]);
  }
  if (study % 2 == 0) sentences.push_back(kAbnormal[drawn(study, 99, kAbnormal.size())]);
  if (sentences.empty()) sentences.push_back(kNormal[0]);
  return sentences;
}

std::string lines_of(const std::vector<std::vector<std::string>>& reports) {
  std::string text;
  for (size_t i = 0; i < reports.size(); ++i) {
    text += json{{"study_id", cat("s", i)}, {"findings", join(reports[i], " ")}}.dump() + "\n";
  }
  return text;
}

std::vector<std::vector<std::string>> reports(size_t count) {
  std::vector<std::vector<std::string>> all;
  for (size_t i = 0; i < count; ++i) all.push_back(sentences_of(i));
  return all;
}

class EvaluateFiles : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file_atomically(folder_ / name, text));
    return folder_ / name;
  }

  EvaluateRequest request(size_t count = 60) {
    EvaluateRequest request;
    request.references = write("references.jsonl", lines_of(reports(count)));
    // Each study's report with its last sentence gone.
    auto predictions = reports(count);
    for (auto& sentences : predictions) {
      if (sentences.size() > 1) sentences.pop_back();
    }
    predictions_ = predictions;
    request.predictions = write("predictions.jsonl", lines_of(predictions));
    request.resamples = 50;
    return request;
  }

  TemporaryFolder folder_;
  std::vector<std::vector<std::string>> predictions_;
};

TEST_F(EvaluateFiles, JsonHasMetricsLabelsAndControlsWithIntervals) {
  EvaluateRequest wanted = request();
  wanted.json = true;
  wanted.train_split = write("train.jsonl", lines_of(reports(30)));
  const auto outcome = evaluate_files(wanted);
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->code, ExitCode::kOk);
  const json document = json::parse(outcome->out);
  EXPECT_EQ(document["n"], 60);
  for (const char* name : {"bleu_1", "bleu_4", "rouge_l_coco", "rouge_l", "cider_d"}) {
    const json& metric = document["metrics"][name];
    EXPECT_LE(metric["low"], metric["value"]) << name;
    EXPECT_GE(metric["high"], metric["value"]) << name;
  }
  EXPECT_TRUE(
      document["labels"]["uncertain_as_positive"]["per_label"]["Pneumothorax"]["f1"].contains(
          "low"));
  for (const char* control : {"constant_normal", "best_training_constant", "shuffled"}) {
    EXPECT_GT(document["metrics"]["rouge_l"]["value"],
              document["controls"][control]["metrics"]["rouge_l"]["value"])
        << control;
    const json& difference = document["controls"][control]["difference"]["metrics"]["rouge_l"];
    EXPECT_GT(difference["low"], 0) << control;
    EXPECT_NEAR(difference["value"].get<double>(),
                document["metrics"]["rouge_l"]["value"].get<double>() -
                    document["controls"][control]["metrics"]["rouge_l"]["value"].get<double>(),
                1e-12)
        << control;
  }
  EXPECT_THAT(outcome->talk, HasSubstr("30 of the training reports are among the references"));
  EXPECT_THAT(outcome->out, HasSubstr("neither CheXbert's nor the Stanford labeller's"));
}

TEST_F(EvaluateFiles, PerfectPredictionsScoreOne) {
  EvaluateRequest wanted = request();
  wanted.predictions = wanted.references;
  wanted.json = true;
  const json document = json::parse(evaluate_files(wanted)->out);
  for (const char* name : {"bleu_4", "rouge_1", "rouge_l", "rouge_l_coco", "meteor_exact_stem"}) {
    EXPECT_NEAR(document["metrics"][name]["value"].get<double>(), 1, 1e-9) << name;
  }
  EXPECT_EQ(document["labels"]["uncertain_as_negative"]["micro_f1_14"]["value"], 1);
  EXPECT_EQ(document["labels"]["differences_per_study"]["value"], 0);
}

TEST_F(EvaluateFiles, TheTableNamesWhatIsMissing) {
  EvaluateRequest wanted = request(5);
  wanted.predictions = write("some.jsonl",
                             "{\"study_id\": \"s1\", \"report\": \"Clear.\"}\n"
                             "{\"study_id\": \"s2\", \"report\": \"\"}\n"
                             "{\"study_id\": \"zz\", \"report\": \"Clear.\"}\n");
  const auto outcome = evaluate_files(wanted);
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_THAT(outcome->talk,
              AllOf(HasSubstr("3 references without a prediction, not scored: s0, s3"),
                    HasSubstr("1 predictions without a reference, not scored: zz"),
                    HasSubstr("1 empty predictions, scored as empty texts: s2")));
  EXPECT_THAT(outcome->out, AllOf(HasSubstr("2 studies, section findings, protocol plain"),
                                  HasSubstr("constant_normal"), HasSubstr("shuffled"),
                                  Not(HasSubstr("best_training_constant"))));
}

TEST_F(EvaluateFiles, AnotherSystemIsComparedInPairs) {
  EvaluateRequest wanted = request();
  wanted.compare_with = wanted.references;
  wanted.json = true;
  const auto outcome = evaluate_files(wanted);
  ASSERT_TRUE(outcome) << outcome.error();
  const json document = json::parse(outcome->out);
  const json& rouge = document["comparison"]["difference"]["metrics"]["rouge_l"];
  EXPECT_NEAR(rouge["value"].get<double>(),
              document["metrics"]["rouge_l"]["value"].get<double>() - 1, 1e-9);
  EXPECT_LT(rouge["high"], 0) << "the references are better than anything";
  wanted.json = false;
  EXPECT_THAT(evaluate_files(wanted)->out, HasSubstr("predictions - other"));
  wanted.compare_with = write("few.jsonl", lines_of(reports(7)));
  EXPECT_THAT(evaluate_files(wanted).error().message,
              HasSubstr("no report of 53 studies that are scored, the first is s7"));
}

TEST_F(EvaluateFiles, FlagsThatDoNotGoTogetherAreRefused) {
  const auto message = [](const EvaluateRequest& wanted) {
    const auto outcome = evaluate_files(wanted);
    EXPECT_EQ(outcome.error().kind, ErrorKind::kUsage);
    return outcome.error().message;
  };
  EXPECT_THAT(message({}), HasSubstr("needs --references and --predictions"));
  EvaluateRequest wanted = request(3);
  wanted.junit = "x.xml";
  EXPECT_THAT(message(wanted), HasSubstr("--junit needs --baseline"));
  wanted.junit.clear();
  wanted.section = "conclusion";
  EXPECT_THAT(message(wanted), HasSubstr("expected findings, impression or both"));
  wanted.section = "findings";
  wanted.protocol = "coco";
  EXPECT_THAT(message(wanted), HasSubstr("expected plain, r2gen, r2gen-mimic or verbatim"));
}

TEST_F(EvaluateFiles, BlankedFilmsStandAmongTheControls) {
  EvaluateRequest wanted = request(6);
  wanted.html = folder_ / "page.html";
  std::vector<std::string> asked;
  wanted.read_blanked = [&](const std::vector<std::string>& ids) -> Result<BlankedReports> {
    asked = ids;
    BlankedReports reports{{}, "the model m on blanked films; any check is bypassed", "aa"};
    for (const std::string& id : ids) {
      ReportRow row;
      row.id = id;
      row.has_sections = true;
      row.findings = "The film cannot be assessed.";
      row.impression = "Not among the findings.";
      reports.rows.push_back(row);
    }
    // One study whose draft needs no film.
    reports.rows[2].findings = join(predictions_[2], " ");
    return reports;
  };
  const auto outcome = evaluate_files(wanted);
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_THAT(asked, testing::ElementsAre("s0", "s1", "s2", "s3", "s4", "s5"));
  EXPECT_THAT(outcome->out, AllOf(HasSubstr("blanked_films"),
                                  HasSubstr("Control blanked_films: the model m on blanked films; "
                                            "any check is bypassed.")));
  EXPECT_THAT(*read_file(wanted.html),
              AllOf(HasSubstr("<th>blanked_films</th>"), HasSubstr("any check is bypassed")));
  wanted.json = true;
  const json document = json::parse(evaluate_files(wanted)->out);
  const json& control = document["controls"]["blanked_films"];
  EXPECT_LT(control["metrics"]["rouge_l"]["value"], document["metrics"]["rouge_l"]["value"]);
  EXPECT_LE(control["metrics"]["rouge_l"]["low"], control["metrics"]["rouge_l"]["value"]);
  EXPECT_EQ(control["texts"]["different"], 2);
  EXPECT_EQ(control["texts"]["most_frequent"], "The film cannot be assessed.");
  EXPECT_EQ(control["texts"]["most_frequent_studies"], 5);
  EXPECT_EQ(control["texts"]["as_predicted"], 1);
  EXPECT_EQ(document["texts"]["as_predicted"], 6);

  wanted.read_blanked = [](const auto&) -> Result<BlankedReports> {
    return fail(ErrorKind::kModel, "no such model");
  };
  EXPECT_EQ(evaluate_files(wanted).error().kind, ErrorKind::kModel);
}

TEST_F(EvaluateFiles, ABlankedRunOfAnotherCheckpointIsToldApart) {
  EvaluateRequest wanted = request(2);
  wanted.predictions = write(
      "by.jsonl",
      R"({"study_id": "s0", "findings": "Clear.", "provenance": {"checkpoint": {"sha256": "aa"}}})"
      "\n"
      R"({"study_id": "s1", "findings": "Clear."})");
  std::string checkpoint = "aa";
  wanted.read_blanked = [&](const std::vector<std::string>& ids) -> Result<BlankedReports> {
    return BlankedReports{std::vector<ReportRow>(ids.size()), "about", checkpoint};
  };
  EXPECT_THAT(evaluate_files(wanted)->talk, Not(HasSubstr("another checkpoint")));
  checkpoint = "bb";
  EXPECT_THAT(evaluate_files(wanted)->talk,
              HasSubstr("the prediction of s0 was written by another checkpoint"));
}

TEST_F(EvaluateFiles, ExportsAreWrittenAndTheirNamesCheckedFirst) {
  EvaluateRequest wanted = request(3);
  wanted.export_radeval = folder_ / "pairs.jsonl";
  wanted.export_rexrank = folder_ / "rexrank.json";
  const auto outcome = evaluate_files(wanted);
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_THAT(*read_file(wanted.export_radeval), HasSubstr("{\"study_id\":\"s0\",\"ref\":"));
  EXPECT_EQ(json::parse(*read_file(wanted.export_rexrank)).size(), 3u);
  EXPECT_THAT(outcome->talk, HasSubstr("3 of the exported predictions do not tell"));
  wanted.export_radeval = folder_ / "pairs.txt";
  EXPECT_EQ(evaluate_files(wanted).error().kind, ErrorKind::kUsage);
}

// By whether the baseline is perfect: the gate must see a flipped negation from above and below.
class Gate : public EvaluateFiles, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    request_ = request(100);
    if (GetParam()) {
      predictions_ = reports(100);
      request_.predictions = request_.references;
    }
    request_.resamples = 0;
    request_.save_baseline = folder_ / "baseline.json";
    ASSERT_TRUE(evaluate_files(request_));
    request_.save_baseline.clear();
    request_.baseline = folder_ / "baseline.json";
    request_.junit = folder_ / "junit.xml";
  }

  EvaluateOutcome run(const std::vector<std::vector<std::string>>& predictions) {
    request_.predictions = write("new.jsonl", lines_of(predictions));
    auto outcome = evaluate_files(request_);
    EXPECT_TRUE(outcome) << outcome.error();
    return *std::move(outcome);
  }

  EvaluateRequest request_;
};

TEST_P(Gate, TheSamePredictionsPass) {
  request_.json = true;
  const EvaluateOutcome outcome = run(predictions_);
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.talk, HasSubstr("Against the baseline: passed"));
  EXPECT_EQ(json::parse(outcome.out)["gate"]["passed"], true);
  EXPECT_THAT(*read_file(request_.junit),
              AllOf(HasSubstr("failures=\"0\""), HasSubstr("name=\"metrics/bleu_4\"/>")));
}

TEST_P(Gate, OneFlippedNegationInTenPercentOfTheReportsFails) {
  size_t flipped = 0;
  for (size_t i = 0; i < predictions_.size() && flipped < predictions_.size() / 10; ++i) {
    for (std::string& sentence : predictions_[i]) {
      if (!sentence.starts_with("There is no ")) continue;
      sentence = replace_all(sentence, "There is no ", "There is ");
      ++flipped;
      break;
    }
  }
  ASSERT_EQ(flipped, 10u);
  const EvaluateOutcome outcome = run(predictions_);
  EXPECT_EQ(outcome.code, ExitCode::kRegression);
  EXPECT_THAT(outcome.talk,
              AllOf(HasSubstr("FAILED"), HasSubstr("worse: labels/differences_per_study")));
  EXPECT_THAT(*read_file(request_.junit),
              AllOf(HasSubstr("<failure message=\"labels/differences_per_study was "),
                    Not(HasSubstr("failures=\"0\""))));
}

TEST_P(Gate, OtherWordsAndAnotherOrderOfSentencesPass) {
  // In every tenth report the sentences turn around and a word gives way to a synonym.
  for (size_t i = 0; i < predictions_.size(); i += 10) {
    std::reverse(predictions_[i].begin(), predictions_[i].end());
    for (std::string& sentence : predictions_[i]) {
      sentence = replace_all(sentence, "There is no", "There is no evidence of");
      sentence = replace_all(sentence, "unremarkable", "normal");
    }
  }
  const EvaluateOutcome outcome = run(predictions_);
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.talk;
  EXPECT_THAT(outcome.talk, HasSubstr("within tolerance: metrics/"));
}

TEST_P(Gate, AMissingStudyFails) {
  predictions_.pop_back();
  const EvaluateOutcome outcome = run(predictions_);
  EXPECT_EQ(outcome.code, ExitCode::kRegression);
  EXPECT_THAT(outcome.talk, HasSubstr("worse: n 100.000 -> 99.000"));
}

TEST_P(Gate, ATighterToleranceFileDecides) {
  for (size_t i = 0; i < predictions_.size(); i += 10) {
    std::reverse(predictions_[i].begin(), predictions_[i].end());
  }
  request_.tolerance = write("tolerance.json", R"({"metrics/rouge_l": "0.1%"})");
  EXPECT_THAT(run(predictions_).talk, HasSubstr("worse: metrics/rouge_l "));
  request_.tolerance = write("tolerance.json", R"({"metrics/": null, "labels/": 1})");
  EXPECT_THAT(run(predictions_).talk, Not(HasSubstr("metrics/")));
  request_.tolerance = write("tolerance.json", R"({"metrics/rouge_1": -1})");
  EXPECT_THAT(evaluate_files(request_).error().message, HasSubstr("metrics/rouge_1 is -1"));
  request_.tolerance = write("tolerance.json", R"({"metrics/ruge_l": 0.1})");
  EXPECT_THAT(evaluate_files(request_).error().message, HasSubstr("did you mean metrics/rouge_l?"));
}

TEST_P(Gate, ABaselineOfOtherReferencesOrAnotherProtocolIsRefused) {
  request_.protocol = "verbatim";
  EXPECT_THAT(evaluate_files(request_).error().message,
              HasSubstr("protocol is \"plain\", and \"verbatim\" now"));
  request_.protocol = "plain";
  request_.references = write("other.jsonl", lines_of(reports(101)));
  EXPECT_THAT(evaluate_files(request_).error().message, HasSubstr("the references changed"));
  request_.baseline = write("no-baseline.json", "{}");
  EXPECT_THAT(evaluate_files(request_).error().message, HasSubstr("no baseline; expected a file"));
}

INSTANTIATE_TEST_SUITE_P(Baselines, Gate, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Perfect" : "Imperfect");
});

TEST_F(EvaluateFiles, ThePageIsSelfContainedAndEscaped) {
  EvaluateRequest wanted = request(30);
  wanted.predictions = write("p.jsonl",
                             "{\"study_id\": \"s1\", \"report\": \"<script>x</script>\"}\n"
                             "{\"study_id\": \"s2\", \"report\": \"The lungs are clear.\"}\n");
  wanted.html = folder_ / "page.html";
  ASSERT_TRUE(evaluate_files(wanted));
  const std::string page = *read_file(wanted.html);
  EXPECT_THAT(page, AllOf(HasSubstr("AI-GENERATED DRAFT"), HasSubstr("constant_normal"),
                          HasSubstr("The 2 worst studies"), HasSubstr("&lt;script&gt;"),
                          Not(HasSubstr("<script")), Not(HasSubstr("http"))));
}

TEST(MarkedSentences, OnlyWhatTheOtherTextLacksIsMarked) {
  EXPECT_EQ(marked_sentences("No effusion. Heart is big.", "Lungs clear. no effusion."),
            "No effusion. <mark>Heart is big.</mark>");
}

TEST(WorstStudies, MostLabelDifferencesComeFirst) {
  Evaluation evaluation;
  evaluation.studies.resize(4);
  evaluation.studies[1].label_differences = 2;
  evaluation.studies[3].label_differences = 2;
  evaluation.studies[1].rouge_l = 0.5;
  evaluation.studies[0].rouge_l = 0.1;
  EXPECT_THAT(worst_studies(evaluation, 3), testing::ElementsAre(3u, 1u, 2u));
}

}  // namespace
}  // namespace slava
