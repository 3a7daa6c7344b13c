// Every kernel but attention (attention_test.cc) on every instruction set of the machine against
// plain arithmetic in double precision, over odd sizes.
#include "kernels/kernels.h"

#include "kernels/kernel_test.h"

namespace slava {
namespace {

TYPED_TEST_SUITE(Kernel, NumberTypes);

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

TYPED_TEST(Kernel, RoundsRowsToEightBit) {
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

TYPED_TEST(Kernel, EightBitProductIsExactUpToTheLastRounding) {
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

TYPED_TEST(Kernel, ProductOfSomePanelsLeavesTheOthersAlone) {
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

TYPED_TEST(Kernel, ProductsOfAFewRowsAreThoseOfTheirNumbers) {
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

TYPED_TEST(Kernel, ScalesRowsAndAddsABias) {
  for (const Isa isa : available_isas()) {
    for (const int64_t width : {1, 7, 64, 257}) {
      const auto x = drawn<float>(size_t(3 * width), 1), scale = drawn<float>(3, 2);
      const auto bias = drawn<float>(size_t(width), 3);
      for (const bool biased : {false, true}) {
        std::vector<TypeParam> out(size_t(3 * width));
        kernels_of(isa).scale_rows.of(out.data())(
            x.data(), scale.data(), biased ? bias.data() : nullptr, 3, width, out.data());
        for (size_t i = 0; i < out.size(); ++i) {
          const double expected =
              double(x[i]) * scale[i / size_t(width)] + (biased ? bias[i % size_t(width)] : 0.0);
          EXPECT_NEAR(wide(out[i]), expected, tolerance<TypeParam>() * (1 + std::abs(expected)));
        }
      }
    }
  }
}

TYPED_TEST(Kernel, DividesByTheRootMeanSquare) {
  for (const Isa isa : available_isas()) {
    for (const int64_t width : {1, 7, 64, 257}) {
      const auto x = drawn<TypeParam>(size_t(2 * width), 1), w = drawn<TypeParam>(size_t(width), 2);
      std::vector<TypeParam> out(size_t(2 * width));
      kernels_of(isa).rms_norm_rows.of(x.data())(x.data(), w.data(), 1e-5, 2, width, out.data());
      for (int64_t row = 0; row < 2; ++row) {
        double squares = 0;
        for (int64_t i = 0; i < width; ++i) {
          squares += std::pow(wide(x[size_t(row * width + i)]), 2);
        }
        const double root = std::sqrt(squares / double(width) + 1e-5);
        for (int64_t i = 0; i < width; ++i) {
          const size_t place = size_t(row * width + i);
          const double expected = wide(x[place]) / root * wide(w[size_t(i)]);
          EXPECT_NEAR(wide(out[place]), expected,
                      2 * tolerance<TypeParam>() * (std::abs(expected) + 0.1));
        }
      }
    }
  }
}

TYPED_TEST(Kernel, NormalisesByMeanAndDeviation) {
  for (const Isa isa : available_isas()) {
    for (const int64_t width : {1, 7, 64, 257}) {
      auto x = drawn<TypeParam>(size_t(2 * width), 1);
      const auto w = drawn<TypeParam>(size_t(width), 2), b = drawn<TypeParam>(size_t(width), 3);
      // The second row is far from 0.
      for (int64_t i = width; i < 2 * width; ++i) narrow_to(wide(x[size_t(i)]) + 30, x[size_t(i)]);
      std::vector<TypeParam> out(size_t(2 * width));
      kernels_of(isa).layer_norm_rows.of(x.data())(x.data(), w.data(), b.data(), 1e-5, 2, width,
                                                   out.data());
      for (int64_t row = 0; row < 2; ++row) {
        const auto at = [&](int64_t i) { return double(wide(x[size_t(row * width + i)])); };
        double mean = 0, variance = 0;
        for (int64_t i = 0; i < width; ++i) mean += at(i) / double(width);
        for (int64_t i = 0; i < width; ++i) variance += std::pow(at(i) - mean, 2) / double(width);
        for (int64_t i = 0; i < width; ++i) {
          const double normed = (at(i) - mean) / std::sqrt(variance + 1e-5);
          const double expected = normed * wide(w[size_t(i)]) + wide(b[size_t(i)]);
          EXPECT_NEAR(wide(out[size_t(row * width + i)]), expected,
                      2 * tolerance<TypeParam>() * (std::abs(expected) + 5));
        }
      }
    }
  }
}

TYPED_TEST(Kernel, GatesBySilu) {
  for (const Isa isa : available_isas()) {
    for (const size_t count : {1U, 15U, 16U, 1000U}) {
      auto gate = drawn<TypeParam>(count, 6);
      const auto up = drawn<TypeParam>(count, 7);
      // Where e^x leaves float32's range.
      narrow_to(-200, gate[0]);
      narrow_to(200, gate[count - 1]);
      std::vector<TypeParam> out(count);
      kernels_of(isa).silu_times.of(gate.data())(gate.data(), up.data(), int64_t(count),
                                                 out.data());
      for (size_t i = 0; i < count; ++i) {
        const double g = wide(gate[i]);
        const double expected = g / (1 + std::exp(-g)) * wide(up[i]);
        EXPECT_NEAR(wide(out[i]), expected, 2 * tolerance<TypeParam>() * (1 + std::abs(expected)));
      }
    }
  }
}

TYPED_TEST(Kernel, GatesBySigmoid) {
  for (const Isa isa : available_isas()) {
    for (const auto& [slope, cubic] : {std::pair{1.702F, 0.0F}, {1.5957691F, 0.044715F}}) {
      for (const size_t count : {1U, 15U, 16U, 1000U}) {
        auto x = drawn<TypeParam>(count, 6);
        narrow_to(-200, x[0]);
        narrow_to(200, x[count - 1]);
        std::vector<TypeParam> out(count);
        kernels_of(isa).gate_by_sigmoid.of(x.data())(x.data(), slope, cubic, int64_t(count),
                                                     out.data());
        for (size_t i = 0; i < count; ++i) {
          const double number = wide(x[i]);
          const double inner = slope * (number + cubic * std::pow(number, 3));
          const double expected = number / (1 + std::exp(-inner));
          EXPECT_NEAR(wide(out[i]), expected, tolerance<TypeParam>() * (1 + std::abs(expected)));
        }
      }
    }
  }
}

TYPED_TEST(Kernel, TurnsTheFirstNumbersOfEachHead) {
  for (const Isa isa : available_isas()) {
    for (const auto& [width, rotary] : {std::pair<int64_t, int64_t>{2, 2}, {80, 32}, {50, 46}}) {
      const int64_t heads = 3, stride = width + 5, out_stride = width + 2;
      const auto x = drawn<TypeParam>(size_t(heads * stride), 1);
      const auto cos = drawn<float>(size_t(rotary), 2), sin = drawn<float>(size_t(rotary), 3);
      std::vector<TypeParam> out(size_t(heads * out_stride));
      kernels_of(isa).rotate_heads.of(x.data())(x.data(), heads, stride, width, rotary, cos.data(),
                                                sin.data(), out.data(), out_stride);
      for (int64_t head = 0; head < heads; ++head) {
        const auto at = [&](int64_t i) { return double(wide(x[size_t(head * stride + i)])); };
        for (int64_t i = 0; i < width; ++i) {
          double expected = at(i);
          if (i < rotary) {
            const double partner = i < rotary / 2 ? -at(i + rotary / 2) : at(i - rotary / 2);
            expected = at(i) * cos[size_t(i)] + partner * sin[size_t(i)];
          }
          EXPECT_NEAR(wide(out[size_t(head * out_stride + i)]), expected,
                      tolerance<TypeParam>() * (1 + std::abs(expected)));
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

TYPED_TEST(Kernel, ProductsWithWeightsInFourBitAreThoseOfTheNumbersThatTheyStandFor) {
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

TYPED_TEST(Kernel, ANumberThatIsNoneIsNotHidden) {
  for (const Isa isa : available_isas()) {
    auto gate = drawn<TypeParam>(40, 1);
    const auto up = drawn<TypeParam>(40, 2);
    narrow_to(std::nanf(""), gate[21]);
    std::vector<TypeParam> out(40);
    kernels_of(isa).silu_times.of(gate.data())(gate.data(), up.data(), 40, out.data());
    for (size_t i = 0; i < out.size(); ++i) EXPECT_EQ(std::isnan(wide(out[i])), i == 21) << i;

    const std::vector<TypeParam> keys = drawn<TypeParam>(4 * 10, 3);
    const int64_t visible = 4;
    std::vector<TypeParam> query(gate.begin() + 15, gate.begin() + 25), found(10);
    kernels_of(isa).attend.of(keys.data())(query.data(), 1, keys.data(), keys.data(), &visible, 10,
                                           1.0F, found.data());
    for (const TypeParam number : found) EXPECT_TRUE(std::isnan(wide(number))) << to_string(isa);
  }
}

TEST(SumNumbers, AddsThemAllUp) {
  std::vector<int64_t> numbers(1001);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i) - 3;
  for (const Isa isa : available_isas()) {
    EXPECT_EQ(kernels_of(isa).sum_numbers(numbers.data(), 1001), 1000 * 1001 / 2 - 3 * 1001);
    EXPECT_EQ(kernels_of(isa).sum_numbers(numbers.data(), 0), 0);
  }
}

TEST(KernelTable, IsThatOfTheBestInstructionSet) {
  EXPECT_TRUE(is_available(best_isa()));
  EXPECT_EQ(&kernels(), &kernels_of(best_isa()));
}

TEST(KernelTable, InstructionSetsCanBeMaskedOff) {
  ASSERT_EQ(setenv("SLAVA_ISA", "plain", 1), 0);
  EXPECT_EQ(best_isa(), Isa::kPlain);
  ASSERT_EQ(unsetenv("SLAVA_ISA"), 0);
}

}  // namespace
}  // namespace slava
