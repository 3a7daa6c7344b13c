// Products of linear layers, in 8 bit, 4 bit and of a few rows in floating point, and what rounds
// their inputs, on every instruction set of the machine against plain arithmetic.
#include "kernels/kernel_test.h"

namespace slava {
namespace {

template <typename T>
class ProductKernel : public Kernel<T> {};
TYPED_TEST_SUITE(ProductKernel, NumberTypes);

template <typename T>
struct Quantized {
  std::vector<int8_t> values;
  std::vector<float> scale;
  std::vector<int32_t> sum;
  Int8Rows rows;

  Quantized(const Kernels& kernels, const std::vector<T>& x, int64_t count, int64_t width)
      : values(static_cast<size_t>(count * padded_inputs(width)), int8_t{77}),
        scale(static_cast<size_t>(count)),
        sum(static_cast<size_t>(count)) {
    kernels.quantize_rows.of(x.data())(x.data(), count, width, values.data(), scale.data(),
                                       sum.data());
    rows = {values.data(), scale.data(), sum.data(), count};
  }
};

TYPED_TEST(ProductKernel, RoundsRowsToEightBit) {
  for (const Isa isa : available_isas()) {
    for (const int64_t width : {1, 3, 4, 31, 64, 65, 300}) {
      SCOPED_TRACE(testing::Message() << to_string(isa) << " width " << width);
      const int64_t count = 3, stride = padded_inputs(width);
      auto x = drawn<TypeParam>(static_cast<size_t>(count * width), 5);
      for (int64_t i = 0; i < width; ++i) narrow_to(0, x[static_cast<size_t>(width + i)]);
      const Quantized<TypeParam> q(kernels_of(isa), x, count, width);
      for (int64_t row = 0; row < count; ++row) {
        double largest = 0;
        int32_t sum = 0;
        for (int64_t i = 0; i < width; ++i) {
          largest = std::max<double>(largest, std::abs(wide(x[size_t(row * width + i)])));
        }
        EXPECT_FLOAT_EQ(q.scale[size_t(row)], float(largest / 127));
        for (int64_t i = 0; i < stride; ++i) {
          const int value = q.values[size_t(row * stride + i)];
          sum += value;
          if (i >= width || largest == 0) {
            EXPECT_EQ(value, 0);
            continue;
          }
          const double exact = wide(x[size_t(row * width + i)]) * 127 / largest;
          EXPECT_LE(std::abs(value - exact), 0.5001);
        }
        EXPECT_EQ(q.sum[size_t(row)], sum);
      }
    }
  }
}

TYPED_TEST(ProductKernel, EightBitProductIsExactUpToTheLastRounding) {
  for (const Isa isa : available_isas()) {
    for (const auto& [rows, inputs, outputs] : {std::tuple<int64_t, int64_t, int64_t>{1, 1, 1},
                                                {1, 5, 64},
                                                {2, 64, 65},
                                                {5, 7, 130},
                                                {6, 256, 63},
                                                {7, 33, 200},
                                                {13, 128, 64},
                                                {5, 1101, 70}}) {
      SCOPED_TRACE(testing::Message()
                   << to_string(isa) << " " << rows << " x " << inputs << " x " << outputs);
      std::mt19937_64 random(9);
      std::uniform_int_distribution<int> any(-127, 127);
      std::vector<int8_t> weight(size_t(outputs * inputs));
      for (int8_t& w : weight) w = static_cast<int8_t>(any(random));
      std::vector<uint8_t> panels(size_t(panels_of(outputs) * padded_inputs(inputs) * 64));
      pack_panels(weight.data(), outputs, inputs, inputs, 0, panels_of(outputs), panels.data());
      const auto scale = drawn<float>(size_t(outputs), 2), bias = drawn<float>(size_t(outputs), 3);
      const auto x = drawn<TypeParam>(size_t(rows * inputs), 4);
      const Quantized<TypeParam> q(kernels_of(isa), x, rows, inputs);
      for (const bool biased : {false, true}) {
        const int64_t stride = outputs + 3;
        std::vector<TypeParam> out(size_t(rows * stride));
        for (TypeParam& o : out) narrow_to(1234, o);
        kernels_of(isa).int8_product.of(x.data())(
            q.rows, {panels.data(), scale.data(), biased ? bias.data() : nullptr, outputs, inputs},
            0, panels_of(outputs), out.data(), stride);
        for (int64_t m = 0; m < rows; ++m) {
          for (int64_t n = 0; n < stride; ++n) {
            const double found = wide(out[size_t(m * stride + n)]);
            if (n >= outputs) {
              EXPECT_EQ(found, wide(out[size_t(outputs)])) << "written past the row";
              continue;
            }
            int64_t sum = 0;
            for (int64_t k = 0; k < inputs; ++k) {
              sum +=
                  weight[size_t(n * inputs + k)] * q.values[size_t(m * padded_inputs(inputs) + k)];
            }
            const double expected = double(sum) * q.scale[size_t(m)] * scale[size_t(n)] +
                                    (biased ? bias[size_t(n)] : 0);
            EXPECT_NEAR(found, expected, tolerance<TypeParam>() * (1 + std::abs(expected)));
          }
        }
      }
    }
  }
}

TYPED_TEST(ProductKernel, ProductOfSomePanelsLeavesTheOthersAlone) {
  const int64_t inputs = 8, outputs = 200;
  const std::vector<uint8_t> panels(size_t(panels_of(outputs) * inputs * 64), uint8_t{129});
  const std::vector<float> scale(size_t(outputs), 1.0F);
  const auto x = drawn<TypeParam>(size_t(inputs), 4);
  for (const Isa isa : available_isas()) {
    const Quantized<TypeParam> q(kernels_of(isa), x, 1, inputs);
    std::vector<TypeParam> out(size_t(outputs), TypeParam{});
    kernels_of(isa).int8_product.of(x.data())(
        q.rows, {panels.data(), scale.data(), nullptr, outputs, inputs}, 1, 3, out.data(), outputs);
    for (int64_t n = 0; n < outputs; ++n) {
      EXPECT_EQ(wide(out[size_t(n)]) != 0, n >= 64 && n < 192) << n;
    }
  }
}

TYPED_TEST(ProductKernel, ProductsOfAFewRowsAreThoseOfTheirNumbers) {
  for (const Isa isa : available_isas()) {
    for (const auto& [rows, width, outputs] : {std::tuple<int64_t, int64_t, int64_t>{1, 1, 1},
                                               {2, 15, 3},
                                               {3, 16, 4},
                                               {4, 100, 9},
                                               {1, 333, 70}}) {
      SCOPED_TRACE(testing::Message()
                   << to_string(isa) << " " << rows << " x " << width << " x " << outputs);
      const auto x = drawn<float>(size_t(rows * width), 1);
      const auto weight = drawn<TypeParam>(size_t(outputs * width), 2);
      const auto bias = drawn<TypeParam>(size_t(outputs), 3);
      for (const bool biased : {false, true}) {
        const int64_t stride = outputs + 2, first = outputs / 3;
        std::vector<TypeParam> out(size_t(rows * stride), TypeParam{});
        kernels_of(isa).few_rows_product.of(weight.data())(x.data(), rows, weight.data(),
                                                           biased ? bias.data() : nullptr, width,
                                                           first, outputs, out.data(), stride);
        for (int64_t m = 0; m < rows; ++m) {
          for (int64_t n = 0; n < stride; ++n) {
            double expected = 0, size = 1;
            if (n >= first && n < outputs) {
              expected = biased ? double(wide(bias[size_t(n)])) : 0;
              for (int64_t k = 0; k < width; ++k) {
                const double product =
                    double(x[size_t(m * width + k)]) * wide(weight[size_t(n * width + k)]);
                expected += product;
                size += std::abs(product);
              }
            }
            EXPECT_NEAR(wide(out[size_t(m * stride + n)]), expected, tolerance<TypeParam>() * size);
          }
        }
      }
    }
  }
}

// Weights in 4 bit as pack_int4 makes them, and the numbers that they stand for.
template <typename T>
struct Int4Drawn {
  std::vector<uint8_t> panels;
  std::vector<Bf16> scale;
  std::vector<double> numbers;  // [outputs][inputs]

  Int4Drawn(const Kernels& kernels, const std::vector<T>& weight, int64_t outputs, int64_t inputs)
      : panels(size_t(panels_of(outputs) * stretches_of(inputs) * kStretchBytes)),
        scale(size_t(panels_of(outputs) * stretches_of(inputs) * kPanelOutputs)),
        numbers(weight.size()) {
    for (int64_t panel = 0; panel < panels_of(outputs); ++panel) {
      const int64_t first = panel * kPanelOutputs;
      kernels.pack_int4.of(weight.data())(
          weight.data() + first * inputs, std::min(kPanelOutputs, outputs - first), inputs,
          panels.data() + panel * stretches_of(inputs) * kStretchBytes,
          scale.data() + panel * stretches_of(inputs) * kPanelOutputs);
    }
    for (int64_t n = 0; n < outputs; ++n) {
      for (int64_t k = 0; k < inputs; ++k) {
        const int64_t stretch = n / kPanelOutputs * stretches_of(inputs) + k / kStretchInputs;
        const int64_t in = k % kStretchInputs;
        const int64_t place =
            (in / kPanelInputs * kPanelOutputs + n % kPanelOutputs) * kPanelInputs +
            in % kPanelInputs;
        const uint8_t byte = panels[size_t(stretch * kStretchBytes + place % kStretchBytes)];
        const int value = (place < kStretchBytes ? byte & 15 : byte >> 4) - 8;
        numbers[size_t(n * inputs + k)] =
            value * double(widened(scale[size_t(stretch * kPanelOutputs + n % kPanelOutputs)]));
      }
    }
  }
};

TYPED_TEST(ProductKernel, ProductsWithWeightsInFourBitAreThoseOfTheNumbersThatTheyStandFor) {
  for (const Isa isa : available_isas()) {
    const Kernels& table = kernels_of(isa);
    for (const auto& [rows, outputs, inputs] :
         {std::tuple{1, 1, 1}, {3, 70, 64}, {7, 64, 130}, {30, 129, 257}, {1, 200, 320}}) {
      SCOPED_TRACE(testing::Message()
                   << to_string(isa) << " " << rows << " x " << outputs << " x " << inputs);
      const auto x = drawn<TypeParam>(size_t(rows * inputs), 1);
      const auto weight = drawn<TypeParam>(size_t(outputs * inputs), 2);
      const auto bias = drawn<float>(size_t(outputs), 3);
      const Quantized<TypeParam> q(table, x, rows, inputs);
      const Int4Drawn<TypeParam> packed(table, weight, outputs, inputs);
      for (size_t i = 0; i < weight.size(); ++i) {
        // Half a step of the largest of 64 normal numbers.
        EXPECT_NEAR(packed.numbers[i], wide(weight[i]), 0.35);
      }
      const Int4Weights weights{packed.panels.data(), packed.scale.data(), bias.data(), outputs,
                                inputs};
      std::vector<TypeParam> out(size_t(rows * outputs));
      table.int4_product.of(x.data())(q.rows, weights, 0, panels_of(outputs), out.data(), outputs);
      for (int64_t m = 0; m < rows; ++m) {
        for (int64_t n = 0; n < outputs; ++n) {
          double expected = bias[size_t(n)], size = std::abs(expected);
          for (int64_t k = 0; k < inputs; ++k) {
            const double product = double(q.scale[size_t(m)]) *
                                   q.values[size_t(m * padded_inputs(inputs) + k)] *
                                   packed.numbers[size_t(n * inputs + k)];
            expected += product;
            size += std::abs(product);
          }
          EXPECT_NEAR(wide(out[size_t(m * outputs + n)]), expected, tolerance<TypeParam>() * size);
        }
      }
    }
  }
}

}  // namespace
}  // namespace slava
