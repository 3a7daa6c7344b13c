#include "pipeline/work_list.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "pipeline/fakes.h"

namespace slava {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

StudyList three_studies() {
  StudyList list;
  list.studies.push_back(study_of("a", {film_at("x/f.png"), film_at("x/l.png", View::kLateral)}));
  list.studies.push_back(study_of("c", {film_at("z.png")}));
  list.studies[0].films[0].projection = "PA";
  list.rejected.push_back({"b", "b.dcm", {ErrorKind::kInput, "b.dcm: is empty"}});
  list.ignored = 2;
  return list;
}

TEST(WorkList, StudiesAndRejectedInputsStandInOneOrder) {
  const StudyList list = three_studies();
  const auto items = work_items(list, {});
  ASSERT_THAT(items, SizeIs(3));
  EXPECT_EQ(items[0].study, &list.studies[0]);
  EXPECT_EQ(items[1].rejected, &list.rejected[0]);
  EXPECT_EQ(items[2].id, "c");
}

TEST(WorkList, ShardsAreWrittenAsPartOfCount) {
  const auto shard = parse_shard("2/4");
  ASSERT_TRUE(shard) << shard.error();
  EXPECT_EQ(shard->index, 2);
  EXPECT_EQ(shard->count, 4);
  for (const char* wrong : {"0/4", "5/4", "4", "1/2/3", "a/b", "1/", "/2", "-1/2", "1 /2", ""}) {
    const auto refused = parse_shard(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  }
}

TEST(WorkList, EachIdIsInOneShardAndTheShardsAreOfSimilarSize) {
  std::vector<int> sizes(4, 0);
  for (int i = 0; i < 1000; ++i) {
    int in = 0;
    for (int index = 1; index <= 4; ++index) {
      if (!in_shard(cat("study-", i), {index, 4})) continue;
      ++in;
      ++sizes[index - 1];
    }
    ASSERT_EQ(in, 1) << i;
  }
  for (const int size : sizes) EXPECT_NEAR(size, 250, 60);
}

TEST(WorkList, TheShardOfAStudyDoesNotDependOnTheOthers) {
  StudyList list = three_studies();
  const bool with_others = work_items(list, {1, 2}).size() > 0 && in_shard("c", {1, 2});
  list.studies.erase(list.studies.begin());
  list.rejected.clear();
  EXPECT_EQ(work_items(list, {1, 2}).size() == 1, with_others);
}

TEST(WorkList, TheDryRunShowsFilmsViewsAndRefusals) {
  const StudyList list = three_studies();
  std::ostringstream out;
  print_work(work_items(list, {}), list.ignored, GateOptions(), ListFormat::kText, out);
  EXPECT_EQ(out.str(),
            "a\n"
            "  frontal  PA  (manifest) x/f.png\n"
            "  lateral  -   (manifest) x/l.png\n"
            "b: rejected: b.dcm: is empty\n"
            "c\n"
            "  frontal  -   (manifest) z.png\n"
            "studies: 2, films: 3, refused studies: 0, rejected inputs: 1, ignored files: 2\n");
}

TEST(WorkList, TheDryRunAsJsonIsOneObjectALine) {
  const StudyList list = three_studies();
  std::ostringstream out;
  print_work(work_items(list, {}), list.ignored, GateOptions(), ListFormat::kJsonLines, out);
  std::istringstream in(out.str());
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0].at("films").at(1).at("view"), "lateral");
  EXPECT_EQ(lines[1].at("status"), "rejected");
  EXPECT_EQ(lines[1].at("reason"), "b.dcm: is empty");
}

}  // namespace
}  // namespace slava
