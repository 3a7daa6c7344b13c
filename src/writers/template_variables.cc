#include "writers/template_variables.h"

#include <cmath>
#include <cstdio>

#include "base/strings.h"

namespace slava {
namespace {

using kainjow::mustache::data;

TemplateVariable text(std::string name, std::string help) {
  return {std::move(name), VariableKind::kText, std::move(help), {}};
}
TemplateVariable flag(std::string name, std::string help) {
  return {std::move(name), VariableKind::kFlag, std::move(help), {}};
}
TemplateVariable list(std::string name, std::string help, std::vector<TemplateVariable> items) {
  return {std::move(name), VariableKind::kList, std::move(help), std::move(items)};
}

data text_data(const std::string& value) { return value.empty() ? data(false) : data(value); }

data numbered_data(const std::vector<std::string>& texts) {
  data items(data::type::list);
  for (size_t i = 0; i < texts.size(); ++i) {
    data item;
    item.set("number", std::to_string(i + 1));
    item.set("text", text_data(texts[i]));
    items << item;
  }
  return items;
}

data warnings_data(const std::vector<GateNote>& notes) {
  std::vector<std::string> texts;
  for (const GateNote& note : notes) texts.push_back(warning_text(note));
  return numbered_data(texts);
}

data sentences_data(const std::vector<Sentence>& sentences) {
  std::vector<std::string> texts;
  for (const Sentence& sentence : sentences) texts.push_back(sentence.text);
  return numbered_data(texts);
}

std::string seconds_text(double seconds) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.1f", std::isfinite(seconds) ? seconds : 0.0);
  return digits;
}

// Who said which view it is, in words; the names are those of ViewSource.
std::string who_said(const std::string& view_source) {
  if (view_source == "assumed") return "view ASSUMED, nothing states it";
  if (view_source == "flag") return "view set on the command line";
  if (view_source == "manifest") return "view from the manifest";
  if (view_source == "view code") return "view from the DICOM view code";
  if (view_source == "tag") return "view from the DICOM view position";
  return cat("view from ", view_source);
}

std::string decoding_text(const Provenance& from) {
  std::vector<std::string> settings;
  for (const auto& [name, value] : from.decoding) settings.push_back(cat(name, " ", value));
  return join(settings, ", ");
}

std::string preprocessing_text(const Provenance& from) {
  return cat(from.preprocessing_profile, ", ", from.preprocessing_fit, ", ",
             from.preprocessing_size, " px");
}

// The one paragraph that a report must never lack.
std::string provenance_text(const Report& report) {
  const Provenance& from = report.provenance;
  std::vector<std::string> films;
  for (const FilmRecord& film : report.films) {
    if (!film.read_by_model) continue;
    films.push_back(film.sop_instance_uid.empty()
                        ? cat(film.file, " (SHA-256 ", film.file_sha256, ")")
                        : film.sop_instance_uid);
  }
  return cat("Written by ", from.program, " ", from.program_version, " with checkpoint ",
             from.checkpoint_name, " (SHA-256 ", from.checkpoint_sha256, "), preprocessing ",
             preprocessing_text(from), ", ", from.device, " ", from.dtype, ", decoding ",
             decoding_text(from), ". Films read: ", films.empty() ? "none" : join(films, ", "),
             ".");
}

}  // namespace

const std::vector<TemplateVariable>& template_variables() {
  static const std::vector<TemplateVariable> table = {
      text("study_id", "the study's name in this run"),
      text("study_instance_uid", "StudyInstanceUID of DICOM films"),
      text("indication", "why the films were taken, as given"),
      text("comparison", "earlier examinations, as given"),
      list("findings", "sentences of the findings",
           {text("number", "1, 2, ..."), text("text", "the sentence")}),
      list("impression", "sentences of the impression",
           {text("number", "1, 2, ..."), text("text", "the sentence")}),
      list("warnings", "what the checks before the model have against the films",
           {text("number", "1, 2, ..."), text("text", "the warning")}),
      text("patient_name", "only with --include-identifiers"),
      text("patient_id", "likewise"),
      text("patient_birth_date", "likewise"),
      list("remarks", "what a reader must know",
           {text("number", "1, 2, ..."), text("text", "the remark")}),
      flag("complete", "the model ended its text itself"),
      list("films", "the films of the study",
           {text("number", "1, 2, ..."), text("file", "file name without folder"),
            text("sop_instance_uid", "SOPInstanceUID of a DICOM film"),
            text("file_sha256", "of the file"), text("view", "frontal or lateral"),
            text("view_title", "Frontal or Lateral"),
            text("view_source", "flag, manifest, view code, tag or assumed"),
            text("who_said_view", "the same in words"),
            text("projection", "PA, AP, LL or RL where known"),
            flag("view_assumed", "nothing states the view"),
            flag("read_by_model", "the text rests on this film"),
            text("model_input_sha256", "of the picture that the model saw")}),
      text("provenance", "all of the following in one paragraph"),
      text("program", "slava-cxr"),
      text("program_version", "its version"),
      text("checkpoint_name", "the model's name"),
      text("checkpoint_family", "kinds of its parts"),
      text("checkpoint_sha256", "of its files"),
      text("checkpoint_notice", "what it says of itself; printed at the top in any case"),
      text("preprocessing", "profile, fit and size"),
      text("device", "cpu, cuda:0"),
      text("dtype", "float32, bfloat16"),
      text("decoding", "the decoding settings in one line"),
      list("decoding_settings", "the decoding settings one by one",
           {text("name", "name of the setting"), text("value", "its value")}),
      text("created", "date and time, UTC"),
      text("seconds", "time spent on the study"),
  };
  return table;
}

data film_data(const FilmRecord& film, size_t number) {
  data item;
  item.set("number", std::to_string(number));
  item.set("file", text_data(film.file));
  item.set("sop_instance_uid", text_data(film.sop_instance_uid));
  item.set("file_sha256", text_data(film.file_sha256));
  item.set("view", text_data(film.view));
  item.set("view_title", text_data(capitalised(film.view)));
  item.set("view_source", text_data(film.view_source));
  item.set("who_said_view", text_data(who_said(film.view_source)));
  item.set("projection", text_data(film.projection));
  item.set("view_assumed", data(film.view_source == "assumed"));
  item.set("read_by_model", data(film.read_by_model));
  item.set("model_input_sha256", text_data(film.model_input_sha256));
  return item;
}

data template_data(const Report& report) {
  const Provenance& from = report.provenance;
  data all;
  all.set("study_id", text_data(report.study_id));
  all.set("study_instance_uid", text_data(report.study_instance_uid));
  all.set("indication", text_data(report.indication));
  all.set("comparison", text_data(report.comparison));
  all.set("findings", sentences_data(report.findings));
  all.set("impression", sentences_data(report.impression));
  all.set("warnings", warnings_data(report.gate));
  const PatientIdentity patient = report.patient.value_or(PatientIdentity{});
  all.set("patient_name", text_data(patient.name));
  all.set("patient_id", text_data(patient.id));
  all.set("patient_birth_date", text_data(patient.birth_date));
  all.set("remarks", numbered_data(report.remarks));
  all.set("complete", data(report.complete));

  data films(data::type::list);
  for (size_t i = 0; i < report.films.size(); ++i) films << film_data(report.films[i], i + 1);
  all.set("films", films);

  all.set("provenance", text_data(provenance_text(report)));
  all.set("program", text_data(from.program));
  all.set("program_version", text_data(from.program_version));
  all.set("checkpoint_name", text_data(from.checkpoint_name));
  all.set("checkpoint_family", text_data(from.checkpoint_family));
  all.set("checkpoint_sha256", text_data(from.checkpoint_sha256));
  all.set("checkpoint_notice", text_data(from.checkpoint_notice));
  all.set("preprocessing", text_data(preprocessing_text(from)));
  all.set("device", text_data(from.device));
  all.set("dtype", text_data(from.dtype));
  all.set("decoding", text_data(decoding_text(from)));

  data settings(data::type::list);
  for (const auto& [name, value] : from.decoding) {
    data setting;
    setting.set("name", text_data(name));
    setting.set("value", text_data(value));
    settings << setting;
  }
  all.set("decoding_settings", settings);
  all.set("created", text_data(report.timing.created));
  all.set("seconds", text_data(seconds_text(report.timing.seconds)));
  return all;
}

}  // namespace slava
