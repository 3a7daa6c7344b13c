#include "tokenizer/metaspace.h"

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace slava {

Result<Metaspace> parse_metaspace(const nlohmann::json& description, const std::string& where) {
  Metaspace metaspace;
  JsonFields fields(description, where);
  metaspace.mark = fields.text("replacement");
  const bool prefix = fields.flag_or("add_prefix_space", true);
  const std::string scheme = fields.text_or("prepend_scheme", prefix ? "always" : "never");
  metaspace.split = fields.flag_or("split", true);
  SLAVA_TRY_STATUS(fields.finish());
  if (metaspace.mark.empty() || metaspace.mark.size() != utf8_length(metaspace.mark[0])) {
    return fail(ErrorKind::kModel,
                cat(where, ": replacement is \"", metaspace.mark, "\"; expected one character"));
  }
  if (scheme == "always") {
    metaspace.prepend = Metaspace::Prepend::kAlways;
  } else if (scheme == "first") {
    metaspace.prepend = Metaspace::Prepend::kFirst;
  } else if (scheme == "never") {
    metaspace.prepend = Metaspace::Prepend::kNever;
  } else {
    return fail(ErrorKind::kModel, cat(where, ": prepend_scheme is \"", scheme,
                                       "\"; expected always, first or never"));
  }
  return metaspace;
}

}  // namespace slava
