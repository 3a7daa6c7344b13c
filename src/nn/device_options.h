// Where and in which number type a model runs, as the user asks for it. No libtorch here.
#pragma once

namespace slava {

enum class Device { kAuto, kCpu, kCuda };
enum class NumberType { kAuto, kFloat32, kBfloat16 };

}  // namespace slava
