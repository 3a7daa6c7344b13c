#include "study/projection.h"

#include <gtest/gtest.h>

#include "study/study_name.h"

namespace slava {
namespace {

TEST(Projection, KnowsTheWordsOfViewPosition) {
  struct Case {
    const char* word;
    View view;
    const char* name;
  };
  for (const Case& c : {Case{"PA", View::kFrontal, "PA"}, Case{"ap", View::kFrontal, "AP"},
                        Case{"AP SUPINE", View::kFrontal, "AP"}, Case{"LL", View::kLateral, "LL"},
                        Case{"RL", View::kLateral, "RL"}, Case{"LATERAL", View::kLateral, ""},
                        Case{" Lat. ", View::kLateral, ""}, Case{"L-LAT", View::kLateral, "LL"},
                        Case{"RIGHT LATERAL", View::kLateral, "RL"},
                        Case{"frontal", View::kFrontal, ""}, Case{"LLD", View::kFrontal, ""}}) {
    const auto projection = projection_from_word(c.word);
    ASSERT_TRUE(projection.has_value()) << c.word;
    EXPECT_EQ(projection->view, c.view) << c.word;
    EXPECT_EQ(projection->name, c.name) << c.word;
  }
}

TEST(Projection, DoesNotGuessAtOtherWords) {
  for (const char* word : {"", "RAO", "LPO", "OBLIQUE", "CHEST", "LORDOTIC", "PAL", "unknown"}) {
    EXPECT_FALSE(projection_from_word(word).has_value()) << word;
  }
}

TEST(Projection, KnowsTheCodesOfBothSnomedSystems) {
  struct Case {
    const char* code;
    View view;
    const char* name;
  };
  for (const Case& c :
       {Case{"272479007", View::kFrontal, "PA"}, Case{"399348003", View::kFrontal, "AP"},
        Case{"399067008", View::kLateral, ""}, Case{"399173006", View::kLateral, "LL"},
        Case{"399198007", View::kLateral, "RL"}, Case{"R-10214", View::kFrontal, "PA"},
        Case{"R-10206", View::kFrontal, "AP"}, Case{"R-10236", View::kLateral, "LL"},
        Case{"R-10232", View::kLateral, "RL"}}) {
    const auto projection = projection_from_codes({{"", ""}, {c.code, "SCT"}});
    ASSERT_TRUE(projection.has_value()) << c.code;
    EXPECT_EQ(projection->view, c.view) << c.code;
    EXPECT_EQ(projection->name, c.name) << c.code;
  }
  EXPECT_FALSE(projection_from_codes({{"399352003", "SCT"}, {"", ""}}).has_value());
}

TEST(StudyName, IsSafeAsAFolder) {
  EXPECT_EQ(safe_study_name("1.2.840.10008"), "1.2.840.10008");
  EXPECT_EQ(safe_study_name("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(safe_study_name("-rf"), "_rf");
  EXPECT_EQ(safe_study_name(""), "study");
  EXPECT_EQ(safe_study_name("M\xc3\xbcller"), "M_ller");
  EXPECT_EQ(safe_study_name(std::string(500, 'a')).size(), 100u);
}

TEST(StudyName, IsGivenOnce) {
  StudyNames names;
  EXPECT_EQ(names.take("a"), "a");
  EXPECT_EQ(names.take("a"), "a-2");
  EXPECT_EQ(names.take("a-2"), "a-2-2");
  EXPECT_EQ(names.take("A"), "A-3") << "some file systems do not tell case apart";
  EXPECT_EQ(names.take("b"), "b");
}

}  // namespace
}  // namespace slava
