// Every kernel but attention and products (attention_test.cc, products_test.cc) on every
// instruction set of the machine against plain arithmetic in double precision, over odd sizes.
#include "kernels/kernels.h"

#include "kernels/kernel_test.h"

namespace slava {
namespace {

TYPED_TEST_SUITE(Kernel, NumberTypes);

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
                      2 * tolerance<TypeParam>() * (std::abs(expected) + 0.1) + 2e-5);
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
