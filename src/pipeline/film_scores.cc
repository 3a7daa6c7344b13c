#include "pipeline/film_scores.h"

#include "base/progress.h"
#include "pipeline/reader.h"
#include "pipeline/studies_by_id.h"

namespace slava {

Result<std::vector<std::vector<double>>> score_texts_on_films(
    Assistant& assistant, const StudyList& list, const std::vector<TextsOfStudy>& texts) {
  std::vector<std::string> ids;
  for (const TextsOfStudy& entry : texts) ids.push_back(entry.study_id);
  SLAVA_TRY(const std::vector<const Study*> studies, studies_by_id(list, ids));
  std::vector<std::vector<double>> scores;
  Progress progress("scored texts", texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    progress.show(i, texts[i].study_id);
    SLAVA_TRY(const DraftRequest request,
              control_request(*studies[i], assistant.info(), ControlPixels::kOwn));
    SLAVA_TRY(scores.emplace_back(), assistant.score(request, texts[i].texts));
  }
  return scores;
}

}  // namespace slava
