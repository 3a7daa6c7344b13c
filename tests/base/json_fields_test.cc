#include "base/json_fields.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace slava {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(JsonFields, ValuesOfTheRightTypeComeOut) {
  const json object = json::parse(
      R"({"name":"x","lateral":true,"layers":5,"epsilon":1e-5,"views":["a","b"],"mean":[1,2.5]})");
  JsonFields fields(object, "config.json");
  EXPECT_EQ(fields.text("name"), "x");
  EXPECT_TRUE(fields.flag_or("lateral", false));
  EXPECT_EQ(fields.integer("layers", 1, 10), 5);
  EXPECT_EQ(fields.number_or("epsilon", 0), 1e-5);
  EXPECT_THAT(fields.texts_or("views", {}), ElementsAre("a", "b"));
  EXPECT_THAT(fields.numbers("mean", 2), ElementsAre(1, 2.5));
  EXPECT_TRUE(fields.finish());
}

TEST(JsonFields, WhatIsMissingOrNullHasItsDefault) {
  const json object = json::parse(R"({"name":null})");
  JsonFields fields(object, "config.json");
  EXPECT_EQ(fields.text_or("name", "d"), "d");
  EXPECT_TRUE(fields.flag_or("lateral", true));
  EXPECT_EQ(fields.integer_or("layers", 7, 1, 10), 7);
  EXPECT_EQ(fields.number_or("epsilon", 0.5), 0.5);
  EXPECT_THAT(fields.texts_or("views", {"v"}), ElementsAre("v"));
  EXPECT_TRUE(fields.finish());
}

TEST(JsonFields, EveryProblemIsInOneMessageThatNamesTheFile) {
  const json object =
      json::parse(R"({"layers":99,"heads":2.5,"lateral":"yes","views":[1],"mean":[1]})");
  JsonFields fields(object, "config.json");
  fields.text("name");
  fields.integer("layers", 1, 10);
  fields.integer("heads", 1, 10);
  fields.flag_or("lateral", false);
  fields.texts_or("views", {});
  fields.numbers("mean", 3);
  const auto status = fields.finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kModel);
  EXPECT_THAT(status.error().message,
              AllOf(StartsWith("config.json: "), HasSubstr("name is missing"),
                    HasSubstr("layers is 99; expected a whole number from 1 to 10"),
                    HasSubstr("heads is 2.5"), HasSubstr("lateral is \"yes\""),
                    HasSubstr("views is [1]"), HasSubstr("mean is [1]; expected a list of 3")));
}

TEST(JsonFields, NumbersBeyondTheirTypeAreOutOfRange) {
  const json object = json::parse(R"({"n":18446744073709551615})");
  JsonFields fields(object, "config.json");
  EXPECT_EQ(fields.integer("n", -5, 10), -5);
  EXPECT_FALSE(fields.finish());
}

TEST(JsonFields, SomethingElseThanAnObjectIsAProblem) {
  const json list = json::parse("[1]");
  JsonFields fields(list, "config.json");
  EXPECT_FALSE(fields.has("name"));
  EXPECT_EQ(fields.text("name"), "");
  EXPECT_THAT(fields.finish(ErrorKind::kInput).error().message,
              HasSubstr("expected a JSON object"));
}

}  // namespace
}  // namespace slava
