#include "pipeline/reader.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "base/version.h"
#include "image/encode.h"
#include "image/image.h"
#include "pipeline/utc_time.h"
#include "preprocess/preprocess.h"

namespace slava {
namespace {

// Places in Study::films of what the model gets: the first film of each view that it takes.
struct ModelFilms {
  std::optional<size_t> frontal;
  std::optional<size_t> lateral;

  bool has(size_t i) const { return frontal == i || lateral == i; }
};

// kInput when there is none that the model reads.
Result<ModelFilms> choose_films(const Study& study, bool uses_lateral) {
  ModelFilms chosen;
  for (size_t i = 0; i < study.films.size(); ++i) {
    if (study.films[i].view == View::kFrontal) {
      if (!chosen.frontal) chosen.frontal = i;
    } else if (uses_lateral && !chosen.lateral) {
      chosen.lateral = i;
    }
  }
  if (!chosen.frontal && !chosen.lateral) {
    return fail(ErrorKind::kInput,
                cat(study.films.front().path.string(),
                    ": the study has no frontal film and this model reads frontal films alone; "
                    "if the file states the wrong view, give the right one in a manifest"));
  }
  return chosen;
}

std::string name_of(const Film& film) { return film.path.filename().string(); }

Result<FilmRecord> record_of(const Film& film, const Image& image, const ReaderOptions& options) {
  SLAVA_TRY(std::string picture,
            encode_jpeg(image.display, options.picture_max_side, options.picture_quality));
  FilmRecord record;
  record.file = name_of(film);
  record.sop_instance_uid = film.sop_instance_uid;
  record.file_sha256 = image.file_sha256;
  record.view = to_string(film.view);
  record.view_source = to_string(film.view_source);
  record.projection = film.projection;
  record.picture_jpeg = std::move(picture);
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
std::vector<std::string> remarks_on_inputs(const Study& study, const ModelFilms& chosen,
                                           const AssistantInfo& info) {
  std::vector<std::string> remarks;
  for (size_t i = 0; i < study.films.size(); ++i) {
    const Film& film = study.films[i];
    if (film.view_source == ViewSource::kAssumed) {
      remarks.push_back(
          cat("The view of ", name_of(film), " is not stated; it was taken as frontal."));
    }
    if (chosen.has(i)) continue;
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

void add_remarks_on_text(const Draft& draft, const GenerationOptions& generation, Report& report) {
  if (!draft.complete) {
    report.remarks.push_back(cat("The text is incomplete: it was cut at the limit of ",
                                 generation.max_new_tokens, " tokens."));
  }
  if (report.findings.empty()) report.remarks.push_back("The model wrote no findings.");
  if (report.impression.empty()) report.remarks.push_back("The model wrote no impression.");
}

Error whole_study_fails(const Error& error, const Study& study) {
  if (study.films.size() == 1) return error;
  return {error.kind, cat(error.message, " (no report is drafted from a part of the study's ",
                          study.films.size(), " films)")};
}

}  // namespace

Reader::Reader(Assistant& assistant, ReaderOptions options)
    : assistant_(assistant), options_(options) {}

Result<Report> Reader::read(const Study& study) const {
  SLAVA_CHECK(!study.films.empty());
  const Stopwatch watch;
  const AssistantInfo& info = assistant_.info();
  SLAVA_TRY(const ModelFilms chosen, choose_films(study, info.uses_lateral));

  Report report;
  report.study_id = study.id;
  report.study_instance_uid = study.study_instance_uid;
  report.indication = study.indication;
  report.comparison = study.comparison;
  report.remarks = remarks_on_inputs(study, chosen, info);
  report.provenance = provenance_of(info, options_.generation);

  DraftRequest request;
  if (info.uses_indication) request.indication = study.indication;
  if (info.uses_comparison) request.comparison = study.comparison;
  for (size_t i = 0; i < study.films.size(); ++i) {
    const Film& film = study.films[i];
    const auto image = load_image(film.path, film.format);
    if (!image) return fail(whole_study_fails(image.error(), study));
    SLAVA_TRY(FilmRecord record, record_of(film, *image, options_));
    if (chosen.has(i)) {
      FilmPixels input{film.view, preprocess(*image, info.preprocess)};
      record.read_by_model = true;
      record.model_input_sha256 = input.pixels.sha256;
      request.films.push_back(std::move(input));
    }
    report.films.push_back(std::move(record));
  }

  SLAVA_TRY(const Draft draft, assistant_.draft(request, options_.generation));
  report.findings = sentences_of_model_text(draft.findings);
  report.impression = sentences_of_model_text(draft.impression);
  report.complete = draft.complete;
  if (auto remark = repetition_remark(report); !remark.empty()) {
    report.remarks.push_back(std::move(remark));
  }
  add_remarks_on_text(draft, options_.generation, report);
  report.timing.created = utc_now();
  report.timing.seconds = watch.seconds();
  return report;
}

Result<DraftRequest> blanked_request(const Study& study, const AssistantInfo& info) {
  SLAVA_CHECK(!study.films.empty());
  SLAVA_TRY(const ModelFilms chosen, choose_films(study, info.uses_lateral));
  DraftRequest request;
  if (info.uses_indication) request.indication = study.indication;
  if (info.uses_comparison) request.comparison = study.comparison;
  for (size_t i = 0; i < study.films.size(); ++i) {
    if (!chosen.has(i)) continue;
    const Film& film = study.films[i];
    SLAVA_TRY(Image image, load_image(film.path, film.format));
    blank(image);
    request.films.push_back({film.view, preprocess(image, info.preprocess)});
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
