#include "decoder/rotary.h"

#include <ATen/Parallel.h>

#include <nlohmann/json.hpp>
#include <numbers>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "nn/kernel_types.h"

namespace slava {
namespace {

using nlohmann::json;

// Tokens that a thread turns at a time.
constexpr int64_t kTokensAtOnce = 8;

// Radians a position for each pair, float32 [rotary / 2], before any scaling.
Tensor base_frequencies(int64_t rotary, double theta) {
  const Tensor exponent = at::arange(0, rotary, 2, at::kFloat) / static_cast<double>(rotary);
  return 1.0 / at::pow(theta, exponent);
}

// LLaMA 3.1's rule: wavelengths above original/low are stretched by `factor`, those below
// original/high stay, and between them the share goes linearly with original/wavelength.
Tensor llama3_frequencies(const Tensor& base, const RotaryConfig& config) {
  const Tensor wavelength = 2 * std::numbers::pi / base;
  const double original = config.original_max_position_embeddings;
  const double low = config.low_freq_factor;
  const double high = config.high_freq_factor;
  const Tensor share = (original / wavelength - low) / (high - low);
  const Tensor blended = (1 - share) * base / config.factor + share * base;
  const Tensor stretched = at::where(wavelength > original / low, base / config.factor, base);
  const Tensor between = (wavelength >= original / high).logical_and(wavelength <= original / low);
  return at::where(between, blended, stretched);
}

Tensor frequencies(int64_t rotary, const RotaryConfig& config) {
  const Tensor base = base_frequencies(rotary, config.theta);
  switch (config.scaling) {
    case RotaryConfig::Scaling::kLinear:
      return base / config.factor;
    case RotaryConfig::Scaling::kLlama3:
      return llama3_frequencies(base, config);
    case RotaryConfig::Scaling::kNone:
      break;
  }
  return base;
}

const json* object_at(const json& config, const char* key) {
  return config.is_object() && config.contains(key) && config[key].is_object() ? &config[key]
                                                                               : nullptr;
}

}  // namespace

Result<RotaryConfig> parse_rotary_config(const json& config) {
  RotaryConfig rotary;
  JsonFields outer(config, "text_config");
  rotary.theta = outer.number_or("rope_theta", rotary.theta);
  SLAVA_TRY_STATUS(outer.finish());
  const json* scaling = object_at(config, "rope_parameters");
  if (scaling == nullptr) scaling = object_at(config, "rope_scaling");
  if (scaling == nullptr) return rotary;
  JsonFields fields(*scaling, "text_config: rope_parameters");
  rotary.theta = fields.number_or("rope_theta", rotary.theta);
  const std::string type = fields.text_or("rope_type", fields.text_or("type", "default"));
  rotary.factor = fields.number_or("factor", 1);
  rotary.low_freq_factor = fields.number_or("low_freq_factor", rotary.low_freq_factor);
  rotary.high_freq_factor = fields.number_or("high_freq_factor", rotary.high_freq_factor);
  rotary.original_max_position_embeddings =
      fields.number_or("original_max_position_embeddings", rotary.original_max_position_embeddings);
  SLAVA_TRY_STATUS(fields.finish());
  if (type == "linear") {
    rotary.scaling = RotaryConfig::Scaling::kLinear;
  } else if (type == "llama3") {
    rotary.scaling = RotaryConfig::Scaling::kLlama3;
  } else if (type != "default") {
    return fail(ErrorKind::kModel, cat("text_config: rotary scaling \"", type,
                                       "\" is not known; expected default, linear or llama3"));
  }
  return rotary;
}

double partial_rotary_factor(const json& config, double otherwise) {
  for (const json* place : {object_at(config, "rope_parameters"), &config}) {
    if (place != nullptr && place->is_object() && place->contains("partial_rotary_factor") &&
        (*place)["partial_rotary_factor"].is_number()) {
      return (*place)["partial_rotary_factor"].get<double>();
    }
  }
  return otherwise;
}

RotaryAngles make_rotary_angles(int64_t positions, int64_t rotary, const RotaryConfig& config,
                                const at::Device& device) {
  SLAVA_CHECK_EQ(rotary % 2, 0);
  const Tensor frequency = frequencies(rotary, config);                    // [rotary / 2]
  const Tensor position = at::arange(positions, at::kFloat).unsqueeze(1);  // [positions, 1]
  const Tensor half = position * frequency;
  const Tensor angle = at::cat({half, half}, 1).to(device);  // [positions, rotary]
  return {angle.cos(), angle.sin()};
}

RotaryAngles narrow(const RotaryAngles& table, int64_t first, int64_t count) {
  SLAVA_CHECK(first + count <= table.cos.size(0));
  return {table.cos.narrow(0, first, count), table.sin.narrow(0, first, count)};
}

namespace {

// The same by the kernels, which take each number once. Rows of x are contiguous.
Tensor rotate_in_one_pass(const Tensor& x, const RotaryAngles& angles) {
  const int64_t batch = x.size(0), heads = x.size(1), tokens = x.size(2), width = x.size(3);
  const int64_t rotary = angles.cos.size(-1);
  const bool apart = angles.cos.dim() == 4;  // each sequence at positions of its own
  Tensor out = at::empty({batch, heads, tokens, width}, x.options());
  const Tensor cos = angles.cos.contiguous(), sin = angles.sin.contiguous();
  const auto* cosines = cos.const_data_ptr<float>();
  const auto* sines = sin.const_data_ptr<float>();
  with_numbers(x, [&](const auto* from) {
    auto* to = numbers_of(out, from);
    at::parallel_for(0, batch * tokens, kTokensAtOnce, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t b = i / tokens, t = i % tokens;
        const int64_t angle = (apart ? i : t) * rotary;
        kernels().rotate_heads.of(from)(from + b * x.stride(0) + t * x.stride(2), heads,
                                        x.stride(1), width, rotary, cosines + angle, sines + angle,
                                        to + (b * heads * tokens + t) * width, tokens * width);
      }
    });
  });
  return out;
}

}  // namespace

Tensor rotate(const Tensor& x, const RotaryAngles& angles) {
  if (takes_kernels(x) && x.stride(3) == 1) return rotate_in_one_pass(x, angles);
  const int64_t rotary = angles.cos.size(-1);
  const Tensor turned = x.narrow(-1, 0, rotary);
  const Tensor first = turned.narrow(-1, 0, rotary / 2);
  const Tensor second = turned.narrow(-1, rotary / 2, rotary / 2);
  const Tensor swapped = at::cat({-second, first}, -1);
  // Angles are float32 whatever x is: bfloat16 cannot tell neighbouring positions apart.
  const Tensor y = (turned * angles.cos + swapped * angles.sin).to(x.scalar_type());
  if (rotary == x.size(-1)) return y;
  return at::cat({y, x.narrow(-1, rotary, x.size(-1) - rotary)}, -1);
}

}  // namespace slava
