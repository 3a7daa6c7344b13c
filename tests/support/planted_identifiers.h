// A DICOM film with made-up identifiers in every place that can hold text: for tests that look for
// them in outputs. Header alone, so that only its users link DCMTK.
#pragma once

#include <string>
#include <vector>

#include "support/dicom_film.h"

namespace slava::testing {

// Elements that decide what the film is, and those that outputs are meant to name it by.
inline bool is_needed(const DcmTag& tag) {
  static const std::vector<DcmTagKey> needed{
      DCM_SOPClassUID,    DCM_SOPInstanceUID,         DCM_StudyInstanceUID,
      DCM_Modality,       DCM_SpecificCharacterSet,   DCM_PhotometricInterpretation,
      DCM_ViewPosition,   DCM_BodyPartExamined,       DCM_PresentationLUTShape,
      DCM_VOILUTFunction, DCM_PresentationIntentType, DCM_BurnedInAnnotation};
  for (const DcmTagKey& key : needed) {
    if (tag == key) return true;
  }
  return false;
}

// The secret of an element, which says where it stood: "ZZ00100010QQ"; a date where the element
// wants one, a UID likewise.
inline std::string secret_of(const DcmTag& tag, int& number) {
  ++number;
  char text[64];
  switch (tag.getEVR()) {
    case EVR_DA:
      std::snprintf(text, sizeof text, "%04d%02d%02d", 1871 + number % 60, 1 + number % 12,
                    1 + number % 28);
      return text;
    case EVR_TM:
      std::snprintf(text, sizeof text, "0%d%02d%02d.8%05d", number % 10, number % 60,
                    number * 7 % 60, 10007 + number);
      return text;
    case EVR_DT:
      std::snprintf(text, sizeof text, "%04d%02d%02d0%d%02d", 1871 + number % 60, 1 + number % 12,
                    1 + number % 28, number % 10, number % 60);
      return text;
    case EVR_UI:
      std::snprintf(text, sizeof text, "9.8765.%d.%d.%d", tag.getGTag(), tag.getETag(), number);
      return text;
    case EVR_DS:
    case EVR_IS:
      std::snprintf(text, sizeof text, "%d", 77000000 + number);
      return text;
    default:
      std::snprintf(text, sizeof text, "ZZ%04X%04X", tag.getGTag(), tag.getETag());
      return text;
  }
}

inline bool holds_identifiers(DcmEVR vr) {
  switch (vr) {
    case EVR_PN:
    case EVR_LO:
    case EVR_SH:
    case EVR_LT:
    case EVR_ST:
    case EVR_UT:
    case EVR_UC:
    case EVR_UR:
    case EVR_DA:
    case EVR_TM:
    case EVR_DT:
    case EVR_AE:
    case EVR_CS:
    case EVR_UI:
      return true;
    default:
      return false;
  }
}

// Every element of DCMTK's dictionary whose value is text gets a secret: at the top, in an item of
// a sequence, in the file meta group, in private elements, in an overlay's comment.
inline std::vector<std::string> plant_identifiers(DcmItem& item, int& number) {
  std::vector<DcmTag> tags;
  DcmDataDictionary& dictionary = dcmDataDict.wrlock();
  for (auto it = dictionary.normalBegin(); it != dictionary.normalEnd(); ++it) {
    const DcmDictEntry& entry = **it;
    const DcmTag tag(entry.getKey(), entry.getVR());
    const bool is_standard =
        entry.getPrivateCreator() == nullptr && tag.getGTag() % 2 == 0 && tag.getGTag() >= 8;
    if (is_standard && holds_identifiers(entry.getEVR()) && !is_needed(tag)) tags.push_back(tag);
  }
  dcmDataDict.wrunlock();
  std::vector<std::string> secrets;
  for (const DcmTag& tag : tags) {
    const std::string secret = secret_of(tag, number);
    if (item.putAndInsertString(tag, secret.c_str()).good()) secrets.push_back(secret);
  }
  return secrets;
}

// Writes `film` with secrets everywhere and returns them.
inline std::vector<std::string> write_planted_film(const std::filesystem::path& path,
                                                   const DicomFilm& film) {
  int number = 0;
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  std::vector<std::string> secrets = plant_identifiers(data, number);
  fill(data, film);
  for (const char* secret : {"Secretname", "SECRET-4711", "19550102", "1955-01-02"}) {
    secrets.emplace_back(secret);
  }
  const auto put_secret = [&](DcmItem& item, const DcmTag& tag, const std::string& secret) {
    EXPECT_TRUE(item.putAndInsertString(tag, secret.c_str()).good()) << secret;
    secrets.push_back(secret);
  };
  for (const DcmTagKey& sequence : {DCM_RequestAttributesSequence, DCM_ReferencedStudySequence,
                                    DCM_OtherPatientIDsSequence, DCM_OriginalAttributesSequence}) {
    DcmItem* item = nullptr;
    EXPECT_TRUE(data.findOrCreateSequenceItem(sequence, item).good());
    put_secret(*item, DcmTag(DCM_PatientName), "Nestedname^" + std::to_string(++number));
    put_secret(*item, DcmTag(DCM_PatientID), "NESTED-" + std::to_string(++number));
    put_secret(*item, DcmTag(DCM_AccessionNumber), "NACC" + std::to_string(++number));
  }
  put_secret(data, DcmTag(0x0009, 0x0010, EVR_LO), "PRIVATECREATOR8");
  put_secret(data, DcmTag(0x0009, 0x1001, EVR_LO), "PRIVATEVALUE81");
  put_secret(data, DcmTag(0x4001, 0x0010, EVR_LO), "PRIVATECREATOR9");
  put_secret(data, DcmTag(0x4001, 0x10ff, EVR_PN), "PRIVATENAME91");
  put_secret(data, DcmTag(0x6000, 0x4000, EVR_LT), "OVERLAYCOMMENT7");
  put_secret(data, DcmTag(DCM_PatientComments), "Nächster Angehöriger Secretfriend");
  secrets.emplace_back("Secretfriend");
  DcmMetaInfo& meta = *file.getMetaInfo();
  put_secret(meta, DcmTag(DCM_SourceApplicationEntityTitle), "SECRETAET");
  put_secret(meta, DcmTag(0x0002, 0x0100, EVR_UI), "9.8765.2.100");
  const OFCondition saved =
      file.saveFile(path.c_str(), EXS_LittleEndianExplicit, EET_UndefinedLength, EGL_recalcGL,
                    EPD_noChange, 0, 0, EWM_updateMeta);
  EXPECT_TRUE(saved.good()) << saved.text();
  return secrets;
}

}  // namespace slava::testing
