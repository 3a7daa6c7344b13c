// Attention over caches, of numbers and of rows in 8 bit, on every instruction set of the machine
// against plain arithmetic in double precision.
#include "kernels/kernel_test.h"

namespace slava {
namespace {

template <typename T>
class AttentionKernel : public Kernel<T> {};
TYPED_TEST_SUITE(AttentionKernel, NumberTypes);

// Four queries over the first so many of 150 keys and values, in double precision.
constexpr int64_t kAttendTokens = 150, kAttendQueries = 4;
constexpr int64_t kAttendVisible[kAttendQueries] = {kAttendTokens, 1, 64, 65};

template <typename T, typename S>
void expect_attended(const std::vector<T>& out, const std::vector<T>& queries,
                     const std::vector<S>& keys, const std::vector<S>& values, int64_t width) {
  for (int64_t q = 0; q < kAttendQueries; ++q) {
    std::vector<double> weight;
    double largest = -1e300, total = 0;
    for (int64_t t = 0; t < kAttendVisible[q]; ++t) {
      double score = 0;
      for (int64_t i = 0; i < width; ++i) {
        score += double(wide(queries[size_t(q * width + i)])) * wide(keys[size_t(t * width + i)]);
      }
      weight.push_back(score / std::sqrt(double(width)));
      largest = std::max(largest, weight.back());
    }
    for (double& w : weight) total += w = std::exp(w - largest);
    for (int64_t i = 0; i < width; ++i) {
      double expected = 0;
      for (int64_t t = 0; t < kAttendVisible[q]; ++t) {
        expected += weight[size_t(t)] / total * wide(values[size_t(t * width + i)]);
      }
      EXPECT_NEAR(wide(out[size_t(q * width + i)]), expected,
                  tolerance<T>() * (4 + std::abs(expected)));
    }
  }
}

// Scores far apart: the largest comes late and must not drown in what came before.
template <typename T>
std::vector<T> wide_apart_queries(int64_t width) {
  auto queries = drawn<T>(size_t(kAttendQueries * width), 3);
  for (T& number : queries) narrow_to(8 * wide(number), number);
  return queries;
}

TYPED_TEST(AttentionKernel, AttendsToWhatEachQuerySees) {
  for (const Isa isa : available_isas()) {
    for (const int64_t width : {1, 8, 64, 80, 128, 100, 256}) {
      SCOPED_TRACE(testing::Message() << to_string(isa) << " width " << width);
      const auto keys = drawn<TypeParam>(size_t(kAttendTokens * width), 1);
      const auto values = drawn<TypeParam>(size_t(kAttendTokens * width), 2);
      const auto queries = wide_apart_queries<TypeParam>(width);
      std::vector<TypeParam> out(queries.size());
      kernels_of(isa).attend.of(keys.data())(queries.data(), kAttendQueries, keys.data(),
                                             values.data(), kAttendVisible, width,
                                             1 / std::sqrt(float(width)), out.data());
      expect_attended(out, queries, keys, values, width);
    }
  }
}

TYPED_TEST(AttentionKernel, AttendsToRowsInEightBitAsToTheNumbersThatTheyStandFor) {
  for (const Isa isa : available_isas()) {
    const Kernels& table = kernels_of(isa);
    for (const int64_t width : {1, 8, 64, 80, 128, 100, 256}) {
      SCOPED_TRACE(testing::Message() << to_string(isa) << " width " << width);
      const auto rows = size_t(kAttendTokens * int8_row_bytes(width));
      std::vector<std::vector<int8_t>> stored;
      std::vector<std::vector<float>> widened_rows;
      for (const uint64_t seed : {1, 2}) {
        const auto numbers = drawn<TypeParam>(size_t(kAttendTokens * (width + 3)), seed);
        stored.emplace_back(rows);
        table.store_int8_rows.of(numbers.data())(numbers.data(), kAttendTokens, width + 3, width,
                                                 stored.back().data());
        widened_rows.emplace_back(size_t(kAttendTokens * width));
        table.widen_int8_rows(stored.back().data(), kAttendTokens, width,
                              widened_rows.back().data());
        for (int64_t t = 0; t < kAttendTokens; ++t) {
          double largest = 0;
          for (int64_t i = 0; i < width; ++i) {
            largest =
                std::max(largest, std::abs(double(wide(numbers[size_t(t * (width + 3) + i)]))));
          }
          for (int64_t i = 0; i < width; ++i) {
            EXPECT_NEAR(widened_rows.back()[size_t(t * width + i)],
                        wide(numbers[size_t(t * (width + 3) + i)]), largest / 127 * 0.501);
          }
        }
      }
      const auto queries = wide_apart_queries<TypeParam>(width);
      std::vector<TypeParam> out(queries.size());
      table.attend_int8.of(queries.data())(queries.data(), kAttendQueries, stored[0].data(),
                                           stored[1].data(), kAttendVisible, width,
                                           1 / std::sqrt(float(width)), out.data());
      expect_attended(out, queries, widened_rows[0], widened_rows[1], width);
    }
  }
}

}  // namespace
}  // namespace slava
