// Who a DICOM film is of, for the one case that a user asks for it. Never here: logs, error
// messages with what was read.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace slava {

// UTF-8; empty where the file has none.
struct DicomPatient {
  std::string name;  // the first component group, "Doe^Jane"
  std::string id;
  std::string birth_date;  // "1955-01-02", or as the file has it
};

// kInput as of load_data_set.
Result<DicomPatient> read_dicom_patient(const std::filesystem::path& path);

}  // namespace slava
