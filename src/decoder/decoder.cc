#include "decoder/decoder.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "decoder/llama.h"
#include "decoder/phi.h"

namespace slava {
namespace {

struct Family {
  const char* model_type;
  Result<std::unique_ptr<Decoder>> (*make)(const nlohmann::json&, ParameterBinder&,
                                           const DecoderScopes&);
};
constexpr Family kFamilies[] = {
    {"phi", make_phi},
    {"llama", make_llama},
};

}  // namespace

KeyValueCache Decoder::make_cache(int64_t capacity) const {
  SLAVA_CHECK(capacity <= max_tokens());
  return allocate_cache(cache_shape(), capacity, cache_numbers_);
}

Result<std::unique_ptr<Decoder>> make_decoder(const nlohmann::json& config, ParameterBinder& binder,
                                              const DecoderScopes& scopes) {
  JsonFields fields(config, "text_config");
  const std::string model_type = fields.text("model_type");
  SLAVA_TRY_STATUS(fields.finish());
  std::vector<std::string> known;
  for (const Family& family : kFamilies) {
    if (model_type == family.model_type) return family.make(config, binder, scopes);
    known.push_back(family.model_type);
  }
  return fail(ErrorKind::kModel, cat("text_config.model_type is \"", model_type,
                                     "\"; expected one of: ", join(known, ", ")));
}

}  // namespace slava
