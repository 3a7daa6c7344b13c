#include "dicom/header.h"

#include <dcmtk/dcmdata/dcuid.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "dicom/data_set.h"

namespace slava {
namespace {

// PS3.3 C.7.3.1.1.1. OT and an empty value are common on converted and secondary captures.
constexpr std::array<std::string_view, 5> kRadiographModalities{"CR", "DX", "RG", "OT", ""};

std::vector<CodedValue> coded_values(DcmItem& data, const DcmTagKey& tag) {
  std::vector<CodedValue> codes;
  DcmSequenceOfItems* sequence = nullptr;
  if (data.findAndGetSequence(tag, sequence).bad() || sequence == nullptr) return codes;
  for (unsigned long i = 0; i < sequence->card(); ++i) {
    DcmItem* item = sequence->getItem(i);
    codes.push_back({text_of(*item, DCM_CodeValue), text_of(*item, DCM_CodingSchemeDesignator)});
  }
  return codes;
}

DicomHeader header_of(DcmFileFormat& file) {
  DcmDataset& data = *file.getDataset();
  DicomHeader header;
  header.transfer_syntax_uid = transfer_syntax_uid(file);
  header.sop_class_uid = text_of(data, DCM_SOPClassUID);
  header.sop_instance_uid = text_of(data, DCM_SOPInstanceUID);
  header.study_instance_uid = text_of(data, DCM_StudyInstanceUID);
  header.modality = text_of(data, DCM_Modality);
  header.presentation_intent_type = text_of(data, DCM_PresentationIntentType);
  header.photometric_interpretation = text_of(data, DCM_PhotometricInterpretation);
  header.view_position = text_of(data, DCM_ViewPosition);
  header.view_codes = coded_values(data, DCM_ViewCodeSequence);
  header.rows = integer_of(data, DCM_Rows).value_or(0);
  header.columns = integer_of(data, DCM_Columns).value_or(0);
  header.samples_per_pixel = integer_of(data, DCM_SamplesPerPixel).value_or(0);
  header.number_of_frames = integer_of(data, DCM_NumberOfFrames).value_or(1);
  return header;
}

}  // namespace

Result<DicomHeader> read_dicom_header(const std::filesystem::path& path) {
  SLAVA_TRY(const auto file, load_data_set(path, LoadDepth::kTags));
  return header_of(*file);
}

Result<DicomHeader> parse_dicom_header(std::string_view bytes, const std::string& name) {
  SLAVA_TRY(const auto file, parse_data_set(bytes, name, LoadDepth::kTags));
  return header_of(*file);
}

std::string why_no_radiograph(const DicomHeader& header) {
  const auto& modalities = kRadiographModalities;
  if (header.rows == 0 && header.columns == 0) {
    return header.sop_class_uid.empty()
               ? "a DICOM data set without an image (no Rows and Columns)"
               : cat("a DICOM object without an image (", name_of_uid(header.sop_class_uid), ")");
  }
  if (std::find(modalities.begin(), modalities.end(), header.modality) == modalities.end()) {
    return cat("an image of Modality ", header.modality);
  }
  if (header.sop_class_uid == UID_DigitalXRayImageStorageForProcessing ||
      header.presentation_intent_type == "FOR PROCESSING") {
    return "a raw film (for processing, not for presentation)";
  }
  if (header.number_of_frames > 1) {
    return cat("an image of ", header.number_of_frames, " frames");
  }
  return {};
}

std::string name_of_uid(const std::string& uid) {
  const DcmXfer syntax(uid.c_str());
  if (syntax.getXfer() != EXS_Unknown) return syntax.getXferName();
  const char* name = dcmFindNameOfUID(uid.c_str(), nullptr);
  return name == nullptr ? uid : name;
}

}  // namespace slava
