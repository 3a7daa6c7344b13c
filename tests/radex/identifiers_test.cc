#include "radex/identifiers.h"

#include <gmock/gmock.h>

namespace slava::radex {
namespace {

TEST(Identifiers, TellsWhereAndWhat) {
  const std::string text = "write to a.b@example.org today";
  const auto found = find_identifiers(text);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].kind, "email");
  EXPECT_TRUE(found[0].cut);
  EXPECT_EQ(text.substr(found[0].span.begin, found[0].span.end - found[0].span.begin),
            "a.b@example.org");
}

TEST(Identifiers, TheLongerOfTwoComesFirst) {
  const auto found = find_identifiers("27 January 2020");
  ASSERT_GE(found.size(), 2u);
  EXPECT_EQ(found[0].span.end, std::string("27 January 2020").size());
}

TEST(Identifiers, IdsAndFileNamesMayHoldNumbers) {
  for (const char* name :
       {"P17-3-1-0", "images/jkms-35-e79-g001-l-a.jpg", "CXR1-2",
        "images/0489_IM-0098-4001-0001.dcm.jpg", "studies/2020/film 3.png", "Chest_Xray_PA.png"}) {
    EXPECT_EQ(identifier_in_name(name), "") << name;
  }
}

TEST(Identifiers, IdsAndFileNamesMayNotNameAPerson) {
  EXPECT_EQ(identifier_in_name("jane.doe@example.org"), "email");
  EXPECT_EQ(identifier_in_name("078-05-1120"), "social_security");
  EXPECT_EQ(identifier_in_name("scan-123456789012.png"), "my_number");
  EXPECT_EQ(identifier_in_name("images/Okonkwo_Chidi.png"), "name");
  EXPECT_EQ(identifier_in_name("田中様.png"), "name");
}

}  // namespace
}  // namespace slava::radex
