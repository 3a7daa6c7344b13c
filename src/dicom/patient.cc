#include "dicom/patient.h"

#include "base/strings.h"
#include "dicom/data_set.h"

namespace slava {
namespace {

// The value with its own bytes, which a character set gives their meaning.
std::string bytes_of(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  if (item.findAndGetOFStringArray(tag, value).bad()) return {};
  return std::string(trim(std::string_view(value.c_str(), value.length())));
}

std::string day_with_dashes(const std::string& date) {
  const bool is_day = date.size() == 8 && date.find_first_not_of("0123456789") == std::string::npos;
  return is_day ? cat(date.substr(0, 4), "-", date.substr(4, 2), "-", date.substr(6)) : date;
}

}  // namespace

Result<DicomPatient> read_dicom_patient(const std::filesystem::path& path) {
  SLAVA_TRY(const auto file, load_data_set(path, LoadDepth::kTags));
  DcmDataset& data = *file->getDataset();
  // Where a character set cannot be converted, bytes beyond ASCII become "?".
  const bool is_utf8 = data.convertToUTF8().good();
  const auto text = [&](const DcmTagKey& tag) {
    return is_utf8 ? bytes_of(data, tag) : text_of(data, tag);
  };
  const std::string name = text(DCM_PatientName);
  return DicomPatient{name.substr(0, name.find('=')), text(DCM_PatientID),
                      day_with_dashes(text_of(data, DCM_PatientBirthDate))};
}

}  // namespace slava
