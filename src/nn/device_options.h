// Where and in which number type a model runs, as the user asks for it. No libtorch here.
#pragma once

namespace slava {

enum class Device { kAuto, kCpu, kCuda };
// kInt8: 8-bit weights and activations in the linear layers, the rest as kAuto would have it.
// kInt4: the same with 4-bit weights in the decoder's blocks.
enum class NumberType { kAuto, kFloat32, kBfloat16, kInt8, kInt4 };

}  // namespace slava
