// The model behind an answer, as every command's JSON tells it.
#pragma once

#include <nlohmann/json.hpp>

#include "assistant/assistant.h"

namespace slava {

// name, sha256, notice, preset, dtype, device.
inline nlohmann::ordered_json model_json(const AssistantInfo& info) {
  return {{"name", info.name},     {"sha256", info.sha256}, {"notice", info.notice},
          {"preset", info.preset}, {"dtype", info.dtype},   {"device", info.device}};
}

}  // namespace slava
