#include "radex/read_cases.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/strings.h"
#include "support/temporary_folder.h"

namespace slava::radex {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ReadCases : public testing::Test {
 protected:
  Result<std::vector<Case>> read(const std::string& name, const std::string& text,
                                 const ReadCasesOptions& options = {}) {
    EXPECT_TRUE(write_file_atomically(folder_ / name, text));
    return read_cases(folder_ / name, options);
  }

  TemporaryFolder folder_;
};

constexpr const char* kCase =
    R"({"case_id": "c1", "patient": "7", "day_offset": 3, "image": "a.png", "view": "PA", "sex": "M",
"age": "54", "finding": "COVID-19", "description": "Lungs clear.", "other_notes": "by Dr X",
"license": "CC BY 4.0", "source": "https://example.org/1"})";

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

TEST_F(ReadCases, ReadsCaseDescriptions) {
  const auto cases = read("cases.jsonl", one_line(kCase) + "\n");
  ASSERT_TRUE(cases) << cases.error();
  ASSERT_EQ(cases->size(), 1u);
  const Case& one = cases->front();
  EXPECT_EQ(one.id, "c1");
  EXPECT_EQ(one.where, "cases.jsonl:1");
  EXPECT_EQ(one.image, "a.png");
  EXPECT_EQ(one.film, folder_ / "a.png");
  EXPECT_EQ(one.day, "3");
  EXPECT_EQ(one.licence, "CC BY 4.0");
  EXPECT_EQ(one.texts.at(0).text, "Lungs clear.");
  EXPECT_EQ(one.finding, "COVID-19");
}

TEST_F(ReadCases, ReadsTheSameFromCsv) {
  const auto cases = read("cases.csv",
                          "case_id,film,view,description,licence,source\n"
                          "c1,a.png,L,\"Lungs clear, heart normal.\",CC0,x\n");
  ASSERT_TRUE(cases) << cases.error();
  EXPECT_EQ(cases->front().texts.at(0).text, "Lungs clear, heart normal.");
  EXPECT_EQ(cases->front().view, "L");
}

TEST_F(ReadCases, EachFilmOfAReportIsACase) {
  const auto cases = read(
      "studies.jsonl",
      R"({"study_id": "S1", "split": "train", "images": [{"file": "f.png", "view": "frontal"},)"
      R"( {"file": "l.png", "view": "lateral"}], "findings": "Lungs clear.", "impression": "Normal."})"
      "\n"
      R"({"study_id": "S2", "split": "val", "images": [{"file": "v.png"}], "findings": "x"})",
      {.licence = "CC BY-NC-ND 4.0", .source = "IU", .split = "train"});
  ASSERT_TRUE(cases) << cases.error();
  ASSERT_EQ(cases->size(), 2u);
  EXPECT_EQ(cases->at(0).id, "S1-1");
  EXPECT_EQ(cases->at(1).view, "lateral");
  EXPECT_EQ(cases->at(1).texts.at(1).section, ReportSection::kImpression);
  EXPECT_EQ(cases->at(1).licence, "CC BY-NC-ND 4.0");
}

struct Bad {
  const char* name;
  const char* text;
  const char* told;
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BadFile : public ReadCases, public testing::WithParamInterface<Bad> {};

TEST_P(BadFile, IsAnErrorThatTellsFileAndLine) {
  const auto cases = read(GetParam().name, GetParam().text);
  ASSERT_FALSE(cases);
  EXPECT_EQ(cases.error().kind, ErrorKind::kInput);
  EXPECT_THAT(cases.error().message, AllOf(HasSubstr(GetParam().told), HasSubstr(GetParam().name)));
}

INSTANTIATE_TEST_SUITE_P(
    ReadCases, BadFile,
    testing::Values(
        Bad{"a.jsonl", "{\"description\": 1\n", "expected one JSON object a line"},
        Bad{"b.jsonl", "[1]\n", "b.jsonl:1"}, Bad{"c.jsonl", "\n", "no case in this file"},
        Bad{"d.jsonl", R"({"license": "CC0", "source": "s", "image": "a.png"})", "no text"},
        Bad{"e.jsonl", R"({"license": "CC0", "source": "s", "description": "x"})", "no film"},
        Bad{"f.jsonl", R"({"image": "a", "source": "s", "description": "x"})", "--license"},
        Bad{"g.jsonl", R"({"image": "a", "license": "CC0", "description": "x"})", "--source"},
        Bad{"h.jsonl",
            R"({"case_id": 1, "image": "a", "license": "CC0", "source": "s", "description": "x"})"
            "\n"
            R"({"case_id": 1, "image": "b", "license": "CC0", "source": "s", "description": "y"})",
            "h.jsonl:2: its case id occurs at h.jsonl:1"},
        Bad{"i.csv", "image,description\na\n", "i.csv:2: 1 fields; the header has 2"},
        Bad{"j.jsonl", "\xff\xfe", "not UTF-8"}, Bad{"k.json", "[]", "ends in .jsonl or .csv"}),
    [](const auto& file) { return replace_all(file.param.name, ".", "_"); });

TEST_F(ReadCases, NamesTheSplitsThatThereAre) {
  const auto cases =
      read("s.jsonl",
           R"({"split": "val", "image": "a", "license": "CC0", "source": "s", "description": "x"})",
           {.split = "train"});
  ASSERT_FALSE(cases);
  EXPECT_THAT(cases.error().message, HasSubstr("its splits are val"));
}

TEST_F(ReadCases, TellsAMissingFile) { EXPECT_FALSE(read_cases(folder_ / "none.jsonl", {})); }

TEST(FilmViews, AreReadAsCollectionsWriteThem) {
  EXPECT_EQ(film_view_of("PA"), FilmView::kPa);
  EXPECT_EQ(film_view_of("AP Supine"), FilmView::kApSupine);
  EXPECT_EQ(film_view_of("L"), FilmView::kLateral);
  EXPECT_EQ(film_view_of(""), FilmView::kUnknown);
  EXPECT_EQ(film_view_of("axial"), std::nullopt);
}

}  // namespace
}  // namespace slava::radex
