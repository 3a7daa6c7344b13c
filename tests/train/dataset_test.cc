#include "train/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace slava {
namespace {

using testing::HasSubstr;

class DatasetFile : public testing::Test {
 protected:
  Result<Dataset> load(const std::string& json) {
    // A name of its own for each test: they run side by side.
    const std::string path = testing::TempDir() + "/" +
                             testing::UnitTest::GetInstance()->current_test_info()->name() +
                             "-dataset.json";
    std::ofstream(path) << json;
    return load_dataset(path, "/films");
  }
  void expect_refused(const std::string& json, const std::string& reason) {
    const auto data = load(json);
    ASSERT_FALSE(data) << json;
    EXPECT_EQ(data.error().kind, ErrorKind::kInput);
    EXPECT_THAT(data.error().message, HasSubstr(reason));
    EXPECT_THAT(data.error().message, HasSubstr("dataset.json"));
  }
};

TEST_F(DatasetFile, ReadsFilmsQuestionAnswerLabelsAndWeight) {
  const auto data = load(R"([
    {"id": "a", "image": ["1.png", "/abs/2.png"], "views": ["frontal", "lateral"],
     "conversations": [{"from": "human", "value": "<image>\n<image>\nReport?"},
                       {"from": "gpt", "value": "FINDINGS: None."}],
     "labels": {"x": 1, "y": 0}, "weight": 2.5},
    {"id": "b", "image": "1.png", "labels": {"x": 0}}])");
  ASSERT_TRUE(data) << data.error();
  ASSERT_EQ(data->items.size(), 2U);
  EXPECT_EQ(data->films.size(), 2U) << "a film that two items share is kept once";
  EXPECT_EQ(data->films[0], "/films/1.png");
  EXPECT_EQ(data->films[1], "/abs/2.png");
  EXPECT_EQ(data->items[0].views[1], View::kLateral);
  EXPECT_EQ(data->items[0].question, "Report?");
  EXPECT_EQ(data->items[0].answer, "FINDINGS: None.");
  EXPECT_EQ(data->items[0].weight, 2.5);
  EXPECT_EQ(data->label_names, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(data->items[1].labels[0], 0.0F);
  EXPECT_TRUE(std::isnan(data->items[1].labels[1]));
  EXPECT_EQ(data->items[1].answer, "");
}

TEST_F(DatasetFile, NamesTheItemThatIsWrong) {
  expect_refused("[{\"id\": \"a\"}]", "item 0: `image`");
  expect_refused("[{\"image\": \"1.png\"}]", "item 0: `id`");
  expect_refused(
      R"([{"id": "a", "image": "1.png"}, {"id": "b", "image": "1.png", "views": ["oblique"]}])",
      "item 1");
  expect_refused(R"([{"id": "a", "image": "1.png", "labels": {"x": 2}}])", "label x is 2");
  expect_refused(R"([{"id": "a", "image": "1.png", "weight": -1}])", "`weight`");
  expect_refused(
      R"([{"id": "a", "image": "1.png", "conversations": [{"from": "gpt", "value": "x"}]}])",
      "`conversations`");
}

TEST_F(DatasetFile, SaysWhereBrokenJsonBreaks) {
  expect_refused("[{\"id\": ", "byte");
  expect_refused("{}", "array");
  expect_refused("[]", "array");
}

TEST_F(DatasetFile, AMixtureKeepsItsSharesWhateverItsFilesHold) {
  const std::string folder = testing::TempDir() + "/mixture";
  std::filesystem::create_directories(folder);
  TrainOptions options;
  options.image_root = "/films";
  options.mixture = {{folder + "/large.json", 1}, {folder + "/small.json", 3}};
  std::ofstream(folder + "/large.json") << R"([
    {"id": "a", "image": "1.png", "labels": {"x": 1}, "weight": 3},
    {"id": "b", "image": "2.png", "labels": {"x": 0}},
    {"id": "c", "image": "3.png", "labels": {"x": 0}}])";
  std::ofstream(folder + "/small.json") << R"([{"id": "d", "image": "2.png", "labels": {"y": 1}}])";
  const auto data = load_training_data(options);
  ASSERT_TRUE(data) << data.error();
  ASSERT_EQ(data->items.size(), 4U);
  EXPECT_EQ(data->films.size(), 3U) << "2.png is in both files";
  EXPECT_EQ(data->films[data->items[3].films[0]], "/films/2.png");
  EXPECT_EQ(data->label_names, (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(std::isnan(data->items[0].labels[1]));
  EXPECT_TRUE(std::isnan(data->items[3].labels[0]));
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(data->items[i].weight, 1.0 / 3, 1e-9) << i;
  EXPECT_NEAR(data->items[3].weight, 3, 1e-9);
  // With --weighted an item's own weight counts within its file's share.
  options.weighted = true;
  const auto weighted = load_training_data(options);
  ASSERT_TRUE(weighted) << weighted.error();
  EXPECT_NEAR(weighted->items[0].weight, 3.0 / 5, 1e-9);
  EXPECT_NEAR(weighted->items[1].weight, 1.0 / 5, 1e-9);
  EXPECT_NEAR(weighted->items[3].weight, 3, 1e-9);
}

}  // namespace
}  // namespace slava
