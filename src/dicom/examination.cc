#include "dicom/examination.h"

#include <charconv>

#include "base/strings.h"
#include "dicom/data_set.h"

namespace slava {
namespace {

constexpr double kDaysOfYear = 365.25;

// "20240131" as a count of days that is near enough to take a difference of; 0 for no date.
double day_number(const std::string& date) {
  int number = 0;
  const auto [end, error] = std::from_chars(date.data(), date.data() + date.size(), number);
  if (date.size() != 8 || error != std::errc() || end != date.data() + 8) return 0;
  const int year = number / 10000;
  const int month = number / 100 % 100;
  const int day = number % 100;
  if (year < 1850 || month < 1 || month > 12 || day < 1 || day > 31) return 0;
  return year * kDaysOfYear + (month - 1) * (kDaysOfYear / 12) + day;
}

std::optional<double> age_of(DcmItem& data) {
  if (const auto stated = years_of_age(text_of(data, DCM_PatientAge))) return stated;
  const double born = day_number(text_of(data, DCM_PatientBirthDate));
  const double examined = day_number(text_of(data, DCM_StudyDate));
  if (born == 0 || examined < born) return std::nullopt;
  return (examined - born) / kDaysOfYear;
}

std::vector<CodedValue> region_codes(DcmItem& data) {
  std::vector<CodedValue> codes;
  DcmSequenceOfItems* sequence = nullptr;
  if (data.findAndGetSequence(DCM_AnatomicRegionSequence, sequence).bad() || sequence == nullptr) {
    return codes;
  }
  for (unsigned long i = 0; i < sequence->card(); ++i) {
    DcmItem& item = *sequence->getItem(i);
    codes.push_back({text_of(item, DCM_CodeValue), text_of(item, DCM_CodingSchemeDesignator)});
  }
  return codes;
}

// The patient alone, in UTF-8 where DCMTK can convert; else the file's bytes.
PatientIdentity patient_of(DcmItem& data) {
  const auto read = [](DcmItem& from) {
    return PatientIdentity{text_of(from, DCM_PatientName), text_of(from, DCM_PatientID),
                           text_of(from, DCM_PatientBirthDate)};
  };
  const std::string character_set = text_of(data, DCM_SpecificCharacterSet);
  if (character_set.empty() || character_set == "ISO_IR 192") return read(data);
  DcmItem copy;
  for (const DcmTagKey& tag : {DCM_SpecificCharacterSet, DCM_PatientName, DCM_PatientID}) {
    DcmElement* element = nullptr;
    if (data.findAndGetElement(tag, element, OFFalse, /*createCopy=*/OFTrue).good()) {
      copy.insert(element, OFTrue);
    }
  }
  if (copy.convertToUTF8().bad()) return read(data);
  PatientIdentity patient = read(copy);
  patient.birth_date = text_of(data, DCM_PatientBirthDate);
  return patient;
}

}  // namespace

std::optional<double> years_of_age(std::string_view age) {
  if (age.size() < 2) return std::nullopt;
  int number = 0;
  const char* last = age.data() + age.size() - 1;
  const auto [end, error] = std::from_chars(age.data(), last, number);
  if (error != std::errc() || end != last || number < 0) return std::nullopt;
  switch (age.back()) {
    case 'Y':
      return number;
    case 'M':
      return number / 12.0;
    case 'W':
      return number * 7 / kDaysOfYear;
    case 'D':
      return number / kDaysOfYear;
    default:
      return std::nullopt;
  }
}

Result<Examination> read_examination(const std::filesystem::path& path) {
  SLAVA_TRY(const auto file, load_data_set(path, LoadDepth::kTags));
  DcmDataset& data = *file->getDataset();
  Examination examination;
  examination.body_part = text_of(data, DCM_BodyPartExamined);
  examination.regions = region_codes(data);
  examination.patient_age_years = age_of(data);
  examination.burnt_in_annotation = text_of(data, DCM_BurnedInAnnotation) == "YES";
  examination.patient = patient_of(data);
  return examination;
}

}  // namespace slava
