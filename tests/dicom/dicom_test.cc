#include <gmock/gmock.h>
#include <zlib.h>

#include <map>
#include <thread>

#include "base/file.h"
#include "base/hash.h"
#include "dicom/data_set.h"
#include "dicom/deflated.h"
#include "dicom/describe.h"
#include "dicom/file_kind.h"
#include "dicom/header.h"
#include "dicom/nesting.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::DicomFilm;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::write_film;

class Dicom : public ::testing::Test {
 protected:
  fs::path path(const std::string& name = "film.dcm") const { return folder_ / name; }
  TemporaryFolder folder_;
};

TEST_F(Dicom, TheHeaderIsReadWithoutPixels) {
  DicomFilm film;
  film.view_position = "PA";
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_PresentationIntentType, "FOR PRESENTATION");
  };
  write_film(path(), film, EXS_JPEGProcess14SV1);
  const std::string bytes = *read_file(path());
  // Tags alone: what follows the pixel data's tag is cut away.
  const size_t pixel_data = bytes.find(std::string("\xe0\x7f\x10\x00OB", 6));
  ASSERT_NE(pixel_data, std::string::npos);
  ASSERT_TRUE(write_file_atomically(path("tags.dcm"), bytes.substr(0, pixel_data + 12)));
  for (const char* name : {"film.dcm", "tags.dcm"}) {
    const auto header = read_dicom_header(path(name));
    ASSERT_TRUE(header.has_value()) << header.error();
    EXPECT_EQ(header->transfer_syntax_uid, "1.2.840.10008.1.2.4.70");
    EXPECT_EQ(header->study_instance_uid, "1.2.3.4");
    EXPECT_EQ(header->sop_instance_uid, "1.2.3.4.5");
    EXPECT_EQ(header->modality, "DX");
    EXPECT_EQ(header->view_position, "PA");
    EXPECT_EQ(header->presentation_intent_type, "FOR PRESENTATION");
    EXPECT_EQ(header->photometric_interpretation, "MONOCHROME2");
    EXPECT_EQ(header->rows, film.rows);
    EXPECT_EQ(header->columns, film.columns);
    EXPECT_EQ(why_no_image(*header), "");
  }
}

TEST_F(Dicom, AHeaderCutInItsTagsIsAnError) {
  write_film(path(), {});
  const std::string bytes = *read_file(path());
  for (const size_t kept : {133u, 200u, 350u, 420u, 500u}) {
    ASSERT_TRUE(write_file_atomically(path("cut.dcm"), bytes.substr(0, kept)));
    const auto header = read_dicom_header(path("cut.dcm"));
    ASSERT_FALSE(header.has_value()) << kept;
    EXPECT_THAT(header.error().message,
                HasSubstr("cut.dcm: the DICOM file is damaged or truncated"));
  }
}

TEST_F(Dicom, SaysWhatAnObjectWithoutAnImageIs) {
  DicomHeader header;
  EXPECT_THAT(why_no_image(header), HasSubstr("without an image"));
  header.sop_class_uid = UID_BasicTextSRStorage;
  EXPECT_THAT(why_no_image(header), HasSubstr("BasicTextSR"));
  header.sop_class_uid = "Secretname";
  EXPECT_THAT(why_no_image(header), Not(HasSubstr("Secretname")));
  header.rows = header.columns = 10;
  header.modality = "CT";
  EXPECT_EQ(why_no_image(header), "") << "whether it is a chest film is the gate's question";
}

TEST_F(Dicom, TheAgeIsThatOfTheTagOrElseOfTheDates) {
  const auto age_of = [&](const std::string& age, const std::string& birth,
                          const std::string& study) {
    DicomFilm film;
    film.edit = [&](DcmDataset& data) {
      if (!age.empty()) testing::put(data, DCM_PatientAge, age);
      testing::put(data, DCM_PatientBirthDate, birth);
      testing::put(data, DCM_StudyDate, study);
    };
    write_film(path(), film);
    const auto header = read_dicom_header(path());
    EXPECT_TRUE(header.has_value());
    return header->patient_age_years;
  };
  EXPECT_EQ(age_of("045Y", "19000101", "20200101"), 45.0);
  EXPECT_EQ(age_of("018M", "", ""), 1.5);
  EXPECT_NEAR(*age_of("", "19700615", "20200615"), 50.0, 0.01);
  EXPECT_NEAR(*age_of("unknown", "20190101", "20200101"), 1.0, 0.01);
  EXPECT_EQ(age_of("", "19700615", ""), std::nullopt);
  EXPECT_EQ(age_of("", "20200615", "20200614"), std::nullopt) << "born after the examination";
  EXPECT_EQ(age_of("", "19701315", "20200615"), std::nullopt) << "no such month";
  EXPECT_EQ(age_of("-12Y", "", ""), std::nullopt);
}

TEST_F(Dicom, DescribesAFilmWithoutThePatient) {
  DicomFilm film;
  film.view_position = "AP";
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_WindowCenter, "1500\\2048");
    testing::put(data, DCM_BodyPartExamined, "CHEST");
  };
  write_film(path(), film, EXS_JPEGLSLossless);
  const auto lines = describe_film(path());
  ASSERT_TRUE(lines.has_value()) << lines.error();
  std::map<std::string, std::string> described(lines->begin(), lines->end());
  EXPECT_EQ(described.size(), lines->size()) << "each keyword once";
  EXPECT_THAT(described["TransferSyntax"], HasSubstr("JPEG-LS"));
  EXPECT_THAT(described["TransferSyntax"], HasSubstr("1.2.840.10008.1.2.4.80"));
  EXPECT_THAT(described["SOPClass"], HasSubstr("1.2.840.10008.5.1.4.1.1.1.1"));
  EXPECT_EQ(described["ViewPosition"], "AP");
  EXPECT_EQ(described["BitsStored"], "12");
  EXPECT_EQ(described["WindowCenter"], "1500\\2048");
  EXPECT_EQ(described["WindowWidth"], "absent");
  EXPECT_EQ(described["BodyPartExamined"], "CHEST");
  EXPECT_EQ(described["StudyInstanceUID"], "1.2.3.4");
  EXPECT_EQ(described["PatientName"], "present");
  EXPECT_EQ(described["PatientID"], "present");
  EXPECT_EQ(described["PatientBirthDate"], "present");
  for (const auto& [keyword, value] : *lines) {
    EXPECT_THAT(value, Not(HasSubstr("Secret"))) << keyword;
    EXPECT_THAT(value, Not(HasSubstr("SECRET"))) << keyword;
    EXPECT_THAT(value, Not(HasSubstr("1955"))) << keyword;
  }
}

TEST_F(Dicom, ControlCharactersInATagDoNotReachTheTerminal) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) { testing::put(data, DCM_BodyPartExamined, "CH\x1b[31mEST"); };
  write_film(path(), film);
  const auto lines = describe_film(path());
  ASSERT_TRUE(lines.has_value()) << lines.error();
  const std::map<std::string, std::string> described(lines->begin(), lines->end());
  EXPECT_EQ(described.at("BodyPartExamined"), "CH[31mEST");
}

TEST_F(Dicom, TellsFilesByTheirFirstBytes) {
  const auto kind_of = [&](const std::string& bytes) {
    EXPECT_TRUE(write_file_atomically(path("x"), bytes));
    return *file_kind(path("x"));
  };
  EXPECT_EQ(kind_of(""), FileKind::kEmpty);
  EXPECT_EQ(kind_of("hello\n"), FileKind::kText);
  EXPECT_EQ(kind_of("viele Gr\xc3\xbc\xc3\x9f"
                    "e"),
            FileKind::kText);
  EXPECT_EQ(kind_of("\x89PNG\r\n\x1a\n"), FileKind::kPng);
  EXPECT_EQ(kind_of("\xff\xd8\xff\xe0"), FileKind::kJpeg);
  EXPECT_EQ(kind_of("PK\x03\x04 and more"), FileKind::kZip);
  EXPECT_EQ(kind_of(std::string(128, '\0') + "DICM"), FileKind::kDicom);
  EXPECT_EQ(kind_of(std::string(127, '\0') + "DICM"), FileKind::kUnknown);
  EXPECT_EQ(kind_of(std::string("\x08\0\x05\0", 4)), FileKind::kUnknown);
  EXPECT_FALSE(file_kind(path("missing")).has_value());
}

TEST_F(Dicom, ADeflatedStreamIsWholeOrAnError) {
  DicomFilm film;
  film.rows = 300;
  film.columns = 400;
  film.stored = testing::stored_of(film);
  for (size_t i = 0; i < film.stored.size(); ++i) {
    film.stored[i] = static_cast<int32_t>(mix_seed(1, i) % 4096);
  }
  write_film(path(), film, EXS_DeflatedLittleEndianExplicit);
  const std::string bytes = *read_file(path());
  ASSERT_TRUE(is_deflated(bytes));
  EXPECT_TRUE(inflate_data_set(bytes).has_value());
  EXPECT_EQ(read_dicom_header(path())->transfer_syntax_uid, "1.2.840.10008.1.2.1.99");
  for (const size_t lost : {size_t{1}, size_t{2}, bytes.size() / 2, bytes.size() - 500}) {
    const std::string cut = bytes.substr(0, bytes.size() - lost);
    ASSERT_TRUE(write_file_atomically(path("cut.dcm"), cut));
    const auto whole = inflate_data_set(cut);
    ASSERT_FALSE(whole.has_value()) << lost;
    EXPECT_THAT(whole.error().message, HasSubstr("deflated data set ends early"));
    const auto header = read_dicom_header(path("cut.dcm"));
    ASSERT_FALSE(header.has_value()) << lost;
    EXPECT_THAT(header.error().message, HasSubstr("cut.dcm: "));
  }
  std::string lying = bytes;
  lying[140] = '\x7f';  // the meta header's length
  EXPECT_FALSE(inflate_data_set(lying).has_value());

  write_film(path("plain.dcm"), {});
  EXPECT_FALSE(is_deflated(*read_file(path("plain.dcm"))));
}

TEST_F(Dicom, ADeflatedDataSetThatSwellsWithoutBoundIsRefused) {
  write_film(path(), {}, EXS_DeflatedLittleEndianExplicit);
  const std::string bytes = *read_file(path());
  const size_t meta_end = 144 + static_cast<unsigned char>(bytes[140]);
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string zeros(size_t{1} << 20, '\0');
  std::string bomb = bytes.substr(0, meta_end);
  std::string piece(zeros.size(), '\0');
  for (int i = 0; i <= 600; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(zeros.size());
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    ASSERT_GE(deflate(&stream, i == 600 ? Z_FINISH : Z_NO_FLUSH), 0);
    bomb.append(piece, 0, piece.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  ASSERT_LT(bomb.size(), size_t{2} << 20);
  const auto whole = inflate_data_set(bomb);
  ASSERT_FALSE(whole.has_value());
  EXPECT_THAT(whole.error().message, HasSubstr("larger than 512 MiB"));
}

// A data set of `depth` items, each in a sequence of the one before.
std::string nested_items(size_t depth, const std::string& before) {
  std::string bytes = before;
  const std::string level("\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
                          20);
  for (size_t i = 0; i < depth; ++i) bytes += level;
  return bytes;
}

TEST_F(Dicom, ItemsWithinItemsWithoutEndDoNotExhaustTheStack) {
  write_film(path(), {});
  const std::string film = *read_file(path());
  const std::string meta = film.substr(0, 144 + static_cast<unsigned char>(film[140]));
  for (const size_t depth : {size_t{100}, kMaxItems, size_t{500'000}}) {
    ASSERT_TRUE(write_file_atomically(path("nested.dcm"), nested_items(depth, meta)));
    const auto header = read_dicom_header(path("nested.dcm"));
    ASSERT_FALSE(header.has_value());
    EXPECT_THAT(header.error().message, HasSubstr("nested.dcm: the DICOM file is damaged"));
    EXPECT_FALSE(load_data_set(path("nested.dcm"), LoadDepth::kAll).has_value());
  }
}

TEST_F(Dicom, AReportOfThousandsOfItemsIsStillNamed) {
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  testing::put(data, DCM_SOPClassUID, UID_ComprehensiveSRStorage);
  testing::put(data, DCM_SOPInstanceUID, "1.2.3");
  for (size_t i = 0; i < kMaxItems + 100; ++i) {
    DcmItem* item = nullptr;
    ASSERT_TRUE(data.findOrCreateSequenceItem(DCM_ContentSequence, item, -2).good());
    ASSERT_TRUE(item->putAndInsertString(DCM_TextValue, "x").good());
  }
  ASSERT_TRUE(file.saveFile(path("sr.dcm").c_str(), EXS_LittleEndianExplicit).good());
  const auto header = read_dicom_header(path("sr.dcm"));
  ASSERT_TRUE(header.has_value()) << header.error();
  EXPECT_THAT(why_no_image(*header), HasSubstr("ComprehensiveSR"));
  const auto whole = load_data_set(path("sr.dcm"), LoadDepth::kAll);
  ASSERT_FALSE(whole.has_value());
  EXPECT_THAT(whole.error().message, HasSubstr("more than 3000 sequence items"));
}

TEST_F(Dicom, ADeflatedStreamUnderAnUnusualMetaHeaderDoesNotReachDcmtk) {
  DicomFilm film;
  film.rows = 100;
  write_film(path(), film, EXS_DeflatedLittleEndianExplicit);
  std::string bytes = *read_file(path());
  // The UID filled up to 24 bytes, where writers fill to an even length alone.
  const size_t at = bytes.find("1.2.840.10008.1.2.1.99");
  ASSERT_NE(at, std::string::npos);
  bytes[at - 2] = 24;
  bytes.insert(at + 22, 2, '\0');
  bytes[140] = static_cast<char>(bytes[140] + 2);
  for (const size_t kept : {bytes.size(), bytes.size() - 1, bytes.size() - 40}) {
    ASSERT_TRUE(write_file_atomically(path("odd.dcm"), bytes.substr(0, kept)));
    const auto file = load_data_set(path("odd.dcm"), LoadDepth::kAll);
    ASSERT_FALSE(file.has_value());
    EXPECT_THAT(file.error().message, HasSubstr("odd.dcm: the DICOM file is damaged"));
  }
}

TEST_F(Dicom, ALengthThatIsOnlyClaimedIsAnError) {
  write_film(path(), {});
  std::string bytes = *read_file(path());
  const size_t at = bytes.find(std::string("\xe0\x7f\x10\x00OW\0\0", 8));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 11] = '\x7f';  // two gigabytes
  ASSERT_TRUE(write_file_atomically(path("claim.dcm"), bytes));
  EXPECT_TRUE(read_dicom_header(path("claim.dcm")).has_value()) << "tags end before the pixels";
  const auto file = load_data_set(path("claim.dcm"), LoadDepth::kAll);
  ASSERT_FALSE(file.has_value());
  EXPECT_THAT(file.error().message, HasSubstr("damaged or truncated"));
}

TEST_F(Dicom, TagsBehindALongHeaderAreStillFound) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    const std::vector<Uint8> icon(200'000, 7);
    ASSERT_TRUE(data.putAndInsertUint8Array(DcmTag(0x0009, 0x1001, EVR_OB), icon.data(),
                                            static_cast<unsigned long>(icon.size()))
                    .good());
  };
  write_film(path(), film);
  const auto header = read_dicom_header(path());
  ASSERT_TRUE(header.has_value()) << header.error();
  EXPECT_EQ(header->rows, film.rows);
}

TEST_F(Dicom, SeveralThreadsMayReadAtOnce) {
  write_film(path(), {}, EXS_JPEGProcess14SV1);
  std::vector<std::thread> threads;
  std::vector<int> read(4, 0);
  for (size_t t = 0; t < read.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) read[t] += read_dicom_header(path()).has_value() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(read, std::vector<int>(4, 20));
}

}  // namespace
}  // namespace slava
