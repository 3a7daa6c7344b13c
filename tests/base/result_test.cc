#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/check.h"

namespace slava {
namespace {

Result<int> number(bool good) {
  if (good) return 7;
  return fail(ErrorKind::kInput, "no number");
}

Result<std::string> doubled(bool good) {
  SLAVA_TRY(const int value, number(good));
  return std::to_string(2 * value);
}

Status checked(bool good, bool& went_on) {
  SLAVA_TRY_STATUS(number(good));
  went_on = true;
  return {};
}

Result<std::unique_ptr<int>> owned() { return std::make_unique<int>(3); }

Result<int> taken() {
  SLAVA_TRY(const std::unique_ptr<int> pointer, owned());
  return *pointer;
}

TEST(Result, TryGivesTheValue) { EXPECT_EQ(doubled(true).value(), "14"); }

TEST(Result, TryReturnsTheErrorUnchanged) {
  const auto result = doubled(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kInput);
  EXPECT_EQ(result.error().message, "no number");
}

TEST(Result, TryStatusStopsAtAnError) {
  bool went_on = false;
  EXPECT_FALSE(checked(false, went_on));
  EXPECT_FALSE(went_on);
  EXPECT_TRUE(checked(true, went_on));
  EXPECT_TRUE(went_on);
}

TEST(Result, TryMovesWhatCannotBeCopied) { EXPECT_EQ(taken().value(), 3); }

TEST(Error, InSaysTheWhereFirst) {
  const Error error = Error{ErrorKind::kModel, "no tensor"}.in("model.safetensors");
  EXPECT_EQ(error.message, "model.safetensors: no tensor");
  EXPECT_EQ(error.kind, ErrorKind::kModel);
}

TEST(CheckDeathTest, ABrokenPromiseStopsWithBothSides) {
  const int rows = 3;
  EXPECT_DEATH(SLAVA_CHECK_EQ(rows, 4), "rows == 4 \\(3 against 4\\)");
  SLAVA_CHECK_EQ(rows, 3);
}

}  // namespace
}  // namespace slava
