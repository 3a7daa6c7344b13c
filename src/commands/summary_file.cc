#include "commands/summary_file.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "commands/model_json.h"
#include "commands/question_file.h"
#include "report/report.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

std::string_view status_of(const Result<Summary>& summary) {
  if (summary) return kGoodAnswer;
  return summary.error().kind == ErrorKind::kRefused ? kRefusedAnswer : kFailedAnswer;
}

void count(SummaryCounts& counts, std::string_view status) {
  ++(status == kGoodAnswer      ? counts.good
     : status == kRefusedAnswer ? counts.refused
                                : counts.failed);
}

}  // namespace

std::string summary_line(const SummaryTask& task, const Result<Summary>& summary,
                         const AssistantInfo& info) {
  Json json;
  if (!task.id.empty()) json["study_id"] = task.id;
  json["findings"] = task.findings;
  json["impression"] = summary ? summary->impression : "";
  json["complete"] = summary && summary->complete;
  json["status"] = status_of(summary);
  if (!summary) json["reason"] = summary.error().message;
  json["warnings"] = summary ? summary->warnings : std::vector<std::string>();
  json["model"] = model_json(info);
  json["disclaimer"] = kDraftBanner;
  // The decoder may write half a character.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SummaryFile> SummaryFile::read(const std::filesystem::path& path, bool resume, bool force) {
  SummaryFile file;
  file.path_ = path;
  if (std::filesystem::exists(path) && !force) {
    if (!resume) {
      return fail(ErrorKind::kUsage, cat(path.string(),
                                         ": there are impressions already; --resume goes on behind "
                                         "them, --force replaces them"));
    }
    SLAVA_TRY(const std::string text, read_file(path));
    size_t begin = 0, number = 0;
    for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
      ++number;
      const Json json = Json::parse(text.substr(begin, end - begin), nullptr, false);
      if (!json.is_object() || !json.contains("study_id") || !json["study_id"].is_string() ||
          !json.contains("status") || !json["status"].is_string()) {
        return fail(ErrorKind::kUsage, cat(path.string(), ": line ", number,
                                           " is no impression of this command; --force starts "
                                           "over"));
      }
      file.ids_.insert(json["study_id"].get<std::string>());
      count(file.counts_, json["status"].get<std::string>());
      begin = end + 1;
    }
    file.kept_ = text.substr(0, begin);
  }
  return file;
}

Status SummaryFile::start() {
  SLAVA_TRY(auto log, AppendLog::start(path_, kept_));
  log_.emplace(std::move(log));
  return {};
}

Status SummaryFile::add(const SummaryTask& task, const Result<Summary>& summary,
                        const AssistantInfo& info) {
  SLAVA_TRY_STATUS(log_->add(summary_line(task, summary, info)));
  ids_.insert(task.id);
  count(counts_, status_of(summary));
  return {};
}

}  // namespace slava
