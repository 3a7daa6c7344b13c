// What a Mustache template can say about a report: the table of names, and a report's values for
// them. Never here: formats and escaping.
#pragma once

#include <kainjow/mustache.hpp>
#include <string>
#include <vector>

#include "report/report.h"

namespace slava {

enum class VariableKind {
  kText,  // {{name}}; as a section, {{#name}}...{{/name}}, it asks whether there is any
  kFlag,  // only a section: {{#name}} yes {{/name}}{{^name}} no {{/name}}
  kList,  // only a section, repeated for each item, whose own names are known inside
};

struct TemplateVariable {
  std::string name;
  VariableKind kind = VariableKind::kText;
  std::string help;
  std::vector<TemplateVariable> items;  // of a list: the names of one item
};

const std::vector<TemplateVariable>& template_variables();

// Every variable of the table. A text that is empty is false, so that a section can ask for it.
kainjow::mustache::data template_data(const Report& report);
// One item of `films`; `number` counts from 1.
kainjow::mustache::data film_data(const FilmRecord& film, size_t number);

}  // namespace slava
