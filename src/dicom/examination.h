// What a DICOM film says of the examination beyond dicom/header.h: part of the body, age, burnt-in
// text, and who the patient is. Out of the data set goes a plain struct; pixels stay unread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dicom/header.h"

namespace slava {

// For --include-identifiers, and for taking the patient out of file names. Never logged.
struct PatientIdentity {
  std::string name;        // PatientName: "DOE^JOHN"
  std::string id;          // PatientID
  std::string birth_date;  // PatientBirthDate: "19550102"

  bool empty() const { return name.empty() && id.empty() && birth_date.empty(); }
};

// Missing tags are empty.
struct Examination {
  std::string body_part;                    // BodyPartExamined
  std::vector<CodedValue> regions;          // AnatomicRegionSequence
  std::optional<double> patient_age_years;  // PatientAge, else StudyDate less PatientBirthDate
  bool burnt_in_annotation = false;         // BurnedInAnnotation says YES
  PatientIdentity patient;                  // in UTF-8
};

// Reads up to the pixel data. kInput as of load_data_set.
Result<Examination> read_examination(const std::filesystem::path& path);

// "045Y", "18M", "010W", "003D" in years; nothing for other texts (DICOM PS3.5 6.2, AS).
std::optional<double> years_of_age(std::string_view age);

}  // namespace slava
