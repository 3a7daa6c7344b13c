#include "pipeline/results.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "pipeline/fakes.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(Results, ARowIsOneJsonObject) {
  EXPECT_EQ(to_json_line({"1.2", StudyStatus::kOk, "", 0.2104}),
            R"({"study_id":"1.2","status":"ok","reason":"","seconds":0.21})");
  EXPECT_EQ(to_json_line({"1.2", StudyStatus::kFailed, "a \"b\"", 1}),
            R"({"study_id":"1.2","status":"failed","reason":"a \"b\"","seconds":1.0})");
}

TEST(Results, BytesThatAreNoUtf8DoNotStopTheRow) {
  const std::string line = to_json_line({"1.2", StudyStatus::kFailed, "film\xFF.dcm: empty", 0});
  EXPECT_THAT(line, testing::HasSubstr("film\xEF\xBF\xBD.dcm"));
}

TEST(Results, CsvFieldsAreQuotedWhereTheyMust) {
  EXPECT_EQ(to_csv_line({"1.2", StudyStatus::kOk, "", 0.5}), "1.2,ok,,0.5");
  EXPECT_EQ(to_csv_line({"1.2", StudyStatus::kFailed, "a, \"b\"", 2}),
            "1.2,failed,\"a, \"\"b\"\"\",2");
}

TEST(Results, RowsAreOnDiskAsSoonAsTheyAreAdded) {
  const TemporaryFolder folder;
  auto log = ResultsLog::start(folder.path(), "results", {{"a", StudyStatus::kOk, "", 1}});
  ASSERT_TRUE(log) << log.error();
  ASSERT_TRUE(log->add({"b", StudyStatus::kFailed, "why", 2}));
  EXPECT_EQ(content(folder / "results.csv"),
            "study_id,status,reason,seconds\na,ok,,1\nb,failed,why,2\n");
  const auto rows = read_results(folder / "results.jsonl");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[1].study_id, "b");
  EXPECT_EQ(rows[1].status, StudyStatus::kFailed);
  EXPECT_EQ(rows[1].reason, "why");
  EXPECT_EQ(rows[1].seconds, 2);
}

TEST(Results, StartingAgainReplacesTheRows) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ResultsLog::start(folder.path(), "results", {{"a", StudyStatus::kOk, "", 1}}));
  ASSERT_TRUE(ResultsLog::start(folder.path(), "results", {}));
  EXPECT_THAT(read_results(folder / "results.jsonl"), IsEmpty());
}

TEST(Results, LinesThatAreNoRowsAreNoRows) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(
      folder / "r.jsonl",
      "[]\n{\"study_id\":5}\n{\"study_id\":\"a\",\"status\":\"ok\",\"seconds\":\"x\"}\n{\"study"));
  const auto rows = read_results(folder / "r.jsonl");
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].status, StudyStatus::kOk);
  EXPECT_THAT(read_results(folder / "none.jsonl"), IsEmpty());
}

}  // namespace
}  // namespace slava
