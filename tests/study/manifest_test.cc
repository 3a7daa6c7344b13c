#include "study/manifest.h"

#include <gmock/gmock.h>

#include "base/csv.h"
#include "base/file.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Csv, ReadsQuotesCommasLineBreaksAndByteOrderMark) {
  const auto rows = parse_csv(
      "\xef\xbb\xbf"
      "a,b\r\n\"x, \"\"y\"\"\",\"two\r\nlines\"\r\n\r\n,last");
  ASSERT_TRUE(rows.has_value()) << rows.error();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("a", "b"));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("x, \"y\"", "two\r\nlines"));
  EXPECT_THAT((*rows)[2].fields, ElementsAre("", "last"));
  EXPECT_EQ((*rows)[1].line, 2u);
  EXPECT_EQ((*rows)[2].line, 5u) << "lines inside a quoted field count";
}

TEST(Csv, AnEmptyFieldAtTheEndIsAField) {
  const auto rows = parse_csv("a,b,\n");
  ASSERT_TRUE(rows.has_value());
  EXPECT_THAT((*rows)[0].fields, ElementsAre("a", "b", ""));
}

TEST(Csv, NamesTheLineOfABadQuote) {
  EXPECT_THAT(parse_csv("a\n\"never closed").error().message, HasSubstr("line 2: "));
  EXPECT_THAT(parse_csv("a\nb\nx\"y").error().message, HasSubstr("line 3: "));
  EXPECT_THAT(parse_csv("\"a\"b,c").error().message, HasSubstr("line 1: "));
}

class Manifest : public ::testing::Test {
 protected:
  Result<std::vector<ManifestRow>> read(const std::string& text,
                                        const std::string& name = "list.csv") {
    EXPECT_TRUE(write_file_atomically(folder_ / name, text));
    return read_manifest(folder_ / name);
  }

  std::string error_of(const std::string& text, const std::string& name = "list.csv") {
    const auto rows = read(text, name);
    EXPECT_FALSE(rows.has_value()) << text;
    if (rows) return "no error";
    EXPECT_EQ(rows.error().kind, ErrorKind::kInput);
    EXPECT_THAT(rows.error().message, HasSubstr(name));
    return rows.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(Manifest, CsvColumnsComeInAnyOrderAndOptionalOnesMayBeMissing) {
  const auto rows = read("image,study_id\n a.png ,s1\n/abs/b.png,s2\n");
  ASSERT_TRUE(rows.has_value()) << rows.error();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].image, folder_ / "a.png");
  EXPECT_EQ((*rows)[0].study_id, "s1");
  EXPECT_EQ((*rows)[0].line, 2u);
  EXPECT_FALSE((*rows)[0].projection.has_value());
  EXPECT_EQ((*rows)[1].image, "/abs/b.png");
}

TEST_F(Manifest, AJsonLineOfAWholeStudyGivesARowForEachOfItsImages) {
  const auto rows = read(
      R"({"study_id": "s1", "split": "val", "images": [{"file": "i/a.jpg", "view": "frontal"}, )"
      R"({"file": "i/b.jpg", "view": "lateral"}, {"file": "i/c.jpg"}], "indication": "fever", )"
      R"("comparison": null, "findings": "Clear.", "labels": {"normal": 1}})"
      "\n"
      R"({"study_id": "s2", "image": "d.png"})",
      "studies.jsonl");
  ASSERT_TRUE(rows.has_value()) << rows.error();
  ASSERT_EQ(rows->size(), 4u);
  EXPECT_EQ((*rows)[0].image, folder_ / "i/a.jpg");
  EXPECT_EQ((*rows)[1].projection->view, View::kLateral);
  EXPECT_FALSE((*rows)[2].projection.has_value());
  EXPECT_EQ((*rows)[2].study_id, "s1");
  EXPECT_EQ((*rows)[2].indication, "fever");
  EXPECT_EQ((*rows)[3].line, 2u);
}

TEST_F(Manifest, AStudyWhoseImagesAreNoFilesIsRefused) {
  EXPECT_THAT(error_of(R"({"study_id": "s", "images": []})", "a.jsonl"),
              HasSubstr("line 1: images is an empty list; expected a list of"));
  EXPECT_THAT(error_of(R"({"study_id": "s", "images": "a.png"})", "a.jsonl"),
              HasSubstr("line 1: images is string"));
  EXPECT_THAT(
      error_of(R"({"study_id": "s", "images": [{"file": "a.png"}, {"view": "PA"}]})", "a.jsonl"),
      HasSubstr("line 1: images[1]: expected"));
  EXPECT_THAT(error_of(R"({"study_id": 7, "images": [{"file": "a.png"}]})", "a.jsonl"),
              HasSubstr("line 1: study_id is number"));
  EXPECT_THAT(
      error_of(R"({"study_id": "s", "images": [{"file": "a.png", "view": "odd"}]})", "a.jsonl"),
      HasSubstr("line 1: view is \"odd\""));
}

TEST_F(Manifest, JsonLinesGiveTheSameRows) {
  const auto rows = read(
      "{\"study_id\": \"s1\", \"image\": \"a.png\", \"view\": \"LL\", \"indication\": null}\r\n"
      "{\"study_id\": \"s1\", \"image\": \"b.png\", \"indication\": \"fever\"}\n",
      "list.jsonl");
  ASSERT_TRUE(rows.has_value()) << rows.error();
  EXPECT_EQ((*rows)[0].projection->view, View::kLateral);
  EXPECT_EQ((*rows)[0].projection->name, "LL");
  EXPECT_EQ((*rows)[1].indication, "fever");
}

TEST_F(Manifest, UnknownColumnsAreErrorsThatListTheKnownOnes) {
  EXPECT_THAT(error_of("study_id,image,veiw\n"),
              HasSubstr("line 1: unknown column \"veiw\" (did you mean view?); known are study_id, "
                        "image, view, indication, comparison"));
  EXPECT_THAT(error_of("{\"study_id\": \"a\", \"image\": \"b\", \"age\": \"4\"}", "l.jsonl"),
              HasSubstr("line 1: unknown column \"age\""));
}

TEST_F(Manifest, NamesTheLineOfEveryDefect) {
  EXPECT_THAT(error_of(""), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of("study_id,image\n"), HasSubstr("no rows"));
  EXPECT_THAT(error_of("study_id,view\n"), HasSubstr("column image"));
  EXPECT_THAT(error_of("study_id,image,image\n"), HasSubstr("appears twice"));
  EXPECT_THAT(error_of("study_id,image\ns1,a.png,PA\n"), HasSubstr("line 2: 3 fields"));
  EXPECT_THAT(error_of("study_id,image\ns1,\n"), HasSubstr("line 2: image is empty"));
  EXPECT_THAT(error_of("study_id,image,view\ns1,a,oblique\n"),
              HasSubstr("line 2: view is \"oblique\"; expected frontal, lateral, PA"));
  EXPECT_THAT(error_of("study_id,image\ns1,a\ns1,a\n"), HasSubstr("line 3: the same image"));
  EXPECT_THAT(error_of("study_id,image,indication\ns1,a,x\ns1,b,y\n"),
              HasSubstr("line 3: indication of study s1 differs from line 2"));
  EXPECT_THAT(error_of("[1]\n", "l.jsonl"), HasSubstr("line 1: expected one JSON object"));
  EXPECT_THAT(error_of("{\"study_id\": 7, \"image\": \"a\"}\n", "l.jsonl"),
              HasSubstr("line 1: study_id is number; expected a string"));
  EXPECT_THAT(error_of("{\"study_id\": \"a\"\n", "l.jsonl"), HasSubstr("line 1"));
  EXPECT_FALSE(read_manifest(folder_ / "missing.csv").has_value());
}

TEST_F(Manifest, AStudyIdMustBeAFolderName) {
  for (const std::string id : {"", "..", ".hidden", "a/b", "a\\b", "-x", "a\tb", "a\x7f"}) {
    EXPECT_THAT(error_of("study_id,image\n\"" + id + "\",a.png\n"), HasSubstr("line 2: study_id"))
        << id;
  }
  EXPECT_THAT(error_of("study_id,image\n" + std::string(101, 'x') + ",a\n"),
              HasSubstr("longer than 100"));
}

}  // namespace
}  // namespace slava
