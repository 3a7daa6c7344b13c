// A Mustache template, checked before it meets a report: a name that is misspelt or used in the
// wrong place would leave a silent gap in a medical report, so it is an error.
// Never here: files, values of variables.
#pragma once

#include <functional>
#include <kainjow/mustache.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "writers/template_variables.h"

namespace slava {

class ReportTemplate {
 public:
  using Escape = std::function<std::string(const std::string&)>;

  // kInput, beginning with `name` and a line number, when `text` is no valid template or uses what
  // `variables` does not have there. Partials and other delimiters than {{ }} are refused.
  static Result<ReportTemplate> parse(const std::string& name, const std::string& text,
                                      const std::vector<TemplateVariable>& variables,
                                      Escape escape);

  // kInternal when the engine fails in spite of the check.
  Result<std::string> render(const kainjow::mustache::data& values);

  // Whether the template says `variable` anywhere.
  bool uses(const std::string& variable) const { return used_.contains(variable); }
  // N of a comment {{! wrap: N }}: longer lines are folded. 0: none.
  size_t wrap_columns() const { return wrap_columns_; }

 private:
  std::string name_;
  std::unique_ptr<kainjow::mustache::mustache> engine_;
  std::set<std::string> used_;
  size_t wrap_columns_ = 0;
};

}  // namespace slava
