#include "pipeline/blanked_films.h"

#include <map>

#include "base/progress.h"
#include "base/strings.h"
#include "pipeline/reader.h"
#include "pipeline/studies_by_id.h"
#include "report/report.h"

namespace slava {
namespace {

// The same for requests that look the same to the model.
std::string key_of(const DraftRequest& request) {
  std::string key = cat(request.indication, '\0', request.comparison);
  for (const FilmPixels& film : request.films) {
    key += cat('\0', to_string(film.view), film.pixels.sha256);
  }
  return key;
}

// As it would stand in a report.
std::string section_text(const std::string& model_text) {
  std::vector<std::string> texts;
  for (const Sentence& sentence : sentences_of_model_text(model_text)) {
    texts.push_back(sentence.text);
  }
  return join(texts, " ");
}

}  // namespace

std::string blanked_films_about(const AssistantInfo& info) {
  return cat("the model ", info.name, " (", info.sha256.substr(0, 12),
             ") on the same films with every pixel mid-grey; any check of the input is bypassed");
}

Result<std::vector<BlankedDraft>> draft_blanked_films(Assistant& assistant, const StudyList& list,
                                                      const std::vector<std::string>& ids) {
  SLAVA_TRY(const std::vector<const Study*> studies, studies_by_id(list, ids));
  std::map<std::string, BlankedDraft> drafted;
  std::vector<BlankedDraft> drafts;
  Progress progress("blanked studies", studies.size());
  for (const Study* study : studies) {
    progress.show(drafts.size(), study->id);
    SLAVA_TRY(const DraftRequest request,
              control_request(*study, assistant.info(), ControlPixels::kBlanked));
    const auto [entry, is_new] = drafted.try_emplace(key_of(request));
    if (is_new) {
      SLAVA_TRY(const Draft draft, assistant.draft(request, assistant.info().generation));
      entry->second = {section_text(draft.findings), section_text(draft.impression)};
    }
    drafts.push_back(entry->second);
  }
  return drafts;
}

}  // namespace slava
