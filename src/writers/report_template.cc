#include "writers/report_template.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>

#include "base/strings.h"
#include "base/utf8.h"
#include "report/clean_text.h"

namespace slava {
namespace {

constexpr size_t kLeastWrapColumns = 40;

// Stands before a tag that has its line to itself. The engine leaves an empty line where such a tag
// opens a section that is not shown; the mark tells that line from one that the template wants.
constexpr char kMark = '\x01';

std::string with_marks(const std::string& text, const std::vector<size_t>& places) {
  std::string out;
  size_t from = 0;
  for (const size_t place : places) {
    out.append(text, from, place - from).push_back(kMark);
    from = place;
  }
  return out.append(text, from);
}

// Takes away the marks, and with them the lines that have nothing else.
std::string without_marks(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    std::string line = text.substr(begin, end - begin);
    const bool marked = std::erase(line, kMark) > 0;
    if (!marked || !trim(line).empty()) out += line;
    begin = end;
  }
  return out;
}

// A section that is open at some place of a template. Inside a list's section its items are known.
struct OpenSection {
  std::string name;
  size_t line = 0;
  const std::vector<TemplateVariable>* items = nullptr;
};

// Walks through the tags of a template and checks each in its place.
class Checker {
 public:
  Checker(const std::string& name, std::string_view text,
          const std::vector<TemplateVariable>& variables)
      : name_(name), text_(text), variables_(variables) {}

  Status check() {
    size_t at = 0;
    while ((at = text_.find("{{", at)) != std::string_view::npos) {
      line_ = 1 + static_cast<size_t>(std::count(text_.begin(), text_.begin() + at, '\n'));
      const bool triple = text_.substr(at, 3) == "{{{";
      const std::string_view closing = triple ? "}}}" : "}}";
      const size_t begin = at + closing.size();
      const size_t end = text_.find(closing, begin);
      if (end == std::string_view::npos) {
        return wrong(cat("a tag is not closed by ", closing));
      }
      SLAVA_TRY_STATUS(check_tag(trim(text_.substr(begin, end - begin)), triple));
      const char sign = text_[begin];
      const bool prints = triple || std::string_view("#^/!").find(sign) == std::string_view::npos;
      if (!prints && stands_alone(at, end + closing.size())) standing_alone.push_back(at);
      at = end + closing.size();
    }
    if (open_.empty()) return {};
    line_ = open_.back().line;
    return wrong(
        cat("section {{#", open_.back().name, "}} is not closed by {{/", open_.back().name, "}}"));
  }

  std::set<std::string> used;
  size_t wrap_columns = 0;
  std::vector<size_t> standing_alone;  // tags that print nothing and have their lines to themselves

 private:
  bool stands_alone(size_t begin, size_t end) const {
    const size_t line_begin = begin == 0 ? 0 : text_.rfind('\n', begin - 1) + 1;
    const size_t line_end = std::min(text_.find('\n', end), text_.size());
    return trim(text_.substr(line_begin, begin - line_begin)).empty() &&
           trim(text_.substr(end, line_end - end)).empty();
  }

  Status wrong(const std::string& what) const {
    return fail(ErrorKind::kInput, cat(name_, ":", line_, ": ", what));
  }

  Status check_tag(std::string_view tag, bool triple) {
    const char sign = tag.empty() || triple ? '\0' : tag.front();
    const std::string name(
        trim(sign != '\0' && std::string_view("#^/>&!=").find(sign) != std::string_view::npos
                 ? tag.substr(1)
                 : tag));
    switch (sign) {
      case '!':
        return check_comment(name);
      case '=':
        return wrong("other delimiters than {{ }} are not supported");
      case '>':
        return wrong(cat("partials ({{>", shown(name), "}}) are not supported; write it out"));
      case '#':
      case '^':
        return open_section(name, sign);
      case '/':
        return close_section(name);
      default:
        return check_variable(name);
    }
  }

  Status check_comment(std::string_view comment) {
    constexpr std::string_view kWrap = "wrap:";
    if (comment.substr(0, kWrap.size()) != kWrap) return {};
    const std::string columns(trim(comment.substr(kWrap.size())));
    const bool number = !columns.empty() && columns.size() <= 4 &&
                        columns.find_first_not_of("0123456789") == std::string::npos;
    wrap_columns = number ? std::stoul(columns) : 0;
    if (wrap_columns >= kLeastWrapColumns) return {};
    return wrong(cat("{{! wrap: ", shown(columns), " }}: expected a number of columns from ",
                     kLeastWrapColumns));
  }

  Status open_section(const std::string& name, char sign) {
    const TemplateVariable* variable = find(name);
    if (variable == nullptr) return unknown(name);
    used.insert(name);
    const bool into_list = sign == '#' && variable->kind == VariableKind::kList;
    open_.push_back({name, line_, into_list ? &variable->items : nullptr});
    return {};
  }

  Status close_section(const std::string& name) {
    if (open_.empty()) return wrong(cat("{{/", shown(name), "}} closes what was never opened"));
    if (open_.back().name != name) {
      return wrong(cat("{{/", shown(name), "}} where {{/", open_.back().name,
                       "}} was expected (opened in line ", open_.back().line, ")"));
    }
    open_.pop_back();
    return {};
  }

  Status check_variable(const std::string& name) {
    const TemplateVariable* variable = find(name);
    if (variable == nullptr) return unknown(name);
    if (variable->kind == VariableKind::kText) {
      used.insert(name);
      return {};
    }
    const bool list = variable->kind == VariableKind::kList;
    return wrong(cat("{{", name, "}} is ", list ? "a list" : "a yes or no",
                     " and would print nothing; use {{#", name, "}}...{{/", name, "}}"));
  }

  // In the innermost scope that has the name.
  const TemplateVariable* find(const std::string& name) const {
    for (const auto* scope : scopes()) {
      for (const TemplateVariable& variable : *scope) {
        if (variable.name == name) return &variable;
      }
    }
    return nullptr;
  }

  std::vector<const std::vector<TemplateVariable>*> scopes() const {
    std::vector<const std::vector<TemplateVariable>*> all;
    for (auto section = open_.rbegin(); section != open_.rend(); ++section) {
      if (section->items != nullptr) all.push_back(section->items);
    }
    all.push_back(&variables_);
    return all;
  }

  Status unknown(const std::string& name) const {
    std::vector<std::string> lists;
    for (const TemplateVariable& variable : variables_) {
      for (const TemplateVariable& item : variable.items) {
        if (item.name == name) lists.push_back(cat("{{#", variable.name, "}}"));
      }
    }
    if (!lists.empty()) {
      return wrong(cat("{{", name, "}} is known only inside ", join(lists, ", ")));
    }
    std::vector<std::string> known;
    for (const auto* scope : scopes()) {
      for (const TemplateVariable& variable : *scope) known.push_back(variable.name);
    }
    const std::string near = closest(name, known);
    return wrong(cat("unknown variable {{", shown(name), "}}; ",
                     near.empty() ? "" : cat("did you mean {{", near, "}}? "),
                     "Known here: ", join(known, ", ")));
  }

  static std::string shown(const std::string& name) { return clean_text(name.substr(0, 60)); }

  const std::string& name_;
  std::string_view text_;
  const std::vector<TemplateVariable>& variables_;
  std::vector<OpenSection> open_;
  size_t line_ = 1;
};

}  // namespace

Result<ReportTemplate> ReportTemplate::parse(const std::string& name, const std::string& text,
                                             const std::vector<TemplateVariable>& variables,
                                             Escape escape) {
  if (!is_utf8(text)) {
    return fail(ErrorKind::kInput, cat(name, ": the template is not UTF-8 text"));
  }
  if (text.find(kMark) != std::string::npos) {
    return fail(ErrorKind::kInput, cat(name, ": the template has a control character (U+0001)"));
  }
  Checker checker(name, text, variables);
  SLAVA_TRY_STATUS(checker.check());
  ReportTemplate parsed;
  parsed.name_ = name;
  parsed.used_ = std::move(checker.used);
  parsed.wrap_columns_ = checker.wrap_columns;
  // The engine is other people's code: what it throws must not leave this module.
  try {
    parsed.engine_ =
        std::make_unique<kainjow::mustache::mustache>(with_marks(text, checker.standing_alone));
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInput, cat(name, ": not a Mustache template: ", error.what()));
  }
  if (!parsed.engine_->is_valid()) {
    return fail(ErrorKind::kInput,
                cat(name, ": not a Mustache template: ", parsed.engine_->error_message()));
  }
  if (escape) parsed.engine_->set_custom_escape(std::move(escape));
  return parsed;
}

Result<std::string> ReportTemplate::render(const kainjow::mustache::data& values) {
  try {
    const std::string out = engine_->render(values);
    if (engine_->is_valid()) return without_marks(out);
    return fail(ErrorKind::kInternal, cat(name_, ": ", engine_->error_message()));
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, cat(name_, ": ", error.what()));
  }
}

}  // namespace slava
