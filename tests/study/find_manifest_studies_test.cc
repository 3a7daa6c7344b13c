// Studies that a manifest lists: what it says comes before what the files say.
#include <gmock/gmock.h>

#include "study/find_studies_fixture.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(FindStudies, TheManifestOverridesWhatTheFilesSay) {
  add_film("films/a.dcm", film_of("1.2.1", "1.1", "LL"));
  add_film("films/b.dcm", film_of("1.2.2", "1.2", "LL"));
  add("films/c.png", kPngMagic);
  const fs::path manifest = add("list.csv",
                                "study_id,image,view,indication,comparison\n"
                                "case 7,films/a.dcm,PA,\"cough, fever\",none\n"
                                "case 7,films/b.dcm,,,\n");
  StudyList list = find({}, {.manifest = manifest, .view = {}});
  ASSERT_THAT(ids(list), ElementsAre("case_7"));
  const Study& study = list.studies[0];
  EXPECT_EQ(study.indication, "cough, fever");
  EXPECT_EQ(study.comparison, "none");
  EXPECT_EQ(study.study_instance_uid, "1.2.1");
  ASSERT_THAT(files(study), ElementsAre("a.dcm", "b.dcm"));
  EXPECT_EQ(study.films[0].view, View::kFrontal);
  EXPECT_EQ(study.films[0].view_source, ViewSource::kManifest);
  EXPECT_EQ(study.films[0].projection, "PA");
  EXPECT_EQ(study.films[1].view_source, ViewSource::kTag);

  list = find({root() / "films"}, {.manifest = manifest, .view = {}});
  EXPECT_THAT(ids(list), ElementsAre("c", "case_7")) << "listed films are not read twice";
}

TEST_F(FindStudies, AManifestRowWithoutItsImageFailsItsStudyAlone) {
  add("a.png", kPngMagic);
  add("text.dcm", "text");
  const fs::path manifest =
      add("list.jsonl",
          "{\"study_id\": \"one\", \"image\": \"a.png\", \"view\": \"lateral\"}\n"
          "\n"
          "{\"study_id\": \"two\", \"image\": \"gone.png\"}\n"
          "{\"study_id\": \"three\", \"image\": \"text.dcm\"}\n");
  const StudyList list = find({}, {.manifest = manifest, .view = {}});
  ASSERT_THAT(ids(list), ElementsAre("one"));
  EXPECT_EQ(list.studies[0].films[0].view, View::kLateral);
  ASSERT_THAT(rejected_ids(list), ElementsAre("three", "two"));
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("list.jsonl: line 4: "));
  EXPECT_THAT(list.rejected[1].error.message, HasSubstr("list.jsonl: line 3: "));
  EXPECT_THAT(list.rejected[1].error.message, HasSubstr("gone.png: no such file"));
}

}  // namespace
}  // namespace slava
