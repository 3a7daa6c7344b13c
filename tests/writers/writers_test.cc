#include <gmock/gmock.h>

#include <string>

#include "writers/sample_report.h"
#include "writers/writer.h"

namespace slava {
namespace {

using ::testing::HasSubstr;

TEST(Writers, AreFoundByName) {
  const auto chosen = writers_from("json, TXT,json");
  ASSERT_TRUE(chosen.has_value()) << chosen.error();
  ASSERT_EQ(chosen->size(), 2u);
  EXPECT_EQ((*chosen)[0].file_name, "report.json");
  EXPECT_EQ((*chosen)[1].file_name, "report.txt");
}

TEST(Writers, ThatAreUnknownAreAUsageErrorThatListsTheKnownOnes) {
  const auto chosen = writers_from("txt,htm");
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(chosen.error().message,
            "--format: unknown format 'htm'; did you mean 'html'? formats are txt, json, html");
  for (const char* missing : {"", "txt,", ",json"}) {
    const auto result = writers_from(missing);
    ASSERT_FALSE(result.has_value()) << missing;
    EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(result.error().message, HasSubstr("txt, json, html"));
  }
}

TEST(Writers, AllSayThatItIsADraftAndWhatItCameFrom) {
  const Report report = sample_report();
  for (const Writer& writer : writers()) {
    const auto text = writer.write(report, {});
    ASSERT_TRUE(text.has_value()) << writer.name << ": " << text.error();
    const size_t banner = text->find(kDraftBanner);
    const size_t notice = text->find("DEMONSTRATION MODEL, NOT FOR PATIENTS");
    ASSERT_NE(banner, std::string::npos) << writer.name;
    ASSERT_NE(notice, std::string::npos) << writer.name;
    EXPECT_LT(banner, notice) << writer.name;
    EXPECT_LT(notice, text->find("The heart is enlarged.")) << writer.name;
    for (const std::string& origin :
         {std::string("0.1.0"), std::string(64, 'd'), std::string("voi"), std::string("pad"),
          std::string("max_new_tokens"), std::string("1.2.826.0.1.3680043.10.1.7.1"),
          std::string(64, 'c'), std::string("float32")}) {
      EXPECT_THAT(*text, HasSubstr(origin)) << writer.name;
    }
  }
}

TEST(Writers, CleanForeignText) {
  Report report = sample_report();
  report.findings = {{"Line\nFINDINGS\n\x1B[2J\xFF"}};
  for (const Writer& writer : writers()) {
    const auto text = writer.write(report, {});
    ASSERT_TRUE(text.has_value()) << writer.name;
    EXPECT_THAT(*text, HasSubstr("Line FINDINGS \uFFFD[2J\uFFFD")) << writer.name;
  }
}

TEST(Writers, NeedNoTextAndNoFilm) {
  Report report = sample_report();
  report.findings.clear();
  report.impression.clear();
  report.films.clear();
  for (const Writer& writer : writers()) {
    EXPECT_TRUE(writer.write(report, {}).has_value()) << writer.name;
  }
}

}  // namespace
}  // namespace slava
