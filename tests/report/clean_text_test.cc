#include "report/clean_text.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(CleanText, KeepsTextOfAnyScript) {
  const std::string text = "Herz groß, 心臓, قلب, 🫀, <b>&\"'";
  EXPECT_EQ(clean_text(text), text);
}

TEST(CleanText, MakesOneLine) {
  EXPECT_EQ(clean_text("a\nb\r\nc\td\re\u2028f\u0085g"), "a b c d e f g");
}

TEST(CleanText, ReplacesControlCharacters) {
  EXPECT_EQ(clean_text(std::string("a\0b\x1B[31mc\x7F", 10)), "a\uFFFDb\uFFFD[31mc\uFFFD");
  EXPECT_EQ(clean_text("\u0080\u009F"), "\uFFFD\uFFFD");
}

TEST(CleanText, ReplacesMarksThatTurnTheDirection) {
  EXPECT_EQ(clean_text("no \u202Eretni\u202C\u2066x"), "no \uFFFDretni\uFFFD\uFFFDx");
}

TEST(CleanText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(clean_text("a\xFF"), "a\uFFFD");
  EXPECT_EQ(clean_text("\xC3"), "\uFFFD") << "cut off";
  EXPECT_EQ(clean_text("\xC3(a"), "\uFFFD(a") << "a letter where a continuation was due";
  EXPECT_EQ(clean_text("\xC0\xAF"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(clean_text("\xE0\x80\xAF"), "\uFFFD\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
  EXPECT_EQ(clean_text("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "above U+10FFFF";
}

TEST(CleanText, TwiceIsTheSameAsOnce) {
  const std::string once = clean_text("a\x01\xFF\u202E\r\nb");
  EXPECT_EQ(clean_text(once), once);
}

TEST(CleanText, ReachesEveryForeignTextOfAReport) {
  const std::string bad = "x\x01";
  const std::string good = "x\uFFFD";
  Report report;
  report.study_id = report.study_instance_uid = report.indication = report.comparison = bad;
  report.findings = report.impression = {{bad}};
  report.remarks = {bad};
  report.films.resize(1);
  report.films[0].file = report.films[0].sop_instance_uid = report.films[0].projection = bad;
  report.films[0].picture_jpeg = bad;
  report.provenance.checkpoint_notice = report.provenance.checkpoint_name = bad;
  report.provenance.decoding = {{bad, bad}};

  const Report clean = clean_report(report);
  for (const std::string& text :
       {clean.study_id, clean.study_instance_uid, clean.indication, clean.comparison,
        clean.findings[0].text, clean.impression[0].text, clean.remarks[0], clean.films[0].file,
        clean.films[0].sop_instance_uid, clean.films[0].projection,
        clean.provenance.checkpoint_notice, clean.provenance.checkpoint_name,
        clean.provenance.decoding[0].first, clean.provenance.decoding[0].second}) {
    EXPECT_EQ(text, good);
  }
  EXPECT_EQ(clean.films[0].picture_jpeg, bad) << "pictures are bytes";
}

}  // namespace
}  // namespace slava
