// What a study's folder of reports was made from, as <study_id>/record.json; of a refused study,
// why there are none. It is written last: a folder is complete exactly when its record is there,
// and
// --resume keeps it when the record's fingerprint is that of the present run.
// Never here: the reports themselves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"
#include "gate/gate_options.h"
#include "pipeline/results.h"
#include "report/report.h"
#include "study/study.h"

namespace slava {

struct ReaderOptions;

inline constexpr const char* kRecordFile = "record.json";

struct StudyRecord {
  std::string study_id;
  std::string fingerprint;
  double seconds = 0;
  std::vector<std::string> files;  // the reports' names beside the record; none of a refused study
  StudyStatus status = StudyStatus::kOk;  // kOk or kRefused
  std::string reason;                     // of kRefused, as in the results
  std::vector<GateNote> gate;             // of kRefused
};

// Everything of a run that can change a report: program version, checkpoint, preprocessing,
// decoding, device and number type, the gate's actions, whether identifiers are written, formats
// and the site's template (its bytes; may be empty).
std::string settings_fingerprint(const AssistantInfo& info, const ReaderOptions& reader,
                                 const std::vector<std::string>& formats,
                                 const std::string& template_bytes);

// The settings with one study's request: its films by name, size, time of change and view, and
// its texts. Reads no film, so a changed film counts as changed when its size or time did.
std::string study_fingerprint(const std::string& settings_fingerprint, const Study& study);

// Nothing when `folder` has no readable record or lacks one of its files.
std::optional<StudyRecord> read_record(const std::filesystem::path& folder);

Status write_record(const std::filesystem::path& folder, const StudyRecord& record);

}  // namespace slava
