#include "vision/vision_encoder.h"

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "vision/clip.h"
#include "vision/efficientnet.h"
#include "vision/siglip.h"

namespace slava {
namespace {

struct Family {
  const char* model_type;
  Result<std::unique_ptr<VisionEncoder>> (*make)(const nlohmann::json&, ParameterBinder&,
                                                 const std::string&);
};
constexpr Family kFamilies[] = {
    {"efficientnet_lite", make_efficientnet_lite},
    {"clip_vision_model", make_clip},
    {"siglip_vision_model", make_siglip},
};

}  // namespace

Result<std::unique_ptr<VisionEncoder>> make_vision_encoder(const nlohmann::json& config,
                                                           ParameterBinder& binder,
                                                           const std::string& scope) {
  JsonFields fields(config, "vision_config");
  const std::string model_type = fields.text("model_type");
  SLAVA_TRY_STATUS(fields.finish());
  std::vector<std::string> known;
  for (const Family& family : kFamilies) {
    if (model_type == family.model_type) return family.make(config, binder, scope);
    known.push_back(family.model_type);
  }
  return fail(ErrorKind::kModel, cat("vision_config.model_type is \"", model_type,
                                     "\"; expected one of: ", join(known, ", ")));
}

}  // namespace slava
