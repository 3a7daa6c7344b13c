// From files to a folder: every refusal with its step, nothing half-written, the same bytes twice.
#include "radex/radex.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/strings.h"
#include "chat_server.h"
#include "support/temporary_folder.h"

namespace slava::radex {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// A grey picture of one pixel; `mark` behind it makes films differ.
std::string png(const std::string& mark) {
  const unsigned char bytes[] = {
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
      0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
      0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78,
      0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00,
      0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  return std::string(reinterpret_cast<const char*>(bytes), sizeof bytes) + mark;
}

class Radex : public testing::Test {
 protected:
  void add(const std::string& id, const std::string& text, const json& more = json::object()) {
    json row = {{"case_id", id},       {"image", id + ".png"},   {"view", "PA"},
                {"description", text}, {"license", "CC BY 4.0"}, {"source", "https://example.org"}};
    row.update(more);
    rows_ += row.dump() + "\n";
    EXPECT_TRUE(write_file_atomically(folder_ / (id + ".png"), png(id)));
  }

  RadexRequest request() {
    EXPECT_TRUE(write_file_atomically(folder_ / "cases.jsonl", rows_));
    RadexRequest made;
    made.cases = {(folder_ / "cases.jsonl").string()};
    made.output = out().string();
    return made;
  }

  fs::path out() const { return folder_ / "corpus"; }
  std::string file(const std::string& name) const { return *read_file(out() / name); }
  std::multimap<std::string, std::string> refusals() const {
    std::multimap<std::string, std::string> all;
    for (const std::string& line : split(file("refusals.jsonl"), '\n')) {
      if (line.empty()) continue;
      const json row = json::parse(line);
      all.emplace(row["step"].get<std::string>() + ":" + row["subject"].get<std::string>(),
                  row["kind"].get<std::string>());
    }
    return all;
  }

  TemporaryFolder folder_;
  std::string rows_;
};

TEST_F(Radex, MakesACorpusOfTheThreeStages) {
  add("c1", "Fever. Chest radiograph shows a small left pleural effusion. No pneumothorax.");
  add("c2", "Consolidation in the right lower lobe.", {{"view", "L"}});
  const auto outcome = run_radex(request());
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_THAT(outcome->out, AllOf(HasSubstr("AI-GENERATED DRAFT"), HasSubstr("2 cases")));
  const json all = json::parse(file("radex.json"));
  size_t parts = 0;
  for (const char* stage : {"recognition", "reasoning", "reporting"}) {
    parts += json::parse(file(cat(stage, ".json"))).size();
  }
  EXPECT_EQ(all.size(), parts);
  for (const json& sample : all) {
    ASSERT_EQ(sample["conversations"].size(), 2u);
    EXPECT_EQ(sample["conversations"][0]["from"], "human");
    EXPECT_EQ(sample["conversations"][1]["from"], "gpt");
    EXPECT_THAT(sample["conversations"][0]["value"].get<std::string>(),
                testing::StartsWith("<image>\n"));
    EXPECT_TRUE(fs::exists(folder_ / sample["image"].get<std::string>()));
  }
  const std::string first = file("corpus.jsonl").substr(0, file("corpus.jsonl").find('\n'));
  const json row = json::parse(first);
  EXPECT_EQ(row["case"], "c1");
  EXPECT_EQ(row["license"], "CC BY 4.0");
  EXPECT_EQ(row["source"], "https://example.org");
  EXPECT_EQ(row["seed"], 1);
  EXPECT_TRUE(row["versions"].contains("privacy"));
  EXPECT_FALSE(fs::exists(folder_ / "corpus.partial"));
}

TEST_F(Radex, EveryRefusalIsListedWithItsStep) {
  add("good", "There is a left pleural effusion.");
  add("unlicensed", "There is a nodule.", {{"license", "house rules"}});
  add("view", "There is a nodule.", {{"view", "axial"}});
  add("nofilm", "There is a nodule.", {{"image", "none.png"}});
  add("named", "Zorblax Quentin was seen on the ward.");
  add("mail", "There is a nodule.", {{"case_id", "jane.doe@example.org"}});
  add("ct", "CT shows a nodule.");
  add("day1", "There is an opacity.", {{"patient", "7"}, {"day_offset", "1"}});
  add("day9", "There is an opacity.", {{"patient", "7"}, {"day_offset", "9"}});
  add("empty", "Intensive care study.");
  const auto outcome = run_radex(request());
  ASSERT_TRUE(outcome) << outcome.error();
  const auto all = refusals();
  EXPECT_THAT(all, Contains(Pair("licence:unlicensed", "licence_not_known")));
  EXPECT_THAT(all, Contains(Pair("film:view", "unknown_view")));
  EXPECT_THAT(all, Contains(Pair("film:nofilm", "film_missing")));
  EXPECT_THAT(all, Contains(Pair("privacy:named", "nothing_left")));
  EXPECT_THAT(all, Contains(Pair("privacy:cases.jsonl:6", "email_in_id_or_file_name")));
  EXPECT_THAT(all, Contains(Pair("radiograph:ct", "nothing_about_this_film")));
  EXPECT_THAT(all, Contains(Pair("radiograph:day1", "one_text_for_several_days")));
  EXPECT_THAT(all, Contains(Pair("radiograph:day9", "one_text_for_several_days")));
  EXPECT_THAT(all, Contains(Pair("facts:empty", "no_facts")));
  const std::string page = file("radex-report.html");
  for (const auto& [key, kind] : all) {
    EXPECT_THAT(page, AllOf(HasSubstr(key.substr(key.find(':') + 1)), HasSubstr(kind)));
  }
  EXPECT_THAT(page, AllOf(HasSubstr("AI-GENERATED DRAFT"), Not(HasSubstr("Zorblax")),
                          Not(HasSubstr("jane.doe")), Not(HasSubstr("http-equiv")),
                          Not(HasSubstr("<script")), Not(HasSubstr("src="))));
}

TEST_F(Radex, NoIdentifierReachesAnyFile) {
  add("c1",
      "Mrs. Marguerite Oyelaran, 12 Elmhurst Road, MRN 4471920. There is a left pleural effusion. "
      "Seen on 3 May 2021 by 田中医師. No pneumothorax. Call 555-013-4477. The lungs are clear and "
      "well aerated. The heart is "
      "normal in size. The mediastinal contours are normal. No free air under the diaphragm.",
      {{"age", "97"}, {"sex", "F"}, {"finding", "Oyelaran syndrome"}, {"other_notes", "Oyelaran"}});
  RadexRequest asked = request();
  asked.keep_cleaned = true;
  const auto outcome = run_radex(asked);
  ASSERT_TRUE(outcome) << outcome.error();
  for (const fs::directory_entry& entry : fs::directory_iterator(out())) {
    const std::string text = *read_file(entry.path());
    for (const char* part :
         {"Oyelaran", "Marguerite", "Elmhurst", "4471920", "2021", "田中", "013-4477", "97"}) {
      EXPECT_THAT(text, Not(HasSubstr(part))) << entry.path();
    }
  }
  EXPECT_THAT(file("cleaned.jsonl"), HasSubstr("There is a left pleural effusion."));
}

TEST_F(Radex, TheSameSeedGivesTheSameBytesAndAnotherDoesNot) {
  add("c1", "There is a small left pleural effusion. No pneumothorax. The heart is enlarged.");
  RadexRequest asked = request();
  ASSERT_TRUE(run_radex(asked));
  std::map<std::string, std::string> first;
  for (const fs::directory_entry& entry : fs::directory_iterator(out())) {
    first[entry.path().filename()] = *read_file(entry.path());
  }
  asked.force = true;
  ASSERT_TRUE(run_radex(asked));
  for (const auto& [name, text] : first) EXPECT_EQ(file(name), text) << name;
  asked.seed = 2;
  ASSERT_TRUE(run_radex(asked));
  EXPECT_NE(file("radex.json"), first["radex.json"]);
}

TEST_F(Radex, LicencesThatCannotBeCombinedStopTheRunBeforeItBegins) {
  add("c1", "There is a nodule.", {{"license", "CC BY-NC-SA 4.0"}});
  add("c2", "There is a mass.", {{"license", "CC BY-NC-ND 4.0"}});
  RadexRequest asked = request();
  const auto outcome = run_radex(asked);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kInput);
  EXPECT_THAT(outcome.error().message,
              AllOf(HasSubstr("CC BY-NC-SA 4.0"), HasSubstr("CC BY-NC-ND 4.0")));
  EXPECT_FALSE(fs::exists(out()));
  EXPECT_FALSE(fs::exists(folder_ / "corpus.partial"));
  asked.allow_licence = {"CC BY-NC-ND"};
  const auto one = run_radex(asked);
  ASSERT_TRUE(one) << one.error();
  EXPECT_THAT(one->out, HasSubstr("must stay here"));
  EXPECT_THAT(refusals(), Contains(Pair("licence:c1", "licence_not_allowed")));
}

TEST_F(Radex, NothingIsOverwrittenUnasked) {
  add("c1", "There is a nodule.");
  RadexRequest asked = request();
  ASSERT_TRUE(run_radex(asked));
  const auto again = run_radex(asked);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(again.error().message, HasSubstr("--force"));
  ASSERT_TRUE(write_file_atomically(out() / "mine.txt", "x"));
  asked.force = true;
  EXPECT_FALSE(run_radex(asked));
  EXPECT_TRUE(fs::exists(out() / "mine.txt"));
}

TEST_F(Radex, AModelRewordsWhatPassesTheChecks) {
  add("c1", "There is a small left pleural effusion. No pneumothorax.");
  ChatServer server([](const std::string& text) {
    if (text.find("pneumothorax") != std::string::npos) return std::string("A pneumothorax.");
    return replace_all(text, "There is", "We see");
  });
  RadexRequest asked = request();
  asked.llm = server.url();
  asked.llm_model = "tiny";
  asked.llm_key = "secret-key";
  const auto outcome = run_radex(asked);
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_THAT(file("corpus.jsonl"), HasSubstr("\"rewritten_by\":\"tiny\""));
  bool refused = false;
  for (const auto& [key, kind] : refusals()) {
    refused = refused || (key.starts_with("rewrite:") && kind == "changes_the_facts");
  }
  EXPECT_TRUE(refused);
  // What leaves is the grammar's text, never the case's.
  for (const json& one : server.requests) {
    EXPECT_THAT(one.dump(), Not(HasSubstr("c1")));
  }
  EXPECT_THAT(file("run.json"), Not(HasSubstr("secret-key")));
  EXPECT_FALSE(fs::exists(out() / "rewritings.jsonl"));
}

TEST_F(Radex, AnInterruptedRewordingGoesOn) {
  add("c1", "There is a small left pleural effusion. No pneumothorax.");
  RadexRequest asked = request();
  asked.llm = "http://127.0.0.1:1/v1";
  asked.llm_timeout_s = 1;
  const auto stopped = run_radex(asked);
  ASSERT_FALSE(stopped);
  EXPECT_FALSE(fs::exists(out()));
  // Nothing was rewritten yet, so nothing stays.
  EXPECT_FALSE(fs::exists(folder_ / "corpus.partial"));
  ASSERT_TRUE(write_file_atomically(folder_ / "corpus.partial" / "rewritings.jsonl", "\n"));
  const auto unasked = run_radex(asked);
  ASSERT_FALSE(unasked);
  EXPECT_THAT(unasked.error().message, HasSubstr("--resume"));
  ChatServer server([](const std::string& text) { return text; });
  asked.llm = server.url();
  asked.resume = true;
  const auto outcome = run_radex(asked);
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_FALSE(fs::exists(folder_ / "corpus.partial"));
}

TEST_F(Radex, WarnsOfAModelElsewhere) {
  add("c1", "There is a nodule.");
  RadexRequest asked = request();
  asked.llm = "http://radex.invalid/v1";
  asked.llm_timeout_s = 1;
  testing::internal::CaptureStderr();
  const auto outcome = run_radex(asked);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("radex.invalid is not this machine"));
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("radex.invalid"));
}

TEST_F(Radex, TellsWhichFlagsAreMissing) {
  EXPECT_THAT(run_radex({}).error().message, HasSubstr("--cases"));
  RadexRequest asked;
  asked.cases = {"x.jsonl"};
  EXPECT_THAT(run_radex(asked).error().message, HasSubstr("--output"));
}

TEST_F(Radex, SaysWhenNoSampleIsLeft) {
  add("c1", "Intensive care study.");
  const auto outcome = run_radex(request());
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message,
              AllOf(HasSubstr("no sample is left"), HasSubstr("no_facts")));
}

}  // namespace
}  // namespace slava::radex
