#include "pipeline/reader.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "base/version.h"
#include "dicom/patient.h"
#include "gate/gate.h"
#include "image/encode.h"
#include "image/image.h"
#include "pipeline/film_gate.h"
#include "pipeline/utc_time.h"
#include "preprocess/preprocess.h"

namespace slava {
namespace {

// The films that the model gets: the first one of each view that it takes.
struct ModelFilms {
  const Film* frontal = nullptr;
  const Film* lateral = nullptr;

  bool has(const Film& film) const { return &film == frontal || &film == lateral; }
  // False when the view's place is taken or the model has none for it.
  bool has_place_for(const Film& film, bool uses_lateral) const {
    return film.view == View::kFrontal ? frontal == nullptr : uses_lateral && lateral == nullptr;
  }
  void take(const Film& film) { (film.view == View::kFrontal ? frontal : lateral) = &film; }
};

bool has_film_for_model(const std::vector<const Film*>& films, bool uses_lateral) {
  return std::any_of(films.begin(), films.end(), [&](const Film* film) {
    return ModelFilms().has_place_for(*film, uses_lateral);
  });
}

Error no_frontal_film(const Study& study) {
  return {ErrorKind::kInput,
          cat(study.films.front().path.string(),
              ": the study has no frontal film and this model reads frontal films alone; "
              "if the file states the wrong view, give the right one in a manifest")};
}

std::string name_of(const Film& film) { return film.path.filename().string(); }

Result<FilmRecord> record_of(const Film& film, const Image& image, const ReaderOptions& options) {
  FilmRecord record;
  // Text in the pixels is mostly the patient's name.
  if (options.include_identifiers || !film.tags.burned_in_annotation) {
    SLAVA_TRY(record.picture_jpeg,
              encode_jpeg(image.display, options.picture_max_side, options.picture_quality));
  }
  record.file = name_of(film);
  record.sop_instance_uid = film.sop_instance_uid;
  record.file_sha256 = image.file_sha256;
  record.view = to_string(film.view);
  record.view_source = to_string(film.view_source);
  record.projection = film.projection;
  record.width = image.width;
  record.height = image.height;
  return record;
}

// The same film with every pixel at half of its range.
void blank(Image& image) {
  constexpr uint8_t kMidGrey = 128;
  std::fill(image.values.begin(), image.values.end(), static_cast<float>(kMidGrey));
  std::fill(image.display.pixels.begin(), image.display.pixels.end(), kMidGrey);
  image.low_is_white = false;
  image.bits_stored = 8;
}

Provenance provenance_of(const AssistantInfo& info, const GenerationOptions& generation) {
  Provenance provenance;
  provenance.program_version = program_version();
  provenance.checkpoint_name = info.name;
  provenance.checkpoint_family = info.family;
  provenance.checkpoint_sha256 = info.sha256;
  provenance.checkpoint_notice = info.notice;
  provenance.preprocessing_profile = to_string(info.preprocess.profile);
  provenance.preprocessing_fit = to_string(info.preprocess.fit);
  provenance.preprocessing_size = info.preprocess.size;
  provenance.device = info.device;
  provenance.dtype = info.dtype;
  provenance.decoding = decoding_settings(generation);
  return provenance;
}

// What the inputs alone make the physician need to know.
std::vector<std::string> remarks_on_inputs(const Study& study,
                                           const std::vector<const Film*>& films,
                                           const ModelFilms& chosen, const AssistantInfo& info) {
  std::vector<std::string> remarks;
  for (const Film* one : films) {
    const Film& film = *one;
    if (film.view_source == ViewSource::kAssumed) {
      remarks.push_back(
          cat("The view of ", name_of(film), " is not stated; it was taken as frontal."));
    }
    if (chosen.has(film)) continue;
    if (film.view == View::kLateral && !info.uses_lateral) {
      remarks.push_back(cat("The lateral film ", name_of(film),
                            " was not read: this model reads frontal films alone."));
    } else {
      remarks.push_back(cat("The ", to_string(film.view), " film ", name_of(film),
                            " was not read: the model takes one film of a view."));
    }
  }
  if (!chosen.frontal) {
    remarks.push_back("There is no frontal film: the draft rests on a lateral film alone.");
  } else if (info.uses_lateral && !chosen.lateral) {
    remarks.push_back("There is no lateral film: the draft rests on a frontal film alone.");
  }
  if (!study.indication.empty() && !info.uses_indication) {
    remarks.push_back("The indication was not shown to the model, which has no place for it.");
  }
  if (!study.comparison.empty() && !info.uses_comparison) {
    remarks.push_back("The comparison was not shown to the model, which has no place for it.");
  }
  return remarks;
}

// Of the first DICOM film that was read; the films of a study are of one patient.
Result<std::optional<PatientIdentity>> patient_of(const ModelFilms& chosen) {
  for (const Film* film : {chosen.frontal, chosen.lateral}) {
    if (film == nullptr || film->format != FilmFormat::kDicom) continue;
    SLAVA_TRY(DicomPatient patient, read_dicom_patient(film->path));
    return PatientIdentity{std::move(patient.name), std::move(patient.id),
                           std::move(patient.birth_date)};
  }
  return std::nullopt;
}

void add_remarks_on_text(const Draft& draft, const GenerationOptions& generation, Report& report) {
  if (!draft.complete) {
    report.remarks.push_back(cat("The text is incomplete: it was cut at the limit of ",
                                 generation.max_new_tokens, " tokens."));
  }
  if (report.findings.empty()) report.remarks.push_back("The model wrote no findings.");
  if (report.impression.empty()) report.remarks.push_back("The model wrote no impression.");
}

// Tags and pixels of a film that the model would get.
std::vector<GateFinding> check_film(const Film& film, const Image& image, const GateOptions& gate) {
  std::vector<GateFinding> findings = check_tags(film.tags, gate);
  for (GateFinding& finding : check_pixels(image, film.view, gate)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

void append(std::vector<GateNote> notes, std::vector<GateNote>& to) {
  for (GateNote& note : notes) to.push_back(std::move(note));
}

Error whole_study_fails(const Error& error, const Study& study) {
  if (study.films.size() == 1) return error;
  return {error.kind, cat(error.message, " (no report is drafted from a part of the study's ",
                          study.films.size(), " films)")};
}

}  // namespace

Reader::Reader(Assistant& assistant, ReaderOptions options)
    : assistant_(assistant), options_(options) {}

Result<Reading> Reader::read(const Study& study) const {
  SLAVA_TRY(PreparedStudy prepared, prepare(study));
  if (prepared.is_refused()) return Reading{std::nullopt, std::move(prepared.refusals)};
  SLAVA_TRY(const Draft draft, assistant_.draft(prepared.request, options_.generation));
  return Reading{finish(std::move(prepared), draft), {}};
}

Result<PreparedStudy> Reader::prepare(const Study& study) const {
  SLAVA_CHECK(!study.films.empty());
  const Stopwatch watch;
  const AssistantInfo& info = assistant_.info();
  TagVerdict verdict = judge_tags(study, options_.gate);
  if (!has_film_for_model(verdict.passed, info.uses_lateral)) {
    if (verdict.refusals.empty()) return fail(no_frontal_film(study));
    return PreparedStudy{{}, {}, std::move(verdict.refusals)};
  }

  PreparedStudy prepared;
  Report& report = prepared.report;
  DraftRequest& request = prepared.request;
  ModelFilms chosen;
  std::vector<const Film*> accepted;
  std::vector<GateNote> refusals = std::move(verdict.refusals);
  std::vector<GateNote> warnings;
  for (const Film* film : verdict.passed) {
    const auto image = load_image(film->path, film->format);
    if (!image) return fail(whole_study_fails(image.error(), study));
    SLAVA_TRY(FilmRecord record, record_of(*film, *image, options_));
    if (chosen.has_place_for(*film, info.uses_lateral)) {
      const auto findings = check_film(*film, *image, options_.gate);
      append(notes_on(*film, findings, GateAction::kRefuse), refusals);
      if (refuses(findings)) {
        report.films.push_back(std::move(record));
        continue;
      }
      append(notes_on(*film, findings, GateAction::kWarn), warnings);
      FilmPixels input{film->view, preprocess(*image, info.preprocess)};
      record.read_by_model = true;
      record.model_input_sha256 = input.pixels.sha256;
      request.films.push_back(std::move(input));
      chosen.take(*film);
    }
    accepted.push_back(film);
    report.films.push_back(std::move(record));
  }
  if (request.films.empty()) return PreparedStudy{{}, {}, std::move(refusals)};

  report.study_id = study.id;
  report.study_instance_uid = study.study_instance_uid;
  report.indication = study.indication;
  report.comparison = study.comparison;
  report.gate = std::move(refusals);
  append(std::move(warnings), report.gate);
  report.remarks = remarks_on_inputs(study, accepted, chosen, info);
  report.provenance = provenance_of(info, options_.generation);
  if (options_.include_identifiers) {
    SLAVA_TRY(report.patient, patient_of(chosen));
  }

  if (info.uses_indication) request.indication = study.indication;
  if (info.uses_comparison) request.comparison = study.comparison;
  prepared.seconds = watch.seconds();
  return prepared;
}

Report Reader::finish(PreparedStudy prepared, const Draft& draft) const {
  Report report = std::move(prepared.report);
  report.findings = sentences_of_model_text(draft.findings);
  report.impression = sentences_of_model_text(draft.impression);
  report.complete = draft.complete;
  if (auto remark = repetition_remark(report); !remark.empty()) {
    report.remarks.push_back(std::move(remark));
  }
  add_remarks_on_text(draft, options_.generation, report);
  report.timing.created = utc_now();
  report.timing.seconds = prepared.seconds + draft.seconds;
  return report;
}

Result<DraftRequest> control_request(const Study& study, const AssistantInfo& info,
                                     ControlPixels pixels) {
  SLAVA_CHECK(!study.films.empty());
  const TagVerdict verdict = judge_tags(study, GateOptions());
  std::vector<const Film*> films = verdict.passed;
  for (const Film& film : study.films) films.push_back(&film);
  if (!has_film_for_model(films, info.uses_lateral)) return fail(no_frontal_film(study));
  DraftRequest request;
  if (info.uses_indication) request.indication = study.indication;
  if (info.uses_comparison) request.comparison = study.comparison;
  ModelFilms chosen;
  for (const Film* film : films) {
    if (!chosen.has_place_for(*film, info.uses_lateral)) continue;
    chosen.take(*film);
    SLAVA_TRY(Image image, load_image(film->path, film->format));
    if (pixels == ControlPixels::kBlanked) blank(image);
    request.films.push_back({film->view, preprocess(image, info.preprocess)});
  }
  return request;
}

std::vector<std::pair<std::string, std::string>> decoding_settings(
    const GenerationOptions& generation) {
  const bool greedy = generation.temperature == 0;
  std::vector<std::pair<std::string, std::string>> settings{
      {"strategy", greedy ? "greedy" : "sampling"},
      {"max_new_tokens", cat(generation.max_new_tokens)},
      {"no_repeat_ngram", cat(generation.no_repeat_ngram)},
  };
  if (!greedy) {
    settings.emplace_back("temperature", cat(generation.temperature));
    settings.emplace_back("top_p", cat(generation.top_p));
    settings.emplace_back("seed", cat(generation.seed));
  }
  return settings;
}

}  // namespace slava
