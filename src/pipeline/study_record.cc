#include "pipeline/study_record.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/version.h"
#include "dicom/input_file.h"
#include "pipeline/reader.h"
#include "writers/json_writer.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

std::string hash_of(const Json& json) {
  return sha256_hex(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string settings_fingerprint(const AssistantInfo& info, const ReaderOptions& reader,
                                 const std::vector<std::string>& formats,
                                 const std::string& template_bytes) {
  return hash_of(Json{
      {"program_version", program_version()},
      {"checkpoint", info.sha256},
      {"profile", to_string(info.preprocess.profile)},
      {"fit", to_string(info.preprocess.fit)},
      {"size", info.preprocess.size},
      {"device", info.device},
      {"dtype", info.dtype},
      {"decoding", decoding_settings(reader.generation)},
      {"gate", reader.gate.settings()},
      {"identifiers", reader.include_identifiers},
      {"formats", formats},
      {"template", sha256_hex(template_bytes)},
  });
}

std::string study_fingerprint(const std::string& settings_fingerprint, const Study& study) {
  Json films = Json::array();
  for (const Film& film : study.films) {
    const InputStamp stamp = stamp_of_input(film.path);
    films.push_back({{"file", film.path.filename().string()},
                     {"bytes", stamp.bytes},
                     {"changed", stamp.changed},
                     {"view", to_string(film.view)},
                     {"view_source", to_string(film.view_source)},
                     {"projection", film.projection},
                     {"sop_instance_uid", film.sop_instance_uid}});
  }
  return hash_of(Json{{"settings", settings_fingerprint},
                      {"study_id", study.id},
                      {"study_instance_uid", study.study_instance_uid},
                      {"indication", study.indication},
                      {"comparison", study.comparison},
                      {"films", films}});
}

std::optional<StudyRecord> read_record(const std::filesystem::path& folder) {
  const auto text = read_file(folder / kRecordFile);
  if (!text) return std::nullopt;
  const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  StudyRecord record;
  const auto status = json.find("status");
  const bool refused = status != json.end() && *status == to_string(StudyStatus::kRefused);
  if (refused) record.status = StudyStatus::kRefused;
  try {
    record.study_id = json.at("study_id").get<std::string>();
    record.fingerprint = json.at("fingerprint").get<std::string>();
    record.seconds = json.at("seconds").get<double>();
    record.files = json.at("files").get<std::vector<std::string>>();
    if (refused) record.reason = json.at("reason").get<std::string>();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  for (const std::string& file : record.files) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(folder / file, ignored)) return std::nullopt;
  }
  return record;
}

Status write_record(const std::filesystem::path& folder, const StudyRecord& record) {
  Json json{{"study_id", record.study_id},
            {"status", to_string(record.status)},
            {"fingerprint", record.fingerprint},
            {"seconds", record.seconds},
            {"files", record.files}};
  if (record.status == StudyStatus::kRefused) {
    json["reason"] = record.reason;
    json["gate"] = gate_json(record.gate);
  }
  return write_file_atomically(folder / kRecordFile,
                               json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace slava
