// Norms and activations whose results are rounded to 8 bit as they are computed, against their
// definitions in libtorch's operators.
#include "nn/layer_input.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "nn/activation.h"
#include "nn/layers.h"

namespace slava {
namespace {

struct Case {
  std::string name;
  LayerInput (*computed)(const Tensor& x, const Tensor& weight, const Tensor& bias);
  Tensor (*expected)(const Tensor& x, const Tensor& weight, const Tensor& bias);  // in float64
};

const Case kCases[] = {
    {"layer norm",
     [](const Tensor& x, const Tensor& weight, const Tensor& bias) {
       return layer_norm(x, weight, bias, 1e-5);
     },
     [](const Tensor& x, const Tensor& weight, const Tensor& bias) {
       return at::layer_norm(x, {x.size(-1)}, weight, bias, 1e-5);
     }},
    {"rms norm",
     [](const Tensor& x, const Tensor& weight, const Tensor&) { return rms_norm(x, weight, 1e-6); },
     [](const Tensor& x, const Tensor& weight, const Tensor&) {
       return weight * x * at::rsqrt(x.square().mean(-1, true) + 1e-6);
     }},
    {"silu times",
     [](const Tensor& x, const Tensor& weight, const Tensor&) {
       return silu_times(x, weight.expand_as(x));
     },
     [](const Tensor& x, const Tensor& weight, const Tensor&) { return at::silu(x) * weight; }},
    {"gelu", [](const Tensor& x, const Tensor&, const Tensor&) { return gelu_tanh(x); },
     [](const Tensor& x, const Tensor&, const Tensor&) { return at::gelu(x, "tanh"); }},
};

// Calls `check` for every case, odd sizes and both types; the second row is one of zeros.
template <typename Check>
void for_all(const Check& check) {
  const at::NoGradGuard no_grad;
  for (const Case& c : kCases) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      for (const int64_t width : {1, 7, 130, 3000}) {
        SCOPED_TRACE(c.name + ", " + at::toString(type) + ", " + std::to_string(width));
        const auto drawn = [&](at::IntArrayRef shape) { return at::randn(shape).to(type); };
        Tensor x = drawn({3, 11, width});
        x[0][1].zero_();
        const Tensor weight = drawn({width}), bias = drawn({width});
        check(c, x, weight, bias);
      }
    }
  }
}

TEST(LayerInput, NumbersAreThoseOfTheDefinition) {
  for_all([](const Case& c, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const LayerInput input = c.computed(x, weight, bias);
    EXPECT_EQ(input.sizes(), x.sizes());
    EXPECT_EQ(input.type(), x.scalar_type());
    const Tensor expected =
        c.expected(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble));
    const double tolerance = x.scalar_type() == at::kFloat ? 1e-5 : 1.6e-2;
    EXPECT_TRUE(at::allclose(input.numbers().to(at::kDouble), expected, tolerance, tolerance));
  });
}

TEST(LayerInput, IsRoundedAsItIsComputedAsAfterwards) {
  for_all([](const Case& c, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const LayerInput fused = c.computed(x, weight, bias), stored = c.computed(x, weight, bias);
    const QuantizedRows& found = fused.rows();
    const QuantizedRows expected =
        quantized_rows(stored.numbers().reshape({-1, x.size(-1)}).contiguous());
    EXPECT_EQ(found.rows.count, 33);
    EXPECT_TRUE(at::equal(found.values, expected.values));
    EXPECT_TRUE(at::equal(found.scale, expected.scale));
    EXPECT_TRUE(at::equal(found.sum, expected.sum));
    EXPECT_TRUE(at::equal(fused.numbers(), stored.numbers())) << "asked for after the rows";
  });
}

TEST(LayerInput, IsTheSameOfATensorThatIsNotContiguous) {
  const at::NoGradGuard no_grad;
  const Tensor x = at::randn({40, 24}).t();
  EXPECT_TRUE(at::equal(gelu_tanh(x).numbers(), gelu_tanh(x.contiguous()).numbers()));
  EXPECT_TRUE(at::equal(LayerInput(x).rows().values, LayerInput(x.contiguous()).rows().values));
}

}  // namespace
}  // namespace slava
