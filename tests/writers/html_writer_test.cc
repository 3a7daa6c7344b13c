#include "writers/html_writer.h"

#include <gmock/gmock.h>

#include <string>

#include "writers/sample_report.h"

namespace slava {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string page_of(const Report& report) {
  const auto page = writers_from("html")->front().write(report, {});
  return page ? *page : page.error().message;
}

// The page's text without tags and line ends.
std::string words_of(const std::string& body) {
  std::string words;
  bool in_tag = false;
  for (const char c : body) {
    in_tag = in_tag || c == '<';
    if (!in_tag && c != '\n') words += c;
    in_tag = in_tag && c != '>';
  }
  return words;
}

TEST(HtmlWriter, SaysFirstThatItIsADraft) {
  const std::string page = page_of(sample_report());
  EXPECT_THAT(page, StartsWith(std::string("<!DOCTYPE html>\n<!-- ") + kDraftBanner + " -->\n"));
  EXPECT_THAT(page, HasSubstr("<title>DRAFT, not verified"));
  const std::string body = page.substr(page.find("<body>"));
  const std::string words = words_of(body);
  EXPECT_THAT(words,
              StartsWith(std::string(kDraftBanner) + "DEMONSTRATION MODEL, NOT FOR PATIENTS"));
}

TEST(HtmlWriter, NeedsNothingElseAndRunsNothing) {
  const std::string page = page_of(sample_report());
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; img-src data:;"));
  EXPECT_THAT(page, HasSubstr("script-src 'none'"));
  for (const char* foreign :
       {"<script", "http:", "https:", "url(", "@import", "<link", "<iframe"}) {
    EXPECT_THAT(page, Not(HasSubstr(foreign)));
  }
}

TEST(HtmlWriter, CarriesThePictureOfAFilm) {
  const std::string page = page_of(sample_report());
  EXPECT_THAT(page, HasSubstr("width=\"3\" height=\"4\" src=\"data:image/jpeg;base64,/9j/4A==\""));
  EXPECT_THAT(page, HasSubstr("No picture of this film"));
}

TEST(HtmlWriter, WritesBase64OfEveryLength) {
  Report report = sample_report();
  for (const auto& [bytes, expected] : {std::pair<std::string, std::string>{"M", "TQ=="},
                                        {"Ma", "TWE="},
                                        {"Man", "TWFu"},
                                        {std::string("\0\0\xFB\xFF", 4), "AAD7/w=="}}) {
    report.films[0].picture_jpeg = bytes;
    EXPECT_THAT(page_of(report), HasSubstr("base64," + expected + "\">"));
  }
}

TEST(HtmlWriter, EscapesEveryForeignText) {
  const std::string hostile = "<script>alert(\"1\" + '2')</script>&amp;";
  Report report = sample_report();
  report.study_id = report.study_instance_uid = report.indication = report.comparison = hostile;
  report.findings = report.impression = {{hostile}};
  report.remarks = {hostile};
  for (FilmRecord& film : report.films) {
    film.file = film.sop_instance_uid = film.file_sha256 = film.view = film.view_source =
        film.projection = film.model_input_sha256 = hostile;
  }
  Provenance& from = report.provenance;
  from.program_version = from.checkpoint_name = from.checkpoint_family = from.checkpoint_sha256 =
      from.checkpoint_notice = from.preprocessing_profile = from.preprocessing_fit = from.device =
          from.dtype = report.timing.created = hostile;
  from.decoding = {{hostile, hostile}};

  const std::string page = page_of(report);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\"1\"")));
  EXPECT_THAT(page, HasSubstr("<li dir=\"auto\">&lt;script&gt;alert(&quot;1&quot; + &apos;2&apos;)"
                              "&lt;/script&gt;&amp;amp;</li>"));
}

TEST(HtmlWriter, WarnsOfWhatAReaderMustKnow) {
  Report report = sample_report();
  EXPECT_THAT(page_of(report), HasSubstr("view ASSUMED, nothing states it"));
  EXPECT_THAT(page_of(report), HasSubstr("NOT READ by the model"));
  EXPECT_THAT(page_of(report), Not(HasSubstr("The text is incomplete")));
  EXPECT_THAT(page_of(report), HasSubstr("The view of b.png is assumed."));
  report.complete = false;
  report.findings.clear();
  EXPECT_THAT(page_of(report), HasSubstr("The text is incomplete"));
  EXPECT_THAT(page_of(report), HasSubstr("The model wrote no findings."));
  EXPECT_THAT(page_of(report), Not(HasSubstr("<ul")));
}

}  // namespace
}  // namespace slava
