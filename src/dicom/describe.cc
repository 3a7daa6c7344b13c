#include "dicom/describe.h"

#include "base/strings.h"
#include "dicom/data_set.h"
#include "dicom/header.h"

namespace slava {
namespace {

struct ShownTag {
  const char* keyword;
  DcmTagKey tag;
};

std::string or_absent(std::string value) { return value.empty() ? "absent" : value; }

std::string uid_text(const std::string& uid) {
  if (uid.empty()) return "absent";
  const std::string name = name_of_uid(uid);
  return name == uid ? uid : cat(name, " (", uid, ")");
}

std::string view_codes_text(const DicomHeader& header) {
  std::vector<std::string> codes;
  for (const CodedValue& code : header.view_codes)
    codes.push_back(cat(code.value, " ", code.scheme));
  return or_absent(join(codes, ", "));
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> describe_film(
    const std::filesystem::path& path) {
  SLAVA_TRY(const DicomHeader header, read_dicom_header(path));
  SLAVA_TRY(const auto file, load_data_set(path, LoadDepth::kTags));
  DcmDataset& data = *file->getDataset();

  std::vector<std::pair<std::string, std::string>> lines{
      {"TransferSyntax", uid_text(header.transfer_syntax_uid)},
      {"SOPClass", uid_text(header.sop_class_uid)},
  };
  const auto add = [&](const char* keyword, const DcmTagKey& tag) {
    lines.emplace_back(keyword, or_absent(text_of(data, tag)));
  };
  add("Modality", DCM_Modality);
  add("PresentationIntentType", DCM_PresentationIntentType);
  add("BodyPartExamined", DCM_BodyPartExamined);
  add("ViewPosition", DCM_ViewPosition);
  lines.emplace_back("ViewCodeSequence", view_codes_text(header));
  const ShownTag shown[] = {
      {"PatientOrientation", DCM_PatientOrientation},
      {"ImageLaterality", DCM_ImageLaterality},
      {"PhotometricInterpretation", DCM_PhotometricInterpretation},
      {"PresentationLUTShape", DCM_PresentationLUTShape},
      {"SamplesPerPixel", DCM_SamplesPerPixel},
      {"NumberOfFrames", DCM_NumberOfFrames},
      {"Rows", DCM_Rows},
      {"Columns", DCM_Columns},
      {"BitsAllocated", DCM_BitsAllocated},
      {"BitsStored", DCM_BitsStored},
      {"HighBit", DCM_HighBit},
      {"PixelRepresentation", DCM_PixelRepresentation},
      {"PixelPaddingValue", DCM_PixelPaddingValue},
      {"RescaleSlope", DCM_RescaleSlope},
      {"RescaleIntercept", DCM_RescaleIntercept},
      {"WindowCenter", DCM_WindowCenter},
      {"WindowWidth", DCM_WindowWidth},
      {"VOILUTFunction", DCM_VOILUTFunction},
      {"PixelSpacing", DCM_PixelSpacing},
      {"ImagerPixelSpacing", DCM_ImagerPixelSpacing},
      {"PixelAspectRatio", DCM_PixelAspectRatio},
      {"LossyImageCompression", DCM_LossyImageCompression},
      {"BurnedInAnnotation", DCM_BurnedInAnnotation},
  };
  for (const ShownTag& tag : shown) add(tag.keyword, tag.tag);
  const auto add_presence = [&](const char* keyword, const DcmTagKey& tag) {
    lines.emplace_back(keyword, has_value(data, tag) ? "present" : "absent");
  };
  add_presence("ModalityLUTSequence", DCM_ModalityLUTSequence);
  add_presence("VOILUTSequence", DCM_VOILUTSequence);
  add("StudyInstanceUID", DCM_StudyInstanceUID);
  add("SeriesInstanceUID", DCM_SeriesInstanceUID);
  add("SOPInstanceUID", DCM_SOPInstanceUID);
  add_presence("PatientName", DCM_PatientName);
  add_presence("PatientID", DCM_PatientID);
  add_presence("PatientBirthDate", DCM_PatientBirthDate);
  return lines;
}

}  // namespace slava
