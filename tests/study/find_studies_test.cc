#include "study/find_studies.h"

#include <gmock/gmock.h>

#include "study/find_studies_fixture.h"
#include "support/shared_data.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::DicomFilm;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kJpegMagic = "\xff\xd8\xff\xe0 and so on";

void add_view_code(DcmDataset& data, const char* value, const char* scheme) {
  DcmItem* item = nullptr;
  ASSERT_TRUE(data.findOrCreateSequenceItem(DCM_ViewCodeSequence, item, -2).good());
  ASSERT_TRUE(item->putAndInsertString(DCM_CodeValue, value).good());
  ASSERT_TRUE(item->putAndInsertString(DCM_CodingSchemeDesignator, scheme).good());
}

TEST_F(FindStudies, GroupsDicomByStudyWhereverTheFilesLie) {
  add_film("one/a.dcm", film_of("1.2.1", "1.1", "LL"));
  add_film("two/deep/b", film_of("1.2.1", "1.2", "AP"));
  add_film("c.dcm", film_of("1.2.1", "1.3", "PA"));
  add_film("one/other.dcm", film_of("1.2.2", "1.4", "PA"));
  const StudyList list = find();
  ASSERT_THAT(ids(list), ElementsAre("1.2.1", "1.2.2"));
  EXPECT_EQ(list.studies[0].study_instance_uid, "1.2.1");
  EXPECT_THAT(files(list.studies[0]), ElementsAre("c.dcm", "b", "a.dcm"));
  const std::vector<Film>& films = list.studies[0].films;
  EXPECT_EQ(films[0].projection, "PA");
  EXPECT_EQ(films[0].view, View::kFrontal);
  EXPECT_EQ(films[0].view_source, ViewSource::kTag);
  EXPECT_EQ(films[0].sop_instance_uid, "1.3");
  EXPECT_EQ(films[2].view, View::kLateral);
  EXPECT_EQ(films[2].projection, "LL");
  EXPECT_THAT(list.rejected, IsEmpty());
  EXPECT_EQ(list.ignored, 0u);
}

TEST_F(FindStudies, TheViewCodeIsBelievedBeforeViewPosition) {
  DicomFilm film = film_of("1.2", "1.1", "PA");
  film.edit = [](DcmDataset& data) { add_view_code(data, "399198007", "SCT"); };
  add_film("a.dcm", film);
  const Film found = find().studies.at(0).films.at(0);
  EXPECT_EQ(found.view, View::kLateral);
  EXPECT_EQ(found.projection, "RL");
  EXPECT_EQ(found.view_source, ViewSource::kViewCode);
}

TEST_F(FindStudies, TheFlagSpeaksOnlyForFilmsThatNothingElseTells) {
  add_film("told.dcm", film_of("1.2.1", "1.1", "PA"));
  add_film("untold.dcm", film_of("1.2.2", "1.2"));
  add("lateral.png", kPngMagic);
  StudyList list = find({root()}, {.manifest = {}, .view = View::kLateral});
  ASSERT_THAT(ids(list), ElementsAre("1.2.1", "1.2.2", "lateral"));
  EXPECT_EQ(list.studies[0].films[0].view, View::kFrontal);
  EXPECT_EQ(list.studies[1].films[0].view, View::kLateral);
  EXPECT_EQ(list.studies[1].films[0].view_source, ViewSource::kFlag);
  EXPECT_EQ(list.studies[2].films[0].view, View::kLateral);

  list = find();
  EXPECT_EQ(list.studies[1].films[0].view_source, ViewSource::kAssumed);
  EXPECT_EQ(list.studies[2].films[0].view, View::kFrontal) << "a file's name is no evidence";
  EXPECT_EQ(list.studies[2].films[0].view_source, ViewSource::kAssumed);
}

TEST_F(FindStudies, ASubFolderOfPicturesIsAStudyAndALooseOneIsItsOwn) {
  add("loose.PNG", kPngMagic);
  add("loose too.jpeg", kJpegMagic);
  add("p10/s50/2.jpg", kJpegMagic);
  add("p10/s50/1.png", kPngMagic);
  add("p11/s50/1.png", kPngMagic);
  const StudyList list = find();
  ASSERT_THAT(ids(list), ElementsAre("loose", "loose_too", "p10-s50", "p11-s50"));
  EXPECT_THAT(files(list.studies[2]), ElementsAre("1.png", "2.jpg"));
  EXPECT_EQ(list.studies[2].films[0].format, FilmFormat::kPng);
  EXPECT_EQ(list.studies[2].films[1].format, FilmFormat::kJpeg);
  EXPECT_EQ(list.studies[2].study_instance_uid, "");
}

TEST_F(FindStudies, NamesAreUniqueAndSafe) {
  add("a/x.png", kPngMagic);
  add("b/.hidden/x.png", kPngMagic);
  add("x.png", kPngMagic);
  add("x.jpg", kJpegMagic);
  add("-rf \xc3\xa9t\xc3\xa9;.png", kPngMagic);
  const StudyList list = find();
  EXPECT_THAT(ids(list), ElementsAre("_rf__t__", "a", "x", "x-2"));
}

TEST_F(FindStudies, PicturesAreKnownByTheirBytesNotBySuffixAlone) {
  add("really_jpeg.png", kJpegMagic);
  EXPECT_EQ(find().studies.at(0).films.at(0).format, FilmFormat::kJpeg);
}

TEST_F(FindStudies, CountsOtherFilesAndIgnoresHiddenOnes) {
  add("film.png", kPngMagic);
  add("notes.txt", "text");
  add("table.csv", "a,b");
  add("unnamed", "text");
  add(".DS_Store", "x");
  add(".cache/film.png", kPngMagic);
  const StudyList list = find();
  EXPECT_THAT(ids(list), ElementsAre("film"));
  EXPECT_EQ(list.ignored, 3u);
  EXPECT_THAT(list.rejected, IsEmpty());
}

TEST_F(FindStudies, AFileNamedOnTheCommandLineIsNeverIgnored) {
  const fs::path notes = add("notes.txt", "text");
  const fs::path film = add("film.png", kPngMagic);
  const StudyList list = find({notes, film});
  EXPECT_THAT(ids(list), ElementsAre("film"));
  ASSERT_THAT(rejected_ids(list), ElementsAre("notes"));
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("notes.txt: expected a film"));
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("found plain text"));
}

TEST_F(FindStudies, AFileReachedTwiceIsOneFilm) {
  const fs::path film = add("a/film.png", kPngMagic);
  fs::create_symlink(film, root() / "a/link.png");
  const StudyList list = find({root(), root() / "a", film});
  ASSERT_EQ(list.studies.size(), 1u);
  EXPECT_EQ(list.studies[0].id, "film") << "a file named is a study of its own";
  EXPECT_EQ(list.studies[0].films.size(), 1u);
}

TEST_F(FindStudies, LinksToFoldersAreNotFollowedSoLoopsEnd) {
  add("a/film.png", kPngMagic);
  fs::create_directory_symlink(root(), root() / "a/loop");
  fs::create_symlink(root() / "nowhere.png", root() / "dangling.png");
  EXPECT_THAT(ids(find()), ElementsAre("a"));
}

TEST_F(FindStudies, ACopyOfADicomFilmIsLeftOut) {
  add_film("a.dcm", film_of("1.2", "1.1"));
  add_film("copy.dcm", film_of("1.2", "1.1"));
  const StudyList list = find();
  ASSERT_EQ(list.studies.size(), 1u);
  EXPECT_THAT(files(list.studies[0]), ElementsAre("a.dcm"));
}

TEST_F(FindStudies, TheBrokenFolderHasThreeNamedReasonsAndTwoStudies) {
  add_film("good1.dcm", film_of("1.2.1", "1.1"));
  add("good2.png", kPngMagic);
  add_film("whole.dcm", film_of("1.2.3", "1.3"));
  const std::string whole = *read_file(root() / "whole.dcm");
  fs::remove(root() / "whole.dcm");
  add("truncated.dcm", whole.substr(0, 400));
  add("text.dcm", "dictated on Monday\n");
  add("empty.dcm", "");
  const StudyList list = find();
  EXPECT_THAT(ids(list), ElementsAre("1.2.1", "good2"));
  ASSERT_THAT(rejected_ids(list), ElementsAre("empty", "text", "truncated"));
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("empty.dcm: expected a DICOM file, found "
                                                        "an empty file"));
  EXPECT_THAT(list.rejected[1].error.message, HasSubstr("found plain text"));
  EXPECT_THAT(list.rejected[2].error.message, HasSubstr("truncated.dcm: the DICOM file is damaged "
                                                        "or truncated"));
  for (const RejectedInput& rejected : list.rejected) {
    EXPECT_EQ(rejected.error.kind, ErrorKind::kInput);
  }
}

TEST_F(FindStudies, ABrokenFileNeverTakesTheNameOfAGoodStudy) {
  add("scan.dcm", "text");
  add("scan.png", kPngMagic);
  const StudyList list = find();
  EXPECT_THAT(ids(list), ElementsAre("scan"));
  EXPECT_THAT(rejected_ids(list), ElementsAre("scan-2"));
}

TEST_F(FindStudies, ABrokenPictureFailsItsWholeFolder) {
  add("s1/a.png", kPngMagic);
  add("s1/b.png", "");
  add("s2/a.png", kPngMagic);
  const StudyList list = find();
  EXPECT_THAT(ids(list), ElementsAre("s2"));
  ASSERT_THAT(rejected_ids(list), ElementsAre("s1"));
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("b.png: expected a PNG or JPEG picture"));
}

DicomFilm report_object() {
  DicomFilm film = film_of("1.2.9", "1.9");
  film.sop_class = UID_BasicTextSRStorage;
  film.modality = "SR";
  film.edit = [](DcmDataset& data) {
    for (const DcmTagKey& tag : {DCM_Rows, DCM_Columns, DCM_PixelData}) {
      ASSERT_TRUE(data.findAndDeleteElement(tag).good());
    }
  };
  return film;
}

TEST_F(FindStudies, DicomReportsAreIgnoredInAFolderAndRejectedByName) {
  add_film("film.dcm", film_of("1.2.9", "1.1"));
  const fs::path report = add_film("report.dcm", report_object());
  StudyList list = find();
  EXPECT_THAT(ids(list), ElementsAre("1.2.9"));
  EXPECT_THAT(files(list.studies[0]), ElementsAre("film.dcm"));
  EXPECT_EQ(list.ignored, 1u);
  EXPECT_THAT(list.rejected, IsEmpty());

  list = find({report});
  EXPECT_THAT(list.studies, IsEmpty());
  ASSERT_EQ(list.rejected.size(), 1u);
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("without an image"));
}

TEST_F(FindStudies, ImagesOfEveryKindArePartOfTheirStudyWithTheirTags) {
  DicomFilm raw = film_of("1.2.1", "1.1", "PA");
  raw.sop_class = UID_DigitalXRayImageStorageForProcessing;
  add_film("raw.dcm", raw);
  add_film("shown.dcm", film_of("1.2.1", "1.2", "PA"));
  DicomFilm ct = film_of("1.2.2", "2.1");
  ct.modality = "CT";
  ct.edit = [](DcmDataset& data) { testing::put(data, DCM_NumberOfFrames, "7"); };
  add_film("ct.dcm", ct);
  const StudyList list = find();
  ASSERT_THAT(ids(list), ElementsAre("1.2.1", "1.2.2"));
  EXPECT_THAT(files(list.studies[0]), ElementsAre("raw.dcm", "shown.dcm"));
  EXPECT_EQ(list.studies[0].films[0].tags.sop_class_uid, UID_DigitalXRayImageStorageForProcessing);
  EXPECT_EQ(list.studies[1].films[0].tags.modality, "CT");
  EXPECT_EQ(list.studies[1].films[0].tags.number_of_frames, 7);
  EXPECT_TRUE(list.rejected.empty());
}

TEST_F(FindStudies, SecondaryCaptureOfModalityDxIsAFilm) {
  DicomFilm film = film_of("1.2", "1.1");
  film.sop_class = UID_SecondaryCaptureImageStorage;
  add_film("a.dcm", film);
  EXPECT_EQ(find().studies.size(), 1u);
}

TEST_F(FindStudies, NothingOfThePatientGetsIntoIdsOrErrors) {
  DicomFilm ct = film_of("1.2.2", "1.2");
  ct.modality = "CT";
  add_film("a.dcm", film_of("1.2.1", "1.1"));
  add_film("b.dcm", ct);
  const StudyList list = find();
  std::string all;
  for (const Study& study : list.studies) all += study.id + " ";
  for (const RejectedInput& r : list.rejected) all += r.study_id + r.error.message;
  EXPECT_THAT(all, Not(HasSubstr("Secret")));
  EXPECT_THAT(all, Not(HasSubstr("4711")));
  EXPECT_THAT(all, Not(HasSubstr("1955")));
}

TEST_F(FindStudies, AFilmWithoutStudyUidIsItsOwnStudy) {
  DicomFilm film = film_of("1.2", "1.1");
  film.edit = [](DcmDataset& data) {
    ASSERT_TRUE(data.findAndDeleteElement(DCM_StudyInstanceUID).good());
  };
  add_film("lost.dcm", film);
  EXPECT_THAT(ids(find()), ElementsAre("lost"));
}

TEST_F(FindStudies, AHostileStudyUidCannotLeaveTheOutputFolder) {
  DicomFilm film = film_of("1.2", "1.1");
  film.edit = [](DcmDataset& data) { testing::put(data, DCM_StudyInstanceUID, "../../etc"); };
  add_film("a.dcm", film);
  EXPECT_THAT(ids(find()), ElementsAre("_._.._etc"));
}

TEST_F(FindStudies, SaysWhenThereIsNothingToRead) {
  const auto missing = find_studies({root() / "no_such"}, {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, ErrorKind::kInput);
  EXPECT_THAT(missing.error().message, HasSubstr("no_such: no such file or folder"));

  add("notes.txt", "text");
  const auto nothing = find_studies({root()}, {});
  ASSERT_FALSE(nothing.has_value());
  EXPECT_THAT(nothing.error().message, HasSubstr("no film among 1 files"));
}

TEST_F(FindStudies, TheOrderOfArgumentsDoesNotMatter) {
  const fs::path one = add("one/x.png", kPngMagic);
  const fs::path two = add("two/x.png", kPngMagic);
  const StudyList a = find({one, two});
  const StudyList b = find({two, one});
  ASSERT_THAT(ids(a), ElementsAre("x", "x-2"));
  EXPECT_EQ(a.studies[0].films[0].path, b.studies[0].films[0].path);
}

TEST_F(FindStudies, TheSharedFilmsAreTwoStudies) {
  const fs::path folder = shared_data() / "dicom";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there; set SLAVA_SHARED_DATA";
  const StudyList list = find({folder});
  ASSERT_EQ(list.studies.size(), 2u);
  EXPECT_THAT(list.rejected, IsEmpty());
  for (const Study& study : list.studies) {
    const Film& film = study.films.at(0);
    if (film.path.filename() == "rsna_cr_jpeg_baseline.dcm") {
      EXPECT_EQ(film.projection, "PA");
      EXPECT_EQ(film.view_source, ViewSource::kTag);
    } else {
      EXPECT_EQ(film.view_source, ViewSource::kAssumed);
    }
  }
}

}  // namespace
}  // namespace slava
