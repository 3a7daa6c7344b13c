#include "decoder/rotary.h"

#include "base/check.h"

namespace slava {

RotaryAngles make_rotary_angles(int64_t positions, int64_t rotary, double theta,
                                const at::Device& device) {
  SLAVA_CHECK_EQ(rotary % 2, 0);
  const Tensor exponent = at::arange(0, rotary, 2, at::kFloat) / static_cast<double>(rotary);
  const Tensor frequency = 1.0 / at::pow(theta, exponent);                 // [rotary / 2]
  const Tensor position = at::arange(positions, at::kFloat).unsqueeze(1);  // [positions, 1]
  const Tensor half = position * frequency;
  const Tensor angle = at::cat({half, half}, 1).to(device);  // [positions, rotary]
  return {angle.cos(), angle.sin()};
}

RotaryAngles narrow(const RotaryAngles& table, int64_t first, int64_t count) {
  SLAVA_CHECK(first + count <= table.cos.size(0));
  return {table.cos.narrow(0, first, count), table.sin.narrow(0, first, count)};
}

Tensor rotate(const Tensor& x, const RotaryAngles& angles) {
  const int64_t rotary = angles.cos.size(1);
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
