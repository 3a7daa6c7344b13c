#include "projector/projector.h"

#include <regex>

#include "base/strings.h"
#include "projector/ldp.h"
#include "projector/mlp.h"

namespace slava {
namespace {

// Layers of "linear" (1) and "mlpNx_gelu" (N); 0 when the type is neither.
int depth_of(const std::string& type) {
  static const std::regex kMlp("mlp([1-9])x_gelu");
  std::smatch depth;
  if (type == "linear") return 1;
  return std::regex_match(type, depth, kMlp) ? depth[1].str()[0] - '0' : 0;
}

std::vector<std::string> layer_scopes(const ProjectorConfig& config, int depth) {
  std::vector<std::string> scopes;
  for (const std::string& layer : config.layers) scopes.push_back(cat(config.scope, ".", layer));
  if (!scopes.empty()) return scopes;
  if (config.type == "linear") return {config.scope};
  for (int i = 0; i < depth; ++i) scopes.push_back(cat(config.scope, ".", 2 * i));
  return scopes;
}

}  // namespace

Result<std::unique_ptr<Projector>> make_projector(const ProjectorConfig& config,
                                                  int64_t vision_width, int64_t model_width,
                                                  ParameterBinder& binder) {
  if (config.type == "ldpnet") {
    return std::make_unique<LdpProjector>(config.scope, vision_width, model_width, binder);
  }
  if (config.type == "ldpnetv2") {
    return std::make_unique<LdpV2Projector>(config.scope, vision_width, model_width, binder);
  }
  const int depth = depth_of(config.type);
  if (depth == 0) {
    return fail(ErrorKind::kModel,
                cat("mm_projector_type is \"", config.type,
                    "\"; expected linear, mlp1x_gelu to mlp9x_gelu, ldpnet or ldpnetv2"));
  }
  return std::make_unique<MlpProjector>(layer_scopes(config, depth), config.bias, vision_width,
                                        model_width, binder);
}

}  // namespace slava
