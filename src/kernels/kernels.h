// The loops that the model's time goes into, over plain memory: no tensors, no threads, no checks.
// Each is compiled once for every instruction set (isa.h) out of the same source and reached
// through a table; callers cut the work into ranges and share them out among threads.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/isa.h"

namespace slava {

// Outputs of a linear layer that lie together in memory, and inputs of one of them.
inline constexpr int64_t kPanelOutputs = 64;
inline constexpr int64_t kPanelInputs = 4;

inline constexpr int64_t panels_of(int64_t outputs) {
  return (outputs + kPanelOutputs - 1) / kPanelOutputs;
}
// `inputs` with what fills them up to whole groups; also the bytes of a row of Int8Rows.
inline constexpr int64_t padded_inputs(int64_t inputs) {
  return (inputs + kPanelInputs - 1) / kPanelInputs * kPanelInputs;
}

// A linear layer's weights in 8 bit: weight[n][k] is about scale[n] * (value - 128). Values lie as
// the product wants them, [panels_of(N)][padded_inputs(K) / 4][64][4].
struct Int8Weights {
  const uint8_t* panels;
  const float* scale;  // [N]
  const float* bias;   // [N] or null
  int64_t outputs;     // N
  int64_t inputs;      // K
};

// Inputs of a layer in 4 bit that share a scale, and the bytes of 64 outputs' weights for them.
inline constexpr int64_t kStretchInputs = 64;
inline constexpr int64_t kStretchBytes = kStretchInputs * kPanelOutputs / 2;
inline constexpr int64_t stretches_of(int64_t inputs) {
  return (inputs + kStretchInputs - 1) / kStretchInputs;
}

// A linear layer's weights in 4 bit: weight[n][k] is about scale of its stretch * (value - 8).
// Values lie as int4_product wants them (pack_int4 makes them).
struct Int4Weights {
  const uint8_t* panels;  // [panels_of(N)][stretches_of(K)][kStretchBytes]
  const Bf16* scale;      // [panels_of(N)][stretches_of(K)][64]
  const float* bias;      // [N] or null
  int64_t outputs;        // N
  int64_t inputs;         // K
};

// Rows in 8 bit with a scale each: x[m][k] is about scale[m] * values[m][k], values from -127 to
// 127.
struct Int8Rows {
  const int8_t* values;  // [M][padded_inputs(K)], zeros behind the row
  const float* scale;    // [M]
  const int32_t* sum;    // [M], of the row's values
  int64_t count;         // M
};

// A function for float32 and its twin for bfloat16; sums are float32 in both.
template <template <typename> typename Function>
struct ByType {
  Function<float>* f32;
  Function<Bf16>* bf16;

  Function<float>* of(const float*) const { return f32; }
  Function<Bf16>* of(const Bf16*) const { return bf16; }
};

// x [rows][width] into Int8Rows' three parts: a row's largest magnitude becomes 127.
template <typename T>
using QuantizeRows = void(const T* x, int64_t rows, int64_t width, int8_t* values, float* scale,
                          int32_t* sum);

// out[m][n] = bias[n] + scales * sum over k, for the outputs of panels first to last - 1 of
// `weights`; rows of `out` are `stride` apart.
template <typename T>
using Int8Product = void(const Int8Rows& rows, const Int8Weights& weights, int64_t first,
                         int64_t last, T* out, int64_t stride);

// The same with weights in 4 bit.
template <typename T>
using Int4Product = void(const Int8Rows& rows, const Int4Weights& weights, int64_t first,
                         int64_t last, T* out, int64_t stride);

// out[m][n] = bias[n] + x[m] . weight[n] for n from `first` to `last` - 1, x [rows][width] with at
// most kFewRows rows, weight [.][width], bias or null; rows of `out` are `stride` apart.
inline constexpr int64_t kFewRows = 4;
template <typename T>
using FewRowsProduct = void(const float* x, int64_t rows, const T* weight, const T* bias,
                            int64_t width, int64_t first, int64_t last, T* out, int64_t stride);

// weight [outputs][inputs] of one panel, `outputs` at most 64, into that panel of Int4Weights and
// its scales.
template <typename T>
using PackInt4 = void(const T* weight, int64_t outputs, int64_t inputs, uint8_t* panel,
                      Bf16* scale);

// out[m] = scale[m] * x[m] + bias, each row of `width`; bias [width] or null.
template <typename T>
using ScaleRows = void(const float* x, const float* scale, const float* bias, int64_t rows,
                       int64_t width, T* out);

// out[m] = weight * (x[m] - mean of x[m]) / standard deviation of x[m] + bias, each row of `width`;
// `eps` is added to the variance.
template <typename T>
using LayerNormRows = void(const T* x, const T* weight, const T* bias, double eps, int64_t rows,
                           int64_t width, T* out);

// out[m] = weight * x[m] / root mean square of x[m], each row of `width`.
template <typename T>
using RmsNormRows = void(const T* x, const T* weight, double eps, int64_t rows, int64_t width,
                         T* out);

// out = silu(gate) * up, elementwise over `count` numbers.
template <typename T>
using SiluTimes = void(const T* gate, const T* up, int64_t count, T* out);

// out = x * sigmoid(slope * (x + cubic * x^3)), elementwise over `count` numbers: the
// approximations of GELU (arXiv:1606.08415).
template <typename T>
using GateBySigmoid = void(const T* x, float slope, float cubic, int64_t count, T* out);

// One token's heads, `stride` numbers apart and `width` wide, turned: of the first `rotary` numbers
// each of the first half is paired with one of the second. cos and sin [rotary].
template <typename T>
using RotateHeads = void(const T* x, int64_t heads, int64_t stride, int64_t width, int64_t rotary,
                         const float* cos, const float* sin, T* out, int64_t out_stride);

// The widest head that `Attend` takes.
inline constexpr int64_t kWidestHead = 256;

// out[q] = the average of the first visible[q] (at least one) rows of `values`, weighted by the
// softmax of scale * queries[q] . keys[row]. Rows are `width` (at most kWidestHead) numbers, one
// after the other: what one head of one sequence has.
template <typename T>
using Attend = void(const T* queries, int64_t count, const T* keys, const T* values,
                    const int64_t* visible, int64_t width, float scale, T* out);

// Rows of numbers of one head, `stride` numbers apart.
template <typename T>
struct HeadRows {
  const T* first;
  int64_t stride;

  const T* row(int64_t i) const { return first + i * stride; }
};

// The same for many queries, which is quicker from about 8 on; it takes kQueriesOfTile at a time.
// Rows of `out` are `out_stride` numbers apart.
inline constexpr int64_t kQueriesOfTile = 120;
template <typename T>
using AttendMany = void(const HeadRows<T>& queries, int64_t count, const HeadRows<T>& keys,
                        const HeadRows<T>& values, const int64_t* visible, int64_t width,
                        float scale, T* out, int64_t out_stride);

// A row of a cache in 8 bit: `width` values from -127 to 127, then the float that each of them is
// multiplied with.
inline constexpr int64_t int8_row_bytes(int64_t width) {
  return width + static_cast<int64_t>(sizeof(float));
}

// `count` rows of x, `stride` numbers apart and `width` wide, into rows in 8 bit.
template <typename T>
using StoreInt8Rows = void(const T* x, int64_t count, int64_t stride, int64_t width, int8_t* out);

// Rows in 8 bit back into numbers, [count][width].
using WidenInt8Rows = void(const int8_t* rows, int64_t count, int64_t width, float* out);

// Attend over keys and values that are rows in 8 bit.
template <typename T>
using AttendInt8 = void(const T* queries, int64_t count, const int8_t* keys, const int8_t* values,
                        const int64_t* visible, int64_t width, float scale, T* out);

// The sum of `count` numbers: as fast as memory can be read.
using SumNumbers = int64_t(const int64_t* numbers, int64_t count);

struct Kernels {
  ByType<QuantizeRows> quantize_rows;
  ByType<Int8Product> int8_product;
  ByType<Int4Product> int4_product;
  ByType<FewRowsProduct> few_rows_product;
  ByType<PackInt4> pack_int4;
  ByType<ScaleRows> scale_rows;
  ByType<LayerNormRows> layer_norm_rows;
  ByType<RmsNormRows> rms_norm_rows;
  ByType<SiluTimes> silu_times;
  ByType<GateBySigmoid> gate_by_sigmoid;
  ByType<RotateHeads> rotate_heads;
  ByType<Attend> attend;
  ByType<AttendMany> attend_many;
  ByType<AttendInt8> attend_int8;
  ByType<StoreInt8Rows> store_int8_rows;
  WidenInt8Rows* widen_int8_rows;
  SumNumbers* sum_numbers;
};

// Those of best_isa(), chosen once.
const Kernels& kernels();

// Those of `isa`, which must be available.
const Kernels& kernels_of(Isa isa);

// weight [N][K], values from -127 to 127, into panels first to last - 1 of Int8Weights::panels.
// Rows of `weight` are `stride` bytes apart.
void pack_panels(const int8_t* weight, int64_t outputs, int64_t inputs, int64_t stride,
                 int64_t first, int64_t last, uint8_t* panels);

}  // namespace slava
