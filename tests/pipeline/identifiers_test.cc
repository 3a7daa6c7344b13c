// Made-up identifiers in every element of a film, and none of them in any output or log.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "pipeline/batch_fixture.h"
#include "pipeline/work_list.h"
#include "study/find_studies.h"
#include "support/planted_identifiers.h"

namespace slava {
namespace {

using slava::testing::DicomFilm;
using slava::testing::write_planted_film;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class Identifiers : public BatchTest {
 protected:
  void TearDown() override { EXPECT_TRUE(start_log({})); }

  DicomFilm film(const std::string& study, const std::string& modality = "DX") {
    DicomFilm film;
    film.rows = 180;
    film.columns = 160;
    film.study_uid = study;
    film.sop_uid = study + ".1";
    film.modality = modality;
    return film;
  }

  // All films of the folder "in" into reports with everything logged; what was said and written.
  std::string run_all() {
    LogOptions log;
    log.level = LogLevel::kDebug;
    log.file = folder_ / "log";
    EXPECT_TRUE(start_log(log));
    const auto list = find_studies({folder_ / "in"}, {});
    EXPECT_TRUE(list) << list.error();
    list_ = *list;
    std::ostringstream dry;
    for (const ListFormat format : {ListFormat::kText, ListFormat::kJsonLines}) {
      print_work(work_items(list_, {}), list_.ignored, gate_, format, dry);
    }
    const Reader reader(assistant_, {.gate = gate_, .include_identifiers = include_identifiers_});
    const auto summary = run_batch(reader, list_, options_, out_, err_);
    EXPECT_TRUE(summary) << summary.error();
    summary_ = *summary;
    EXPECT_TRUE(start_log({}));
    said_ = cat(dry.str(), out_.str(), err_.str(), content(folder_ / "log"));
    std::string all = said_;
    for (const auto& entry : fs::recursive_directory_iterator(options_.output)) {
      all += cat(entry.path().filename().string(), "\n");
      if (entry.is_regular_file()) all += content(entry.path());
    }
    return all;
  }

  static void expect_none(const std::vector<std::string>& secrets, const std::string& text) {
    for (const std::string& secret : secrets) {
      const size_t at = text.find(secret);
      EXPECT_EQ(at, std::string::npos)
          << secret << " in ..." << text.substr(at < 80 ? 0 : at - 80, 200);
    }
  }

  bool include_identifiers_ = false;
  BatchSummary summary_;
  std::string said_;
};

TEST_F(Identifiers, StandInNoReportListOrLogWhateverBecomesOfTheFilm) {
  fs::create_directories(folder_ / "in");
  std::vector<std::string> secrets;
  const auto plant = [&](const std::string& name, const DicomFilm& film) {
    for (std::string& secret : write_planted_film(folder_ / "in" / name, film)) {
      secrets.push_back(std::move(secret));
    }
  };
  gate_ = GateOptions();
  gate_.set(GateReason::kNotAChestFilm, GateAction::kWarn);
  plant("read.dcm", film("1.2.3"));
  plant("refused.dcm", film("1.2.4", "CT"));
  DicomFilm strange = film("1.2.5");
  strange.modality = "ZZMODALITY";
  strange.view_position = "ZZVIEW";
  strange.edit = [](DcmDataset& data) {
    slava::testing::put(data, DCM_BodyPartExamined, "ZZPART");
  };
  plant("strange.dcm", strange);
  DicomFilm coloured = film("1.2.6");
  coloured.photometric = "ZZCOLOUR";
  plant("unreadable.dcm", coloured);
  plant("cut.dcm", film("1.2.7"));
  fs::resize_file(folder_ / "in/cut.dcm", fs::file_size(folder_ / "in/cut.dcm") - 4000);
  plant("cut-in-tags.dcm", film("1.2.8"));
  fs::resize_file(folder_ / "in/cut-in-tags.dcm", 3000);
  for (const char* secret : {"ZZMODALITY", "ZZVIEW", "ZZPART", "ZZCOLOUR"}) {
    secrets.emplace_back(secret);
  }
  ASSERT_GT(secrets.size(), 1000u);

  const std::string all = run_all();
  EXPECT_EQ(summary_.ok, 1u) << said_;
  EXPECT_EQ(summary_.refused, 2u);
  EXPECT_EQ(summary_.failed, 3u);
  EXPECT_THAT(all, HasSubstr("not_a_chest_film")) << "the warning is in no output";
  expect_none(secrets, all);
}

TEST_F(Identifiers, StandInTheReportsAndNotInTheLogWhereTheyAreAskedFor) {
  fs::create_directories(folder_ / "in");
  const auto secrets = write_planted_film(folder_ / "in/film.dcm", film("1.2.3"));
  include_identifiers_ = true;
  run_all();
  const auto json = nlohmann::json::parse(content(out("1.2.3/report.json")));
  EXPECT_EQ(json["patient"]["name"], "Secretname^Anna");
  EXPECT_EQ(json["patient"]["id"], "SECRET-4711");
  EXPECT_EQ(json["patient"]["birth_date"], "1955-01-02");
  EXPECT_THAT(content(out("1.2.3/report.txt")), HasSubstr("Secretname^Anna"));
  EXPECT_THAT(content(out("1.2.3/report.html")), HasSubstr("SECRET-4711"));
  expect_none(secrets, said_);
}

TEST_F(Identifiers, APictureWithTextBurntInIsLeftOut) {
  fs::create_directories(folder_ / "in");
  DicomFilm burnt = film("1.2.3");
  burnt.edit = [](DcmDataset& data) { slava::testing::put(data, DCM_BurnedInAnnotation, "YES"); };
  slava::testing::write_film(folder_ / "in/film.dcm", burnt);
  run_all();
  EXPECT_THAT(content(out("1.2.3/report.html")), Not(HasSubstr("data:image/jpeg")));
  options_.existing = ExistingResults::kOverwrite;
  include_identifiers_ = true;
  run_all();
  EXPECT_THAT(content(out("1.2.3/report.html")), HasSubstr("data:image/jpeg"));
}

}  // namespace
}  // namespace slava
