// The tags of one DICOM file that tell what it is, without pixels and without the patient.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

// One item of a code sequence.
struct CodedValue {
  std::string value;   // CodeValue: "272479007"
  std::string scheme;  // CodingSchemeDesignator: "SCT", "SRT", "SNM3"
};

// Missing tags are empty or 0. Text is as the file has it: whoever shows it must know that it may
// say anything, a patient's name in a tag of the wrong kind included.
struct DicomHeader {
  std::string transfer_syntax_uid;
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string study_instance_uid;
  std::string modality;
  std::string presentation_intent_type;
  std::string photometric_interpretation;
  std::string view_position;
  std::vector<CodedValue> view_codes;  // ViewCodeSequence
  std::string body_part_examined;
  std::vector<CodedValue> anatomic_regions;  // AnatomicRegionSequence
  bool burned_in_annotation = false;         // BurnedInAnnotation is YES
  // PatientAge, else from PatientBirthDate to the study's day; neither is kept.
  std::optional<double> patient_age_years;
  long rows = 0;
  long columns = 0;
  long samples_per_pixel = 0;
  long number_of_frames = 1;
};

// Reads up to the pixel data. kInput as of load_data_set.
Result<DicomHeader> read_dicom_header(const std::filesystem::path& path);
Result<DicomHeader> parse_dicom_header(std::string_view bytes, const std::string& name);

// "" for an object with an image, else what it is: "a DICOM object without an image (BasicTextSR)".
std::string why_no_image(const DicomHeader& header);

// "045Y", "018M", "003W", "012D" (PS3.5 6.2, AS) in years; nullopt for anything else.
std::optional<double> years_of_age(std::string_view text);

// From one day to another, "19550102" and "20240131" (PS3.5 6.2, DA), in years; nullopt where one
// is none, or the second comes first.
std::optional<double> years_between(std::string_view first, std::string_view second);

// DCMTK's name of a UID: "JPEG Baseline", "DigitalXRayImageStorageForPresentation"; the UID itself
// where DCMTK has none.
std::string name_of_uid(const std::string& uid);

}  // namespace slava
