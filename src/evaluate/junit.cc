#include "evaluate/junit.h"

#include <algorithm>

#include "base/strings.h"
#include "evaluate/evaluation_table.h"

namespace slava {
namespace {

std::string escaped(std::string text) {
  text = replace_all(std::move(text), "&", "&amp;");
  text = replace_all(std::move(text), "<", "&lt;");
  return replace_all(std::move(text), "\"", "&quot;");
}

}  // namespace

std::string junit_xml(const GateVerdict& verdict) {
  const auto failures =
      std::count_if(verdict.metrics.begin(), verdict.metrics.end(),
                    [](const GatedMetric& metric) { return metric.movement == Movement::kWorse; });
  std::string xml =
      cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
          "  <testsuite name=\"slava-cxr evaluate\" tests=\"",
          verdict.metrics.size(), "\" failures=\"", failures, "\" errors=\"0\" skipped=\"0\">\n");
  for (const GatedMetric& metric : verdict.metrics) {
    xml +=
        cat("    <testcase classname=\"slava-cxr.evaluate\" name=\"", escaped(metric.name), "\"");
    if (metric.movement != Movement::kWorse) {
      xml += "/>\n";
      continue;
    }
    xml += cat(">\n      <failure message=\"",
               escaped(cat(metric.name, " was ", three_digits(metric.before), " and is ",
                           three_digits(metric.now), "; it may get worse by ",
                           three_digits(metric.allowed))),
               "\" type=\"regression\"/>\n    </testcase>\n");
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace slava
