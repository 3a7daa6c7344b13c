#include "projector/projector.h"

#include <regex>

#include "base/strings.h"
#include "projector/mlp.h"

namespace slava {

Result<std::unique_ptr<Projector>> make_projector(const std::string& type, int64_t vision_width,
                                                  int64_t model_width, ParameterBinder& binder,
                                                  const std::string& scope) {
  static const std::regex kMlp("mlp([1-9])x_gelu");
  std::smatch depth;
  if (std::regex_match(type, depth, kMlp)) {
    return std::make_unique<MlpProjector>(depth[1].str()[0] - '0', vision_width, model_width,
                                          binder, scope);
  }
  return fail(ErrorKind::kModel,
              cat("mm_projector_type is \"", type, "\"; expected mlp1x_gelu to mlp9x_gelu"));
}

}  // namespace slava
