#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "bench/bench.h"

namespace slava {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(),
                value >= 100  ? "%.0f"
                : value >= 10 ? "%.1f"
                              : "%.3f",
                value);
  return text.data();
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

}  // namespace

std::string bench_table(const BenchResult& result) {
  std::string text = cat(result.model, "; ", result.dtype, " on ", result.processor, ", ",
                         result.threads, " threads, kernels ", result.kernels, "; prompts of ",
                         result.prompt_tokens, " tokens\n\n");
  size_t widest = 0;
  for (const BenchRow& row : result.rows) widest = std::max(widest, row.what.size());
  for (const BenchRow& row : result.rows) {
    text += padded(row.what, widest + 2) + padded(cat(number(row.value), " ", row.unit), 18);
    if (const auto share = row.share()) {
      text += cat(number(*share * 100), "% of ", number(*row.limit), " ", row.unit, " (",
                  row.limit_is, ")");
    }
    text += '\n';
  }
  return text;
}

std::string bench_json(const BenchResult& result) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const BenchRow& row : result.rows) {
    Json json{{"what", row.what}, {"value", row.value}, {"unit", row.unit}};
    if (row.limit) json["limit"] = *row.limit;
    if (!row.limit_is.empty()) json["limit_is"] = row.limit_is;
    if (const auto share = row.share()) json["share"] = *share;
    rows.push_back(std::move(json));
  }
  return Json{{"model", result.model},          {"processor", result.processor},
              {"kernels", result.kernels},      {"dtype", result.dtype},
              {"threads", result.threads},      {"prompt_tokens", result.prompt_tokens},
              {"measurements", std::move(rows)}}
      .dump(2);
}

}  // namespace slava
