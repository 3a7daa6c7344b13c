#include "dicom/header.h"

#include <dcmtk/dcmdata/dcuid.h>

#include <charconv>
#include <chrono>

#include "base/strings.h"
#include "dicom/data_set.h"

namespace slava {
namespace {

constexpr double kDaysPerYear = 365.2425;

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

std::optional<std::chrono::sys_days> day_of(std::string_view date) {
  int number = 0;
  const auto [end, error] = std::from_chars(date.data(), date.data() + date.size(), number);
  if (date.size() != 8 || error != std::errc() || end != date.data() + date.size()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day(std::chrono::year(number / 10000),
                                        std::chrono::month(number / 100 % 100),
                                        std::chrono::day(number % 100));
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

std::optional<double> patient_age_years(DcmItem& data) {
  if (const auto years = years_of_age(text_of(data, DCM_PatientAge))) return years;
  const std::string birth = text_of(data, DCM_PatientBirthDate);
  for (const DcmTagKey& tag : {DCM_StudyDate, DCM_AcquisitionDate, DCM_ContentDate}) {
    if (const auto years = years_between(birth, text_of(data, tag))) return years;
  }
  return std::nullopt;
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
  header.body_part_examined = text_of(data, DCM_BodyPartExamined);
  header.anatomic_regions = coded_values(data, DCM_AnatomicRegionSequence);
  header.burned_in_annotation = text_of(data, DCM_BurnedInAnnotation) == "YES";
  header.patient_age_years = patient_age_years(data);
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

std::string why_no_image(const DicomHeader& header) {
  if (header.rows != 0 || header.columns != 0) return {};
  // A UID that nobody knows may say anything.
  const std::string name = name_of_uid(header.sop_class_uid);
  const bool is_known = !name.empty() && name != header.sop_class_uid;
  return is_known ? cat("a DICOM object without an image (", name, ")")
                  : "a DICOM data set without an image (no Rows and Columns)";
}

std::optional<double> years_of_age(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.size() < 2 || error != std::errc() || end != text.data() + text.size() - 1 ||
      number < 0) {
    return std::nullopt;
  }
  switch (text.back()) {
    case 'Y':
      return number;
    case 'M':
      return number / 12.0;
    case 'W':
      return number * 7 / kDaysPerYear;
    case 'D':
      return number / kDaysPerYear;
    default:
      return std::nullopt;
  }
}

std::optional<double> years_between(std::string_view first, std::string_view second) {
  const auto from = day_of(first);
  const auto to = day_of(second);
  if (!from || !to || *to < *from) return std::nullopt;
  return static_cast<double>((*to - *from).count()) / kDaysPerYear;
}

std::string name_of_uid(const std::string& uid) {
  const DcmXfer syntax(uid.c_str());
  if (syntax.getXfer() != EXS_Unknown) return syntax.getXferName();
  const char* name = dcmFindNameOfUID(uid.c_str(), nullptr);
  return name == nullptr ? uid : name;
}

}  // namespace slava
