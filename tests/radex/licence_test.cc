#include "radex/licence.h"

#include <gmock/gmock.h>

namespace slava::radex {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Licence, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_licence("CC BY-NC-SA").name, "CC BY-NC-SA");
  EXPECT_EQ(parse_licence("cc-by-nc-sa 4.0").name, "CC BY-NC-SA 4.0");
  EXPECT_EQ(parse_licence("https://creativecommons.org/licenses/by/4.0/").name, "CC BY 4.0");
  EXPECT_EQ(parse_licence("CC0").family, Family::kFree);
  EXPECT_EQ(parse_licence("CC BY-NC-ND 4.0").family, Family::kNoDerivatives);
  EXPECT_EQ(parse_licence("MIT License").name, "MIT");
  EXPECT_EQ(parse_licence("written by me").family, Family::kOther);
}

Result<Licence> combined(const std::vector<const char*>& names) {
  std::vector<Licence> licences;
  for (const char* name : names) licences.push_back(parse_licence(name));
  return combine(licences);
}

TEST(Licence, TheStrictestHoldsForTheWhole) {
  EXPECT_EQ(combined({"CC BY 4.0", "CC BY-NC-SA 4.0", "CC BY-NC-SA"})->name, "CC BY-NC-SA 4.0");
  EXPECT_EQ(combined({"CC0", "CC BY 4.0"})->name, "CC BY 4.0");
  EXPECT_EQ(combined({"CC BY 4.0", "CC BY-SA 4.0"})->name, "CC BY-SA 4.0");
  EXPECT_EQ(combined({"CC BY-NC 4.0", "CC BY-NC-SA 4.0"})->name, "CC BY-NC-SA 4.0");
  EXPECT_EQ(combined({"CC BY-NC-ND 4.0"})->family, Family::kNoDerivatives);
}

TEST(Licence, WhatCannotBeCombinedIsAnErrorThatNamesBoth) {
  const std::pair<const char*, const char*> kPairs[] = {{"CC BY-NC-SA 4.0", "CC BY-NC-ND 4.0"},
                                                        {"CC BY-SA 4.0", "CC BY-NC 4.0"},
                                                        {"CC BY-SA 4.0", "CC BY-NC-SA 4.0"},
                                                        {"CC BY 4.0", "house rules"}};
  for (const auto& [a, b] : kPairs) {
    for (const auto& names : {std::vector{a, b}, std::vector{b, a}}) {
      const auto result = combined(names);
      ASSERT_FALSE(result) << a << " with " << b;
      EXPECT_EQ(result.error().kind, ErrorKind::kInput);
      EXPECT_THAT(result.error().message,
                  AllOf(HasSubstr(a), HasSubstr(b), HasSubstr("--allow-license")));
    }
  }
}

TEST(Licence, IsAllowedByNameWithOrWithoutItsVersion) {
  const Licence licence = parse_licence("CC BY 4.0");
  EXPECT_TRUE(is_allowed(licence, {}));
  EXPECT_TRUE(is_allowed(licence, {"cc by"}));
  EXPECT_TRUE(is_allowed(licence, {"MIT", "CC-BY-4.0"}));
  EXPECT_FALSE(is_allowed(licence, {"CC BY 3.0"}));
  EXPECT_FALSE(is_allowed(licence, {"CC BY-NC"}));
}

TEST(Licence, AnUnknownOneMustBeNamed) {
  const Licence licence = parse_licence("house rules");
  EXPECT_FALSE(is_allowed(licence, {}));
  EXPECT_TRUE(is_allowed(licence, {"house rules"}));
}

}  // namespace
}  // namespace slava::radex
