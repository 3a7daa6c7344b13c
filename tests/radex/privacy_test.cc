// What identifies somebody goes, what tells of the film stays.
#include "radex/privacy.h"

#include <gmock/gmock.h>

#include <random>

#include "base/strings.h"
#include "base/utf8.h"

namespace slava::radex {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

std::string cleaned(std::string_view text) { return remove_identifiers(text).text; }

struct Planted {
  const char* kind;
  const char* text;
};
void PrintTo(const Planted& planted, std::ostream* out) { *out << planted.kind; }

// Made-up identifiers of each kind of the Safe Harbor rule, and Japanese ones.
const Planted kPlanted[] = {
    {"name", "Dr. Margaret Ellison"},
    {"name", "John Q. Zimmerman Jr."},
    {"name", "O'Rourke"},
    {"name", "McAllister"},
    {"name", "Patient name: anna"},
    {"geographic", "4821 Maple Hollow Road"},
    {"geographic", "Apt. 12"},
    {"geographic", "Brookhaven, GA 30319"},
    {"geographic", "P.O. Box 4411"},
    {"date", "on 14 March 2019"},
    {"date", "2019-03-14"},
    {"date", "03/14/2019"},
    {"date", "in 2007"},
    {"date", "Tuesday"},
    {"date", "14:32"},
    {"age_over_89", "93-year-old"},
    {"age_over_89", "ninety-four-year-old"},
    {"phone", "(555) 013-4477"},
    {"phone", "+44 20 7946 0991"},
    {"fax", "Fax: 555 013 4478"},
    {"email", "m.ellison@hospital.example.org"},
    {"social_security", "078-05-1120"},
    {"record_number", "MRN: 00817733"},
    {"health_plan", "member ID XJH4471920"},
    {"account", "account no. 7711203345"},
    {"account", "4012 8888 8888 1881"},
    {"account", "GB29 NWBK 6016 1331 9268 19"},
    {"licence_number", "licence A7745120"},
    {"vehicle", "license plate 7XKD 442"},
    {"vehicle", "1HGCM82633A004352"},
    {"device", "serial no. PM-447120"},
    {"device", "00:1B:44:11:3A:B7"},
    {"url", "https://example.com/u/mellison"},
    {"ip_address", "203.0.113.77"},
    {"ip_address", "2001:db8:85a3:0:0:8a2e:370:7334"},
    {"biometric", "fingerprint"},
    {"other_id", "123e4567-e89b-12d3-a456-426614174000"},
    {"unknown_word", "mellison"},
    {"other_number", "mellison77"},
    {"abbreviation", "QXZ"},
    {"name", "田中太郎さん"},
    {"name", "氏名:佐藤花子"},
    {"name", "ヤマダ ハナコ様"},
    {"geographic", "東京都港区南青山1丁目2番3号"},
    {"geographic", "〒107-0062"},
    {"phone", "090-1234-5678"},
    {"phone", "電話 03-1234-5678"},
    {"era_date", "令和3年5月12日"},
    {"era_date", "昭和六十三年"},
    {"my_number", "123456789012"},
    {"my_number", "1234 5678 9012"},
    {"health_plan", "保険者番号 06130012"},
    {"record_number", "カルテ番号 88123"},
    {"organisation", "山田病院"},
    {"age_over_89", "93歳"},
    {"foreign_script", "Müller"},
};

class EachIdentifier : public testing::TestWithParam<Planted> {};

TEST_P(EachIdentifier, IsGoneFromInsideASentence) {
  const std::string text = GetParam().text;
  const PrivacyResult result = remove_identifiers(
      cat("The heart is enlarged. There was ", text, " beside a small effusion. Lungs clear."));
  EXPECT_THAT(result.text, HasSubstr("The heart is enlarged."));
  EXPECT_THAT(result.text, HasSubstr("Lungs clear."));
  EXPECT_THAT(result.text, Not(HasSubstr(text)));
  for (const std::string& word : split(text, ' ')) {
    if (word.size() > 4 && word != "Patient" && word != "account" && word != "member" &&
        word != "license" && word != "licence" && word != "serial") {
      EXPECT_THAT(result.text, Not(HasSubstr(word)));
    }
  }
  EXPECT_THAT(result.removed, Contains(Key(GetParam().kind))) << result.text;
}

TEST_P(EachIdentifier, IsGoneAsASentenceOfItsOwn) {
  const std::string text = GetParam().text;
  const PrivacyResult result =
      remove_identifiers(cat("The heart is enlarged. ", text, ". Lungs clear and well aerated."));
  EXPECT_THAT(result.text, Not(HasSubstr(text)));
  EXPECT_THAT(result.text, HasSubstr("The heart is enlarged."));
}

INSTANTIATE_TEST_SUITE_P(Privacy, EachIdentifier, testing::ValuesIn(kPlanted),
                         [](const auto& planted) {
                           return cat(planted.param.kind, '_', planted.index);
                         });

TEST(Privacy, LeavesReportsAlone) {
  for (const char* text :
       {"Kerley B lines and a Swan-Ganz catheter.", "Hampton's hump is not seen.",
        "COVID-19 pneumonia, SARS-CoV-2 positive.", "A 61-year-old man with fever (38.3°C).",
        "A 12 x 9 mm nodule in the RUL.", "Compression fracture of T8.",
        "SpO2 85%, respiratory rate 25/min.", "Chest X-ray (AP): right 6th rib fracture.",
        "ETT, NGT and right jugular CVL are well positioned.", "CRP levels rose to 300 mg/l.",
        "Findings: Bilateral Pleural Effusions.", "Small bilateral effusions in 2 weeks.",
        "May represent atelectasis.", "Chilaiditi sign is noted."}) {
    const PrivacyResult result = remove_identifiers(text);
    EXPECT_EQ(result.text, text);
    EXPECT_THAT(result.removed, IsEmpty()) << text;
  }
}

TEST(Privacy, CutsADateAndKeepsTheSentence) {
  EXPECT_EQ(cleaned("Chest radiograph on 12 March 2020 shows a left effusion."),
            "Chest radiograph shows a left effusion.");
  EXPECT_EQ(cleaned("A 95-year-old man. Lungs clear."), "A man. Lungs clear.");
}

TEST(Privacy, KeepsAgesBelowNinety) {
  EXPECT_EQ(cleaned("An 89-year-old man."), "An 89-year-old man.");
  EXPECT_EQ(age_without_identity("89"), "89");
  EXPECT_EQ(age_without_identity("90"), "90+");
  EXPECT_EQ(age_without_identity("104"), "90+");
  EXPECT_EQ(age_without_identity("about fifty"), "");
  EXPECT_EQ(age_without_identity("1961-03-04"), "");
}

TEST(Privacy, TellsNamesFromWordsByTheirPlace) {
  // The same letters: a word where a sentence begins, a name beside a verb of persons or inside.
  EXPECT_EQ(cleaned("Young man with cough."), "Young man with cough.");
  EXPECT_EQ(cleaned("Young presented with cough."), "");
  EXPECT_EQ(cleaned("The film of Young shows clear lungs."), "");
  EXPECT_EQ(cleaned("Grant has clear lungs."), "");
  EXPECT_EQ(cleaned("Seen with mark grant today."), "");
}

TEST(Privacy, RefusesInDoubt) {
  EXPECT_EQ(remove_identifiers("Zorblax Quentin was here.").doubt, "nothing_left");
  EXPECT_EQ(remove_identifiers("Zorblax was here on the ward. Quentin came too, and stayed for "
                               "long. Lungs clear.")
                .doubt,
            "most_of_the_text_removed");
  EXPECT_EQ(remove_identifiers("Lungs clear. No effusion. Zorblax came.").doubt, "");
}

TEST(Privacy, AnIdentifierDoesNotHideInTheNextWord) {
  EXPECT_EQ(cleaned("Lungs clear. Seen 2020-03-14abc there."), "Lungs clear.");
  EXPECT_EQ(cleaned("Lungs clear. Write to a@b.org_x there."), "Lungs clear.");
}

TEST(Privacy, CleaningTwiceChangesNothingMore) {
  for (const Planted& planted : kPlanted) {
    const std::string once = cleaned(cat("Lungs clear. ", planted.text, ". No effusion."));
    EXPECT_EQ(cleaned(once), once) << planted.text;
  }
}

TEST(Privacy, TakesAnyBytes) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += static_cast<char>(random() % 256);
    const PrivacyResult result = remove_identifiers(text);
    EXPECT_LE(result.text.size(), text.size() + 1);
  }
  EXPECT_EQ(cleaned(""), "");
}

}  // namespace
}  // namespace slava::radex
