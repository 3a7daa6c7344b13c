#include "writers/json_writer.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

Json sentences_json(const std::vector<Sentence>& sentences) {
  Json list = Json::array();
  for (const Sentence& sentence : sentences) list.push_back({{"text", sentence.text}});
  return list;
}

Json films_json(const std::vector<FilmRecord>& films) {
  Json list = Json::array();
  for (const FilmRecord& film : films) {
    list.push_back({{"file", film.file},
                    {"sop_instance_uid", film.sop_instance_uid},
                    {"file_sha256", film.file_sha256},
                    {"view", film.view},
                    {"view_source", film.view_source},
                    {"projection", film.projection},
                    {"read_by_model", film.read_by_model},
                    {"model_input_sha256", film.model_input_sha256}});
  }
  return list;
}

Json provenance_json(const Provenance& from) {
  Json decoding = Json::object();
  for (const auto& [name, value] : from.decoding) decoding[name] = value;
  return {{"program", from.program},
          {"version", from.program_version},
          {"checkpoint",
           {{"name", from.checkpoint_name},
            {"family", from.checkpoint_family},
            {"sha256", from.checkpoint_sha256}}},
          {"preprocessing",
           {{"profile", from.preprocessing_profile},
            {"fit", from.preprocessing_fit},
            {"size", from.preprocessing_size}}},
          {"device", from.device},
          {"dtype", from.dtype},
          {"decoding", std::move(decoding)}};
}

double to_milliseconds(double seconds) {
  return std::isfinite(seconds) ? std::round(seconds * 1000) / 1000 : 0;
}

}  // namespace

Json gate_json(const std::vector<GateNote>& notes) {
  Json list = Json::array();
  for (const GateNote& note : notes) {
    list.push_back({{"film", note.film},
                    {"reason", note.reason},
                    {"action", note.action},
                    {"text", note.text}});
  }
  return list;
}

Result<std::string> write_json(const Report& report, const WriterOptions&) {
  Json document = {{"draft", kDraftBanner},
                   {"notice", report.provenance.checkpoint_notice},
                   {"schema", "slava-cxr-report/1"},
                   {"study_id", report.study_id},
                   {"study_instance_uid", report.study_instance_uid},
                   {"status", {{"verified", false}, {"complete", report.complete}}},
                   {"indication", report.indication},
                   {"comparison", report.comparison},
                   {"findings", sentences_json(report.findings)},
                   {"impression", sentences_json(report.impression)},
                   {"gate", gate_json(report.gate)},
                   {"remarks", report.remarks},
                   {"films", films_json(report.films)},
                   {"provenance", provenance_json(report.provenance)}};
  if (report.patient) {
    document["patient"] = {{"name", report.patient->name},
                           {"id", report.patient->id},
                           {"birth_date", report.patient->birth_date}};
  }
  // Last, so that equal reports have equal beginnings.
  document["timing"] = {{"created", report.timing.created},
                        {"seconds", to_milliseconds(report.timing.seconds)}};
  // Two spaces a level, UTF-8 as it is; a broken byte would become U+FFFD rather than an exception.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace slava
