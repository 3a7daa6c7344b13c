#include "writers/text_writer.h"

#include <algorithm>

#include "base/file.h"
#include "base/strings.h"
#include "writers/embedded.h"
#include "writers/fold_lines.h"
#include "writers/report_template.h"

namespace slava {
namespace {

constexpr size_t kMaxTemplateBytes = size_t{1} << 20;

std::string as_it_is(const std::string& text) { return text; }

Result<ReportTemplate> load_template(const WriterOptions& options) {
  if (options.text_template.empty()) {
    return ReportTemplate::parse("report.txt.mustache", std::string(kTextTemplate),
                                 template_variables(), as_it_is);
  }
  SLAVA_TRY(std::string text, read_file(options.text_template, kMaxTemplateBytes));
  // Editors of some systems leave a byte order mark and their own line ends.
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  text = replace_all(std::move(text), "\r\n", "\n");
  return ReportTemplate::parse(options.text_template.string(), text, template_variables(),
                               as_it_is);
}

// A template decides on form, not on what a reader must be told: what it leaves out goes below.
std::string left_out(const Report& report, const ReportTemplate& used,
                     const std::string& provenance) {
  std::string out;
  if (!report.complete && !used.uses("complete")) {
    out += "The text is INCOMPLETE: the model was cut off before its end.\n";
  }
  if (!used.uses("remarks")) {
    for (const std::string& remark : report.remarks) out += cat("Remark: ", remark, "\n");
  }
  bool has_provenance = true;
  for (const char* name : {"program_version", "checkpoint_sha256", "preprocessing", "decoding",
                           "sop_instance_uid", "file_sha256"}) {
    has_provenance = has_provenance && used.uses(name);
  }
  if (!has_provenance && !used.uses("provenance")) out += provenance + "\n";
  return out.empty() ? out : "\n" + out;
}

}  // namespace

Result<std::string> write_text(const Report& report, const WriterOptions& options) {
  SLAVA_TRY(ReportTemplate form, load_template(options));
  const kainjow::mustache::data values = template_data(report);
  SLAVA_TRY(std::string body, form.render(values));
  // Comments at the head of a template leave empty lines behind.
  body.erase(0, std::min(body.find_first_not_of('\n'), body.size()));
  if (!body.empty() && body.back() != '\n') body += '\n';
  body += left_out(report, form, values.get("provenance")->string_value());
  if (form.wrap_columns() > 0) body = fold_lines(body, form.wrap_columns());

  std::string text = cat(kDraftBanner, "\n");
  const std::string& notice = report.provenance.checkpoint_notice;
  if (!notice.empty()) text += cat(notice, "\n");
  // Before the findings, whatever the template has.
  if (!form.uses("warnings")) {
    for (const GateNote& note : report.gate) text += cat("WARNING: ", warning_text(note), "\n");
  }
  return text + "\n" + body;
}

}  // namespace slava
