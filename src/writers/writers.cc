#include <algorithm>

#include "base/strings.h"
#include "report/clean_text.h"
#include "writers/embedded.h"
#include "writers/html_writer.h"
#include "writers/json_writer.h"
#include "writers/text_writer.h"
#include "writers/writer.h"

namespace slava {
namespace {

using Write = Result<std::string> (*)(const Report&, const WriterOptions&);

// Foreign text meets the formats here, so no format can forget to clean it.
Writer make_writer(std::string name, std::string file_name, std::string help, Write write) {
  return {std::move(name), std::move(file_name), std::move(help),
          [write](const Report& report, const WriterOptions& options) {
            return write(clean_report(report), options);
          }};
}

}  // namespace

const std::vector<Writer>& writers() {
  static const std::vector<Writer> table = {
      make_writer("txt", "report.txt", "plain text, by the built-in or the site's template",
                  write_text),
      make_writer("json", "report.json", "structured, by the published JSON Schema", write_json),
      make_writer("html", "report.html", "one page with the films beside the text", write_html),
  };
  return table;
}

std::string_view report_json_schema() { return kReportSchema; }

Result<std::vector<Writer>> writers_from(const std::string& comma_separated) {
  std::vector<std::string> known;
  for (const Writer& writer : writers()) known.push_back(writer.name);
  const std::string choices = cat("formats are ", join(known, ", "));

  std::vector<Writer> chosen;
  for (const std::string& part : split(comma_separated, ',')) {
    const std::string name = to_lower(trim(part));
    if (name.empty()) {
      return fail(ErrorKind::kUsage, cat("--format '", comma_separated, "': a name is missing; ",
                                         choices, ", parted by commas"));
    }
    const auto named = [&](const Writer& writer) { return writer.name == name; };
    if (std::any_of(chosen.begin(), chosen.end(), named)) continue;
    const auto found = std::find_if(writers().begin(), writers().end(), named);
    if (found == writers().end()) {
      const std::string near = closest(name, known);
      return fail(ErrorKind::kUsage,
                  cat("--format: unknown format '", clean_text(name), "'; ",
                      near.empty() ? "" : cat("did you mean '", near, "'? "), choices));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace slava
