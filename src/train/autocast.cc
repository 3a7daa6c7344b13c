#include <ATen/autocast_mode.h>

#include "nn/device.h"
#include "train/objective.h"

namespace slava {

Autocast::Autocast(bool enabled, const at::Device& device)
    : enabled_(enabled), type_(device.type()) {
  if (!enabled_) return;
  at::autocast::set_autocast_dtype(type_, at::kBFloat16);
  at::autocast::set_autocast_enabled(type_, true);
}

Autocast::~Autocast() {
  if (!enabled_) return;
  at::autocast::set_autocast_enabled(type_, false);
  // The cast weights belong to this step; the optimizer is about to change their originals.
  at::autocast::clear_cache();
}

bool computes_in_bfloat16(NumberType wish, const at::Device& device) {
  if (wish == NumberType::kAuto) return device.is_cuda() || cpu_has_bfloat16();
  return wish == NumberType::kBfloat16;
}

}  // namespace slava
