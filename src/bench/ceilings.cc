#include "bench/ceilings.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <functional>

#include "base/stopwatch.h"
#include "kernels/kernels.h"
#include "nn/float_products.h"
#include "nn/large_pages.h"
#include "nn/onednn_product.h"
#include "nn/panel_product.h"
#include "nn/torch.h"

namespace slava {
namespace {

// More than any cache holds.
constexpr int64_t kBeyondCaches = int64_t{256} << 20;
constexpr int kRepeats = 3;

// The quickest of a few times.
double quickest(const std::function<void()>& work) {
  work();
  double best = 1e30;
  for (int i = 0; i < kRepeats; ++i) {
    const Stopwatch watch;
    work();
    best = std::min(best, watch.seconds());
  }
  return best;
}

// Copies of a layer's weights that are used in turn, so that each comes from memory.
int64_t copies_of(int64_t bytes) { return std::clamp<int64_t>(kBeyondCaches / bytes, 1, 64); }

double onednn_seconds(const LinearShape& shape, int64_t rows) {
  const int64_t copies = copies_of(shape.out * shape.in);
  std::vector<OneDnnProduct> layers;
  for (int64_t copy = 0; copy < copies; ++copy) {
    layers.emplace_back(at::randint(-127, 128, {shape.out, shape.in}, at::kChar),
                        at::ones({shape.out}));
  }
  const LayerInput input(at::randn({rows, shape.in}));
  input.rows();
  return quickest([&] {
           for (const OneDnnProduct& layer : layers) layer(input.rows(), Tensor(), at::kBFloat16);
         }) /
         static_cast<double>(copies);
}

double int8_seconds(const LinearShape& shape, int64_t rows) {
  if (onednn_product_is_better()) return onednn_seconds(shape, rows);
  const int64_t panels = panels_of(shape.out), width = padded_inputs(shape.in);
  const int64_t bytes = panels * kPanelOutputs * width, copies = copies_of(bytes);
  const Tensor weights = empty_in_large_pages({copies, bytes}, at::kByte).random_(0, 256);
  const Tensor values = at::randint(-127, 128, {rows, width}, at::kChar);
  const Tensor sums = values.sum(1, /*keepdim=*/false, at::kInt), ones = at::ones({rows});
  const Tensor scale = at::ones({shape.out});
  Tensor out = at::empty({rows, shape.out}, at::kBFloat16);
  const Int8Rows input{values.const_data_ptr<int8_t>(), ones.const_data_ptr<float>(),
                       sums.const_data_ptr<int32_t>(), rows};
  return quickest([&] {
           for (int64_t copy = 0; copy < copies; ++copy) {
             const Int8Weights layer{weights.const_data_ptr<uint8_t>() + copy * bytes,
                                     scale.const_data_ptr<float>(), nullptr, shape.out, shape.in};
             share_out(panels, kPanelsAtOnce, [&](int64_t begin, int64_t end) {
               kernels().int8_product.bf16(input, layer, begin, end,
                                           reinterpret_cast<Bf16*>(out.data_ptr<at::BFloat16>()),
                                           shape.out);
             });
           }
         }) /
         static_cast<double>(copies);
}

double float_seconds(const LinearShape& shape, int64_t rows, at::ScalarType type) {
  const auto size = static_cast<int64_t>(c10::elementSize(type));
  const int64_t copies = copies_of(shape.out * shape.in * size);
  const Tensor weights = at::randn({copies, shape.out, shape.in}).to(type);
  const Tensor x = at::randn({rows, shape.in}).to(type);
  return quickest([&] {
           for (int64_t copy = 0; copy < copies; ++copy) linear(x, weights[copy], Tensor());
         }) /
         static_cast<double>(copies);
}

}  // namespace

double operations(const std::vector<LinearShape>& shapes, int64_t rows) {
  double sum = 0;
  for (const LinearShape& shape : shapes) {
    sum += 2.0 * static_cast<double>(shape.out * shape.in * shape.count * rows);
  }
  return sum;
}

double linear_seconds(const std::vector<LinearShape>& shapes, int64_t rows, Numbers numbers) {
  double seconds = 0;
  for (const LinearShape& shape : shapes) {
    const double one =
        numbers == Numbers::kInt8
            ? int8_seconds(shape, rows)
            : float_seconds(shape, rows,
                            numbers == Numbers::kBfloat16 ? at::kBFloat16 : at::kFloat);
    seconds += one * static_cast<double>(shape.count);
  }
  return seconds;
}

double memory_read_rate() {
  const int64_t count = int64_t{1} << 27;  // 1 GiB of 8-byte numbers
  const Tensor memory = empty_in_large_pages({count}, at::kLong).fill_(1);
  const auto* numbers = memory.const_data_ptr<int64_t>();
  std::vector<int64_t> sums(static_cast<size_t>(at::get_num_threads()) * 8);
  const double seconds = quickest([&] {
    at::parallel_for(0, count, 1 << 16, [&](int64_t begin, int64_t end) {
      // Kept, so that it must be computed.
      sums[static_cast<size_t>(at::get_thread_num()) * 8] =
          kernels().sum_numbers(numbers + begin, end - begin);
    });
  });
  return static_cast<double>(count) * sizeof(int64_t) / seconds;
}

}  // namespace slava
