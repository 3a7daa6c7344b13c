#include "commands/asked_films.h"

#include <filesystem>

#include "base/strings.h"
#include "gate/gate.h"
#include "image/image.h"
#include "pipeline/film_gate.h"
#include "preprocess/preprocess.h"
#include "study/find_studies.h"

namespace slava {
namespace {

Result<Film> find_film(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorKind::kUsage, cat("--image ", path, " is a folder; expected a film's file"));
  }
  SLAVA_TRY(const StudyList list, find_studies({path}, {}));
  if (!list.rejected.empty()) return fail(list.rejected.front().error);
  return list.studies.front().films.front();
}

// kRefused when the gate keeps the film from the model; what it warns of goes into `warnings`.
Status take_notes(const Film& film, const std::vector<GateFinding>& findings,
                  std::vector<std::string>& warnings) {
  const auto refusals = notes_on(film, findings, GateAction::kRefuse);
  if (!refusals.empty()) {
    return fail(ErrorKind::kRefused, cat("refused: ", reason_of(refusals),
                                         " (--gate REASON=warn reads it all the same)"));
  }
  for (const GateNote& note : notes_on(film, findings, GateAction::kWarn)) {
    warnings.push_back(warning_text(note));
  }
  return {};
}

}  // namespace

Result<AskedFilms> load_asked_films(const std::vector<std::string>& paths, const GateOptions& gate,
                                    const PreprocessConfig& preprocess_config) {
  std::vector<Film> films;
  for (const std::string& path : paths) {
    SLAVA_TRY(films.emplace_back(), find_film(path));
  }
  AskedFilms asked;
  for (const Film& film : films) {
    SLAVA_TRY_STATUS(take_notes(film, check_tags(film.tags, gate), asked.warnings));
    SLAVA_TRY(const Image image, load_image(film.path, film.format));
    SLAVA_TRY_STATUS(take_notes(film, check_pixels(image, film.view, gate), asked.warnings));
    asked.pixels.push_back({film.view, preprocess(image, preprocess_config)});
  }
  return asked;
}

}  // namespace slava
