#include "pipeline/work_list.h"

#include <algorithm>
#include <charconv>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/hash.h"
#include "base/strings.h"
#include "pipeline/film_gate.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const WorkItem& item, const std::string& refusal) {
  Json json{{"study_id", item.id}};
  if (item.rejected != nullptr) {
    json["status"] = "rejected";
    json["reason"] = item.rejected->error.message;
    return json;
  }
  json["status"] = refusal.empty() ? "readable" : "refused";
  if (!refusal.empty()) json["reason"] = refusal;
  Json films = Json::array();
  for (const Film& film : item.study->films) {
    films.push_back({{"file", film.path.string()},
                     {"view", to_string(film.view)},
                     {"view_source", to_string(film.view_source)},
                     {"projection", film.projection}});
  }
  json["films"] = films;
  return json;
}

void print_text(const WorkItem& item, const std::string& refusal, std::ostream& out) {
  if (item.rejected != nullptr) {
    out << item.id << ": rejected: " << item.rejected->error.message << '\n';
    return;
  }
  out << item.id << (refusal.empty() ? "" : ": refused: ") << refusal << '\n';
  for (const Film& film : item.study->films) {
    out << "  " << std::left << std::setw(8) << to_string(film.view) << ' ' << std::setw(3)
        << (film.projection.empty() ? "-" : film.projection) << " (" << to_string(film.view_source)
        << ") " << film.path.string() << '\n';
  }
}

bool parse_number(std::string_view text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<Shard> parse_shard(const std::string& text) {
  const std::vector<std::string> parts = split(text, '/');
  Shard shard;
  if (parts.size() != 2 || !parse_number(parts[0], shard.index) ||
      !parse_number(parts[1], shard.count) || shard.index < 1 || shard.count < shard.index) {
    return fail(ErrorKind::kUsage,
                cat("--shard ", text, ": expected i/n with 1 <= i <= n, for example 2/4"));
  }
  return shard;
}

bool in_shard(const std::string& study_id, const Shard& shard) {
  if (shard.count == 1) return true;
  const auto number = std::stoull(sha256_hex(study_id).substr(0, 15), nullptr, 16);
  return number % static_cast<unsigned>(shard.count) == static_cast<unsigned>(shard.index - 1);
}

std::vector<WorkItem> work_items(const StudyList& list, const Shard& shard) {
  std::vector<WorkItem> items;
  for (const Study& study : list.studies) {
    if (in_shard(study.id, shard)) items.push_back({study.id, &study, nullptr});
  }
  for (const RejectedInput& rejected : list.rejected) {
    if (in_shard(rejected.study_id, shard)) {
      items.push_back({rejected.study_id, nullptr, &rejected});
    }
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const WorkItem& a, const WorkItem& b) { return a.id < b.id; });
  return items;
}

std::string refusal_of(const WorkItem& item, const GateOptions& gate) {
  if (item.study == nullptr) return {};
  const TagVerdict verdict = judge_tags(*item.study, gate);
  return verdict.passed.empty() ? reason_of(verdict.refusals) : "";
}

void print_work(const std::vector<WorkItem>& items, size_t ignored_files, const GateOptions& gate,
                ListFormat format, std::ostream& out) {
  size_t films = 0;
  size_t refused = 0;
  size_t rejected = 0;
  for (const WorkItem& item : items) {
    if (item.rejected != nullptr) {
      ++rejected;
    } else {
      films += item.study->films.size();
    }
    const std::string refusal = refusal_of(item, gate);
    if (!refusal.empty()) ++refused;
    if (format == ListFormat::kJsonLines) {
      out << to_json(item, refusal).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
      print_text(item, refusal, out);
    }
  }
  if (format == ListFormat::kText) {
    out << "studies: " << items.size() - rejected << ", films: " << films
        << ", refused studies: " << refused << ", rejected inputs: " << rejected
        << ", ignored files: " << ignored_files << '\n';
  }
}

}  // namespace slava
