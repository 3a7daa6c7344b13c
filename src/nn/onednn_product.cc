#include "nn/onednn_product.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/stack.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "base/log.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "nn/int8_linear.h"
#include "nn/kernel_types.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace slava {
namespace {

// Unsigned inputs, 128 too large: with signed ones oneDNN has nothing but its reference code where
// there is no AMX.
constexpr int64_t kZeroPoint = 128;
// Rows that are scaled by a thread at a time.
constexpr int64_t kRowsAtOnce = 8;

// libtorch is moving these operators from one name to the other.
std::optional<c10::OperatorHandle> find_operator(const char* name) {
  for (const char* space : {"onednn::", "mkldnn::"}) {
    auto found = c10::Dispatcher::singleton().findSchema({cat(space, name), ""});
    if (found) return found;
  }
  return std::nullopt;
}

const std::optional<c10::OperatorHandle>& prepack() {
  static const auto found = find_operator("qlinear_prepack");
  return found;
}
const std::optional<c10::OperatorHandle>& pointwise() {
  static const auto found = find_operator("qlinear_pointwise");
  return found;
}

bool has_amx_int8() {
#if defined(__x86_64__)
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 25)) != 0;
#else
  return false;
#endif
}

// The quickest of a few runs, seconds.
template <typename Work>
double quickest(const Work& work) {
  double best = std::numeric_limits<double>::max();
  for (int i = 0; i < 4; ++i) {
    const Stopwatch watch;
    work();
    best = std::min(best, watch.seconds());
  }
  return best;
}

bool tried() {
  const at::InferenceMode inference;
  auto generator = at::detail::createCPUGenerator(1);
  const Tensor x = at::empty({256, 512}, at::kFloat).normal_(0, 1, generator);
  const Int8Weight weight = quantized(at::empty({1024, 512}, at::kFloat).normal_(0, 1, generator));
  const Int8Linear own(weight, Tensor(), Int8Linear::Way::kOwn);
  const OneDnnProduct other(weight.values, weight.scale);
  const LayerInput input(x);
  const Tensor expected = own(input), found = other(input.rows(), Tensor(), at::kFloat);
  const double error = (found - expected).abs().max().item<double>();
  const bool same = error <= 1e-4 * expected.abs().max().item<double>();
  const double own_s = quickest([&] { own(input); });
  const double other_s = quickest([&] { other(input.rows(), Tensor(), at::kFloat); });
  log_debug(cat("8-bit products: own ", own_s * 1e3, " ms, oneDNN ", other_s * 1e3, " ms",
                same ? "" : ", which computes something else"));
  return same && other_s < own_s;
}

}  // namespace

bool has_onednn_product() { return prepack().has_value() && pointwise().has_value(); }

bool onednn_product_is_better() {
  static const bool better = [] {
    if (!has_amx_int8() || best_isa() != Isa::kAvx512 || !has_onednn_product()) return false;
    try {
      return tried();
    } catch (const std::exception& error) {
      log_debug(cat("oneDNN's 8-bit products cannot be used: ", error.what()));
      return false;
    }
  }();
  return better;
}

OneDnnProduct::OneDnnProduct(const Tensor& values, const Tensor& scale)
    : inputs_(values.size(1)),
      scale_(scale.contiguous()),
      zeros_(at::zeros({values.size(0)}, at::kInt)) {
  torch::jit::Stack stack{values.contiguous(), c10::IValue()};
  prepack()->callBoxed(stack);
  packed_ = stack.front().toTensor();
}

Tensor OneDnnProduct::operator()(const QuantizedRows& rows, const Tensor& bias,
                                 at::ScalarType type) const {
  const Tensor inputs =
      rows.values.narrow(1, 0, inputs_).to(at::kShort).add_(kZeroPoint).to(at::kByte);
  torch::jit::Stack stack{
      inputs,
      1.0,  // the rows' own scales follow below
      kZeroPoint,    packed_,    scale_,     zeros_,
      c10::IValue(),  // bias
      1.0,           int64_t{0}, at::kFloat, "none", c10::List<std::optional<at::Scalar>>(), ""};
  pointwise()->callBoxed(stack);
  const Tensor sums = stack.front().toTensor().contiguous();  // [M, N] float32
  const int64_t count = sums.size(0), width = sums.size(1);
  Tensor out = at::empty({count, width}, sums.options().dtype(type));
  const auto* from = sums.const_data_ptr<float>();
  const auto* scale = rows.scale.const_data_ptr<float>();
  const auto* added = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  with_numbers(out, [&](const auto* like) {
    auto* to = numbers_of(out, like);
    at::parallel_for(0, count, kRowsAtOnce, [&](int64_t begin, int64_t end) {
      kernels().scale_rows.of(like)(from + begin * width, scale + begin, added, end - begin, width,
                                    to + begin * width);
    });
  });
  return out;
}

}  // namespace slava
