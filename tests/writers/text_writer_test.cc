#include "writers/text_writer.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "base/file.h"
#include "base/strings.h"
#include "writers/fold_lines.h"
#include "writers/sample_report.h"
#include "writers/template_variables.h"

namespace slava {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Below a template that does not tell the warnings itself.
const std::string kHead = std::string(kDraftBanner) +
                          "\nDEMONSTRATION MODEL, NOT FOR PATIENTS\n"
                          "WARNING: a.dcm (rotated): the film seems to lie on its side\n\n";

std::string text_of(const Report& report) {
  const auto text = writers_from("txt")->front().write(report, {});
  return text ? *text : text.error().message;
}

// A site's template in a file that goes with the test.
class SiteTemplate : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ =
        std::filesystem::temp_directory_path() / cat("slava-template-", ::getpid(), ".mustache");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  Result<std::string> written(const std::string& text, const Report& report = sample_report()) {
    std::ofstream(path_, std::ios::binary) << text;
    return write_text(report, {path_});
  }
  // The message without the file's name, which it must begin with.
  std::string fault(const std::string& text) {
    const auto result = written(text);
    if (result) return "no error: " + *result;
    EXPECT_EQ(result.error().kind, ErrorKind::kInput);
    EXPECT_THAT(result.error().message, StartsWith(path_.string()));
    return result.error().message.substr(path_.string().size());
  }

  std::filesystem::path path_;
};

TEST(TextWriter, WritesTheReportAsPeopleReadIt) {
  const std::string expected =
      R"(AI-GENERATED DRAFT - NOT VERIFIED BY A PHYSICIAN. A physician must check, correct and sign it.
DEMONSTRATION MODEL, NOT FOR PATIENTS

CHEST RADIOGRAPH, DRAFT REPORT
==============================

Study         1.2.826.0.1.3680043.10.1.7
Film 1        Frontal PA (view from the DICOM view position)
              a.dcm
Film 2        Frontal (view ASSUMED, nothing states it), NOT READ by the model
              b.png
Indication    Shortness of breath.
Comparison    not given

WARNING: a.dcm (rotated): the film seems to lie on its side

FINDINGS
  - The heart is enlarged.
  - The lungs are clear without focal consolidation, and no effusion larger than 1.5 cm is seen
    on either side.

IMPRESSION
  1. Cardiomegaly.
  2. No acute pulmonary disease.

REMARKS
  - The view of b.png is assumed.

PROVENANCE
  Program         slava-cxr 0.1.0
  Checkpoint      starter (efficientnet-lite0 + mlp2x_gelu + phi)
                  SHA-256 dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
  Preprocessing   voi, pad, 224 px
  Computed on     cpu, float32
  Decoding        max_new_tokens 256, temperature 0
  Study UID       1.2.826.0.1.3680043.10.1.7
  Film 1          SOP Instance UID 1.2.826.0.1.3680043.10.1.7.1
                  file SHA-256 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
                  input SHA-256 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
  Film 2          b.png
                  file SHA-256 cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
  Created         2026-01-02T03:04:05Z, 1.2 s
)";
  EXPECT_EQ(text_of(sample_report()), expected);
}

TEST(TextWriter, SaysWhatIsMissing) {
  Report report = sample_report();
  report.findings.clear();
  report.impression.clear();
  report.remarks.clear();
  report.films.clear();
  report.complete = false;
  report.provenance.checkpoint_notice.clear();
  const std::string text = text_of(report);
  EXPECT_THAT(text, StartsWith(std::string(kDraftBanner) + "\n\nCHEST RADIOGRAPH"));
  EXPECT_THAT(text, HasSubstr("\nFilms         none\n"));
  EXPECT_THAT(text, HasSubstr("\n\nThe text is INCOMPLETE: the model was cut off before its end.\n"
                              "\nFINDINGS\n  The model wrote no findings.\n"
                              "\nIMPRESSION\n  The model wrote no impression.\n"
                              "\nREMARKS\n  None.\n"));
}

TEST(TextWriter, EscapesNothing) {
  Report report = sample_report();
  report.findings = {{"Nodule <5 mm & \"soft\" {{text}}."}};
  EXPECT_THAT(text_of(report), HasSubstr("  - Nodule <5 mm & \"soft\" {{text}}.\n"));
}

TEST(TextWriter, KeepsToAHundredColumns) {
  Report report = sample_report();
  std::string sentence = "The";
  for (int i = 0; i < 80; ++i) sentence += " größere";
  report.findings = report.impression = {{sentence}};
  report.indication = report.comparison = sentence;
  report.remarks = {sentence};
  report.provenance.decoding.assign(20, {"no_repeat_ngram", "3"});
  for (const std::string& line : split(text_of(report), '\n')) {
    // Each ö and ß has two bytes.
    EXPECT_LE(replace_all(replace_all(line, "ö", "o"), "ß", "s").size(), 100u) << line;
  }
}

TEST_F(SiteTemplate, DecidesTheFormButNotTheBanner) {
  const auto text = written(
      "{{#findings}}{{text}} {{/findings}}\n"
      "{{#impression}}\n* {{text}}\n{{/impression}}\n"
      "{{#remarks}}! {{text}}{{/remarks}}\n{{provenance}}");
  ASSERT_TRUE(text.has_value()) << text.error();
  EXPECT_THAT(
      *text, StartsWith(kHead + "The heart is enlarged. The lungs are clear without focal "
                                "consolidation, and no effusion larger than 1.5 cm is seen on "
                                "either side. \n"
                                "* Cardiomegaly.\n* No acute pulmonary disease.\n"
                                "! The view of b.png is assumed.\n"
                                "Written by slava-cxr 0.1.0 with checkpoint starter (SHA-256 ddd"));
  EXPECT_THAT(*text, EndsWith("Films read: 1.2.826.0.1.3680043.10.1.7.1.\n"));
}

TEST_F(SiteTemplate, IsToppedUpWithWhatItLeavesOut) {
  Report report = sample_report();
  report.complete = false;
  const auto text = written("{{study_id}}", report);
  ASSERT_TRUE(text.has_value()) << text.error();
  EXPECT_THAT(
      *text, StartsWith(kHead + "1.2.826.0.1.3680043.10.1.7\n\n"
                                "The text is INCOMPLETE: the model was cut off before its end.\n"
                                "Remark: The view of b.png is assumed.\n"
                                "Written by slava-cxr 0.1.0 with checkpoint starter (SHA-256 ddd"));
}

TEST_F(SiteTemplate, FoldsLinesOnlyWhenItSaysSo) {
  const std::string plain = *written("{{#findings}}{{number}}. {{text}}\n{{/findings}}");
  EXPECT_THAT(plain, HasSubstr("larger than 1.5 cm is seen on either side.\n"));
  const std::string folded =
      *written("{{! wrap: 60 }}{{#findings}}{{number}}. {{text}}\n{{/findings}}");
  EXPECT_THAT(folded, HasSubstr("\n2. The lungs are clear without focal consolidation, and no\n"
                                "   effusion larger than 1.5 cm is seen on either side.\n"));
}

TEST_F(SiteTemplate, CanBeACopyOfTheBuiltInOne) {
  const auto built_in =
      read_file(std::string(SLAVA_SOURCE_DIR) + "/src/writers/templates/report.txt.mustache");
  ASSERT_TRUE(built_in.has_value()) << built_in.error();
  EXPECT_EQ(*written(*built_in), text_of(sample_report()));
  EXPECT_EQ(*written("\xEF\xBB\xBF" + replace_all(*built_in, "\n", "\r\n")),
            text_of(sample_report()))
      << "with the byte order mark and line ends of another system";
}

TEST_F(SiteTemplate, ThatIsMissingIsAnErrorWithItsName) {
  const auto text = write_text(sample_report(), {path_});
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().kind, ErrorKind::kInput);
  EXPECT_EQ(text.error().message, path_.string() + ": no such file");
}

TEST_F(SiteTemplate, WithAnUnknownNameIsAnErrorThatListsTheKnownOnes) {
  const std::string message = fault("Study {{study_id}}\n{{findngs}}");
  EXPECT_THAT(message, StartsWith(":2: unknown variable {{findngs}}; did you mean {{findings}}? "
                                  "Known here: study_id, "));
  for (const TemplateVariable& variable : template_variables()) {
    EXPECT_THAT(message, HasSubstr(variable.name));
  }
  EXPECT_THAT(fault("{{#findings}}{{txt}}{{/findings}}"), HasSubstr("did you mean {{text}}?"));
  EXPECT_THAT(fault("{{#conclusion}}x{{/conclusion}}"), HasSubstr("unknown variable"));
  EXPECT_THAT(fault("{{^conclusion}}x{{/conclusion}}"), HasSubstr("unknown variable"));
  EXPECT_THAT(fault("{{{zzz}}} {{&zzz}}"), HasSubstr("unknown variable {{zzz}}"));
  EXPECT_THAT(fault("{{}}"), HasSubstr("unknown variable {{}}"));
  EXPECT_THAT(fault("{{findings.text}}"), HasSubstr("unknown variable"));
  EXPECT_THAT(fault("{{#findings}}{{.}}{{/findings}}"), HasSubstr("unknown variable {{.}}"));
}

TEST_F(SiteTemplate, WithANameInTheWrongPlaceIsAnError) {
  EXPECT_THAT(fault("{{view}}"), HasSubstr(":1: {{view}} is known only inside {{#films}}"));
  EXPECT_THAT(
      fault("{{^findings}}{{text}}{{/findings}}"),
      HasSubstr("known only inside {{#findings}}, {{#impression}}, {{#warnings}}, {{#remarks}}"));
  EXPECT_THAT(fault("{{findings}}"),
              HasSubstr("{{findings}} is a list and would print nothing; use {{#findings}}..."));
  EXPECT_THAT(fault("{{complete}}"), HasSubstr("{{complete}} is a yes or no"));
}

TEST_F(SiteTemplate, ThatDoesNotParseIsAnErrorWithItsLine) {
  EXPECT_EQ(fault("a\nb {{study_id"), ":2: a tag is not closed by }}");
  EXPECT_EQ(fault("{{{study_id}}"), ":1: a tag is not closed by }}}");
  EXPECT_EQ(fault("\n{{#findings}}\n{{text}}"),
            ":2: section {{#findings}} is not closed by {{/findings}}");
  EXPECT_EQ(fault("{{/findings}}"), ":1: {{/findings}} closes what was never opened");
  EXPECT_EQ(fault("{{#findings}}\n{{#remarks}}\n{{/findings}}{{/remarks}}"),
            ":3: {{/findings}} where {{/remarks}} was expected (opened in line 2)");
  EXPECT_THAT(fault("{{=<% %>=}}"), HasSubstr("other delimiters"));
  EXPECT_THAT(fault("{{> header}}"), HasSubstr("partials"));
  EXPECT_THAT(fault("{{! wrap: wide }}"), HasSubstr("expected a number of columns from 40"));
  EXPECT_THAT(fault("{{! wrap: 12 }}"), HasSubstr("expected a number of columns from 40"));
  EXPECT_THAT(fault("Gr\xF6\xDF"), HasSubstr("not UTF-8"));
  EXPECT_THAT(fault("a\x01"), HasSubstr("control character"));
  EXPECT_THAT(fault("{{"), HasSubstr("not closed"));
  EXPECT_THAT(fault("{"), StartsWith("no error: "));
}

TEST_F(SiteTemplate, ThatIsDamagedGivesAnErrorOrATextButNeverAnythingElse) {
  const std::string whole =
      "{{! wrap: 60 }}\n{{#findings}}\n- "
      "{{text}}\n{{/findings}}{{^remarks}}{{{study_id}}}{{/remarks}}";
  std::mt19937 random(1);
  size_t errors = 0;
  for (int round = 0; round < 500; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 2; ++i) {
      const size_t place = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged.erase(place, 1 + random() % 4);
          break;
        case 1:
          damaged.insert(place, 1, "{}#^/!=>&\n \r"[random() % 12]);
          break;
        default:
          damaged[place] = static_cast<char>(random());
      }
    }
    const auto text = written(damaged);
    if (text) {
      ASSERT_THAT(*text, StartsWith(kHead)) << damaged;
    } else {
      ASSERT_EQ(text.error().kind, ErrorKind::kInput) << damaged << text.error();
      ++errors;
    }
  }
  EXPECT_GT(errors, 250u);
}

TEST_F(SiteTemplate, MayBeEmpty) {
  const auto text = written("");
  ASSERT_TRUE(text.has_value()) << text.error();
  EXPECT_THAT(*text, StartsWith(kHead));
  EXPECT_THAT(*text, HasSubstr("Written by slava-cxr 0.1.0"));
}

TEST(TemplateVariables, AllHaveAValueOfTheirKind) {
  const auto values = template_data(sample_report());
  for (const TemplateVariable& variable : template_variables()) {
    const auto* value = values.get(variable.name);
    ASSERT_NE(value, nullptr) << variable.name;
    EXPECT_EQ(value->is_list(), variable.kind == VariableKind::kList) << variable.name;
    if (variable.kind != VariableKind::kList) continue;
    for (const TemplateVariable& item : variable.items) {
      EXPECT_NE(value->list_value().front().get(item.name), nullptr)
          << variable.name << "." << item.name;
    }
  }
}

TEST(TemplateVariables, AreAllInTheHeaderOfTheBuiltInTemplate) {
  const std::string path =
      std::string(SLAVA_SOURCE_DIR) + "/src/writers/templates/report.txt.mustache";
  const auto text = read_file(path);
  ASSERT_TRUE(text.has_value()) << text.error();
  const std::string header = text->substr(0, text->find("}}"));
  for (const TemplateVariable& variable : template_variables()) {
    EXPECT_THAT(header, HasSubstr("\n  " + variable.name + " ")) << variable.name;
    for (const TemplateVariable& item : variable.items) EXPECT_THAT(header, HasSubstr(item.name));
  }
}

TEST(FoldLines, GoesOnBelowTheText) {
  EXPECT_EQ(
      fold_lines("  - one two three four\n12. five six seven\nLabel   eight nine ten\n", 16),
      "  - one two\n    three four\n12. five six\n    seven\nLabel   eight\n        nine ten\n");
}

TEST(FoldLines, LeavesShortLinesAndLongWordsAlone) {
  EXPECT_EQ(fold_lines("a  b \n\n  c", 16), "a  b \n\n  c");
  EXPECT_EQ(fold_lines("  short " + std::string(30, 'w') + " end", 16),
            "  short\n  " + std::string(30, 'w') + "\n  end");
}

}  // namespace
}  // namespace slava
