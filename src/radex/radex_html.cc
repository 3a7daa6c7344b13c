#include <cstdio>
#include <kainjow/mustache.hpp>
#include <numeric>

#include "base/strings.h"
#include "base/version.h"
#include "radex/corpus.h"
#include "radex/data.h"
#include "report/clean_text.h"
#include "report/report.h"

namespace slava::radex {
namespace {

using kainjow::mustache::data;

std::string percent(size_t part, size_t whole) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f%%",
                whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

std::string counts_text(const std::map<std::string, size_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [kind, count] : counts) parts.push_back(cat(kind, ' ', count));
  return parts.empty() ? "none" : join(parts, ", ");
}

data row(std::initializer_list<std::pair<const char*, std::string>> cells) {
  data item{data::type::object};
  for (const auto& [name, value] : cells) item.set(name, value);
  return item;
}

data steps_data(const Corpus& corpus) {
  data list{data::type::list};
  for (const Step& step : corpus.log.steps()) {
    const size_t refused =
        std::accumulate(step.refused.begin(), step.refused.end(), size_t{0},
                        [](size_t sum, const auto& kind) { return sum + kind.second; });
    list << row({{"name", step.name},
                 {"version", cat(step.version)},
                 {"unit", step.unit},
                 {"in", cat(step.in)},
                 {"out", cat(step.out)},
                 {"refused", cat(refused)},
                 {"refused_kinds", counts_text(step.refused)},
                 {"removed_kinds", counts_text(step.removed)}});
  }
  return list;
}

data refusals_data(const Corpus& corpus) {
  data list{data::type::list};
  for (const Refusal& refusal : corpus.log.refusals()) {
    list << row(
        {{"step", refusal.step}, {"subject", clean_text(refusal.subject)}, {"kind", refusal.kind}});
  }
  return list;
}

data round_trip_data(const Corpus& corpus) {
  data list{data::type::list};
  for (const auto& [task, figure] : corpus.figures.round_trip) {
    list << row({{"task", task.empty() ? "all" : task},
                 {"agreed", cat(figure.agreed)},
                 {"samples", cat(figure.samples)},
                 {"share", percent(figure.agreed, figure.samples)}});
  }
  return list;
}

data labels_data(const Corpus& corpus) {
  data list{data::type::list};
  for (const auto& [label, states] : corpus.figures.labels) {
    const size_t all = states[0] + states[1] + states[2];
    list << row({{"label", label},
                 {"present", cat(states[0])},
                 {"absent", cat(states[1])},
                 {"uncertain", cat(states[2])},
                 {"present_share", percent(states[0], all)},
                 {"absent_share", percent(states[1], all)},
                 {"uncertain_share", percent(states[2], all)}});
  }
  return list;
}

data counts_data(const std::map<std::string, size_t>& counts) {
  data list{data::type::list};
  for (const auto& [name, count] : counts) list << row({{"name", name}, {"count", cat(count)}});
  return list;
}

data lengths_data(const Corpus& corpus) {
  data list{data::type::list};
  size_t most = 1;
  for (const auto& [stage, buckets] : corpus.figures.lengths) {
    for (const size_t count : buckets) most = std::max(most, count);
  }
  for (const auto& [stage, buckets] : corpus.figures.lengths) {
    data bars{data::type::list};
    for (size_t i = 0; i < buckets.size(); ++i) {
      if (buckets[i] == 0) continue;
      const size_t from = i * QualityFigures::kBucketWords;
      const std::string words = i + 1 == buckets.size()
                                    ? cat(from, '+')
                                    : cat(from, '-', from + QualityFigures::kBucketWords - 1);
      bars << row(
          {{"words", words}, {"count", cat(buckets[i])}, {"width", percent(buckets[i], most)}});
    }
    data item{data::type::object};
    item.set("stage", std::string(name_of(stage)));
    item.set("bars", bars);
    list << item;
  }
  return list;
}

}  // namespace

std::string radex_html(const Corpus& corpus) {
  data page{data::type::object};
  page.set("style", std::string(kPageStyle));
  page.set("banner", std::string(kDraftBanner));
  page.set("version", std::string(program_version()));
  page.set("seed", cat(corpus.seed));
  page.set("licence", corpus.licence);
  page.set("shared",
           corpus.may_be_shared ? data{data::type::bool_true} : data{data::type::bool_false});
  page.set("cases_read", cat(corpus.cases_read));
  page.set("cases_kept", cat(corpus.cases_kept));
  page.set("samples", cat(corpus.samples.size()));
  page.set("refusal_count", cat(corpus.log.refusals().size()));
  page.set("steps", steps_data(corpus));
  page.set("round_trip", round_trip_data(corpus));
  page.set("labels", labels_data(corpus));
  page.set("sides", counts_data(corpus.figures.sides));
  page.set("tasks", counts_data(corpus.figures.tasks));
  page.set("lengths", lengths_data(corpus));
  page.set("refusals", refusals_data(corpus));
  kainjow::mustache::mustache engine{std::string(kPageTemplate)};
  return engine.render(page);
}

}  // namespace slava::radex
