#include "pipeline/studies_by_id.h"

#include <map>

#include "base/strings.h"
#include "study/study_name.h"

namespace slava {

Result<std::vector<const Study*>> studies_by_id(const StudyList& list,
                                                const std::vector<std::string>& ids) {
  std::map<std::string, const Study*> studies;
  for (const Study& study : list.studies) studies[study.id] = &study;
  std::map<std::string, const Error*> rejected;
  for (const RejectedInput& input : list.rejected) rejected[input.study_id] = &input.error;
  std::vector<const Study*> chosen;
  size_t missing = 0;
  std::string first;
  for (const std::string& id : ids) {
    const std::string name = safe_study_name(id);
    if (const auto found = rejected.find(name); found != rejected.end()) {
      return fail(found->second->in(cat("the films of ", id)));
    }
    const auto study = studies.find(name);
    if (study != studies.end()) {
      chosen.push_back(study->second);
    } else if (missing++ == 0) {
      first = id;
    }
  }
  if (missing > 0) {
    return fail(
        ErrorKind::kInput,
        cat("no films of ", missing, " of ", ids.size(), " studies that are scored, the first is ",
            first, "; the films must be listed under the study ids of the references"));
  }
  return chosen;
}

}  // namespace slava
