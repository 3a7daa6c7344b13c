#include "evaluate/join.h"

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "base/strings.h"

namespace slava {

Result<JoinedReports> join_reports(const ReportSet& references, const ReportSet& predictions,
                                   SectionChoice section) {
  JoinedReports joined;
  joined.section = section;
  std::unordered_map<std::string, const ReportRow*> predicted;
  for (const ReportRow& row : predictions.rows) predicted[row.id] = &row;

  std::map<std::string, std::string> texts;
  std::unordered_set<std::string> known;
  for (const ReportRow& row : references.rows) {
    known.insert(row.id);
    ReportText reference = text_of(row, section);
    if (reference.empty()) {
      joined.empty_references.push_back(row.id);
      continue;
    }
    texts[row.id] = sha256_hex(reference.joined());
    const auto found = predicted.find(row.id);
    if (found == predicted.end()) {
      joined.without_prediction.push_back(row.id);
      continue;
    }
    ReportText prediction = text_of(*found->second, section);
    if (prediction.empty()) joined.empty_predictions.push_back(row.id);
    joined.pairs.push_back({row.id, std::move(reference), std::move(prediction)});
  }
  for (const ReportRow& row : predictions.rows) {
    if (!known.contains(row.id)) joined.without_reference.push_back(row.id);
  }
  Sha256 hash;
  for (const auto& [id, text] : texts) hash.update(id + '\n' + text + '\n');
  joined.references_sha256 = hash.hex();
  if (joined.pairs.empty()) {
    return fail(ErrorKind::kInput,
                cat("no study has both a reference and a prediction: of ", references.rows.size(),
                    " references ", joined.empty_references.size(), " have no ", name_of(section),
                    " and ", joined.without_prediction.size(), " no prediction; ids begin with ",
                    references.rows.front().id, " there and with ", predictions.rows.front().id,
                    " in the predictions"));
  }
  return joined;
}

}  // namespace slava
