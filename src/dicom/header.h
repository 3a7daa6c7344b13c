// The tags of one DICOM file that tell what it is, without pixels and without the patient.
#pragma once

#include <filesystem>
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

// Missing tags are empty or 0.
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
  long rows = 0;
  long columns = 0;
  long samples_per_pixel = 0;
  long number_of_frames = 1;
};

// Reads up to the pixel data. kInput as of load_data_set.
Result<DicomHeader> read_dicom_header(const std::filesystem::path& path);
Result<DicomHeader> parse_dicom_header(std::string_view bytes, const std::string& name);

// "" for an object that may hold one radiograph (a secondary capture in colour, too), else what it
// is: "a Basic Text SR, not an image", "a film for processing, not for presentation", "Modality
// CT", ...
std::string why_no_radiograph(const DicomHeader& header);

// DCMTK's name of a UID: "JPEG Baseline", "DigitalXRayImageStorageForPresentation"; the UID itself
// where DCMTK has none.
std::string name_of_uid(const std::string& uid);

}  // namespace slava
