#include "nn/recompute.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace slava {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Generator generator_of(const at::Device& device) {
  return at::globalContext().defaultGenerator(device);
}

// Takes a generator back to a state and, when it dies, to where it was.
class ReplayedRandom {
 public:
  ReplayedRandom(const at::Device& device, const Tensor& state)
      : generator_(generator_of(device)), before_(generator_.get_state()) {
    generator_.set_state(state);
  }
  ~ReplayedRandom() { generator_.set_state(before_); }
  ReplayedRandom(const ReplayedRandom&) = delete;
  ReplayedRandom& operator=(const ReplayedRandom&) = delete;

 private:
  at::Generator generator_;
  Tensor before_;
};

// Autocast as it was, for as long as this lives.
class ReplayedAutocast {
 public:
  ReplayedAutocast(at::DeviceType device, bool enabled, at::ScalarType type)
      : device_(device),
        was_enabled_(at::autocast::is_autocast_enabled(device)),
        was_type_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_dtype(device, type);
    at::autocast::set_autocast_enabled(device, enabled);
  }
  ~ReplayedAutocast() {
    at::autocast::set_autocast_dtype(device_, was_type_);
    at::autocast::set_autocast_enabled(device_, was_enabled_);
    // Weights cast for this block alone must not outlive it.
    if (!was_enabled_) at::autocast::clear_cache();
  }
  ReplayedAutocast(const ReplayedAutocast&) = delete;
  ReplayedAutocast& operator=(const ReplayedAutocast&) = delete;

 private:
  at::DeviceType device_;
  bool was_enabled_;
  at::ScalarType was_type_;
};

// What the second call needs to be like the first.
struct Call {
  std::function<Tensor(const Tensor&)> f;
  at::Device device = at::kCPU;
  Tensor random_state;
  bool autocast = false;
  at::ScalarType autocast_type = at::kFloat;
};

// What an autograd context keeps besides tensors lies in a capsule.
struct CallHolder : torch::CustomClassHolder {
  explicit CallHolder(Call held) : call(std::move(held)) {}
  Call call;
};
constexpr const char* kCall = "call";

class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  // Without gradients: the engine has switched them off.
  static Tensor forward(AutogradContext* context, const Tensor& x,
                        const c10::intrusive_ptr<CallHolder>& holder) {
    context->save_for_backward({x});
    context->saved_data[kCall] = at::IValue::make_capsule(holder);
    return holder->call.f(x);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto capsule = context->saved_data[kCall].toCapsule();
    const Call& call = static_cast<const CallHolder&>(*capsule).call;
    const Tensor x = context->get_saved_variables()[0].detach().requires_grad_(true);
    Tensor y;
    {
      const at::AutoGradMode with_gradients(true);
      const ReplayedRandom random(call.device, call.random_state);
      const ReplayedAutocast autocast(call.device.type(), call.autocast, call.autocast_type);
      y = call.f(x);
    }
    // Gradients of the leaves that f uses are added where they belong.
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), Tensor()};
  }
};

}  // namespace

Tensor recomputed(std::function<Tensor(const Tensor&)> f, const Tensor& x) {
  if (!at::GradMode::is_enabled()) return f(x);
  Call call;
  call.f = std::move(f);
  call.device = x.device();
  call.random_state = generator_of(x.device()).get_state();
  call.autocast = at::autocast::is_autocast_enabled(x.device().type());
  call.autocast_type = at::autocast::get_autocast_dtype(x.device().type());
  // Without an input that wants a gradient backward would never come here, though f's leaves do.
  const Tensor input = x.requires_grad() ? x : x.detach().requires_grad_(true);
  return Recomputed::apply(input, c10::make_intrusive<CallHolder>(std::move(call)));
}

}  // namespace slava
