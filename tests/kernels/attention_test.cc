// Attention over caches, of numbers and of rows in 8 bit, on every instruction set of the machine
// against plain arithmetic in double precision.
#include <span>

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
                     const std::vector<S>& keys, const std::vector<S>& values, int64_t width,
                     std::span<const int64_t> visible = kAttendVisible) {
  for (int64_t q = 0; q < std::ssize(visible); ++q) {
    std::vector<double> weight;
    double largest = -1e300, total = 0;
    for (int64_t t = 0; t < visible[size_t(q)]; ++t) {
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
      for (int64_t t = 0; t < visible[size_t(q)]; ++t) {
        expected += weight[size_t(t)] / total * wide(values[size_t(t * width + i)]);
      }
      // Scores of 30 are known to 1e-5 when they are summed one by one.
      EXPECT_NEAR(wide(out[size_t(q * width + i)]), expected,
                  tolerance<T>() * (10 + std::abs(expected)));
    }
  }
}

// Scores far apart: the largest comes late and must not drown in what came before.
template <typename T>
std::vector<T> wide_apart_queries(int64_t width, int64_t count = kAttendQueries) {
  auto queries = drawn<T>(size_t(count * width), 3);
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

// `from` [rows][width] with other numbers, which nobody may read or write, between the rows.
template <typename T>
std::vector<T> spread(const std::vector<T>& from, int64_t width, int64_t stride) {
  T other;
  narrow_to(std::nanf(""), other);
  std::vector<T> to(from.size() / size_t(width) * size_t(stride), other);
  for (size_t i = 0; i < from.size(); ++i) {
    to[i / size_t(width) * size_t(stride) + i % size_t(width)] = from[i];
  }
  return to;
}

TYPED_TEST(AttentionKernel, AttendsForManyQueriesAtOnce) {
  for (const Isa isa : available_isas()) {
    for (const auto& [width, count, tokens] : {std::tuple<int64_t, int64_t, int64_t>{1, 1, 1},
                                               {5, 7, 63},
                                               {8, 12, 65},
                                               {64, 121, 130},
                                               {72, 13, 64},
                                               {80, 130, 150},
                                               {128, 17, 200},
                                               {256, 9, 70}}) {
      SCOPED_TRACE(testing::Message() << to_string(isa) << " width " << width << ", " << count
                                      << " queries, " << tokens << " tokens");
      const int64_t stride = width + 3;
      const auto keys = drawn<TypeParam>(size_t(tokens * width), 1);
      const auto values = drawn<TypeParam>(size_t(tokens * width), 2);
      const auto queries = wide_apart_queries<TypeParam>(width, count);
      std::vector<int64_t> before, shuffled;
      std::mt19937_64 random(5);
      for (int64_t q = 0; q < count; ++q) {
        before.push_back(std::max<int64_t>(1, tokens - count + q + 1));
        shuffled.push_back(std::uniform_int_distribution<int64_t>(1, tokens)(random));
      }
      const auto far_keys = spread(keys, width, stride), far_values = spread(values, width, stride);
      const auto far_queries = spread(queries, width, stride);
      for (const auto& visible : {before, shuffled}) {
        std::vector<TypeParam> out(size_t(count * stride), TypeParam{});
        kernels_of(isa).attend_many.of(keys.data())(
            {far_queries.data(), stride}, count, {far_keys.data(), stride},
            {far_values.data(), stride}, visible.data(), width, 1 / std::sqrt(float(width)),
            out.data(), stride);
        std::vector<TypeParam> rows;
        for (int64_t q = 0; q < count; ++q) {
          const auto row = out.begin() + q * stride;
          rows.insert(rows.end(), row, row + width);
          for (int64_t i = width; i < stride; ++i) EXPECT_EQ(wide(row[i]), 0) << "past the row";
        }
        expect_attended(rows, queries, keys, values, width, visible);
      }
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
