#include "nn/attention.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

struct Sizes {
  int64_t batch, heads, groups, queries, keys, width;
};

// In float32 by libtorch whatever the tensors are.
Tensor reference(const Tensor& q, const Tensor& k, const Tensor& v, Sight sight) {
  return libtorch_attention(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), sight);
}

TEST(Attention, IsLibtorchsForEverySizeAndType) {
  const at::NoGradGuard no_grad;
  at::manual_seed(1);
  for (const Sizes& s :
       {Sizes{1, 1, 1, 1, 1, 2}, Sizes{2, 4, 4, 1, 77, 80}, Sizes{3, 6, 2, 3, 65, 16},
        Sizes{1, 4, 1, 8, 9, 64}, Sizes{1, 2, 2, 9, 9, 10}, Sizes{2, 4, 2, 130, 300, 12},
        Sizes{1, 2, 1, 129, 129, 64}, Sizes{1, 1, 1, 2, 3, 300}}) {
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      for (const Sight sight : {Sight::kAll, Sight::kBefore}) {
        const Tensor q = at::randn({s.batch, s.heads, s.queries, s.width}).to(type);
        // As a cache holds them, with room behind.
        const Tensor store = at::randn({2, s.batch, s.groups, s.keys + 5, s.width}).to(type);
        const Tensor k = store[0].narrow(2, 0, s.keys), v = store[1].narrow(2, 0, s.keys);
        const Tensor found = attention(q, k, v, sight);
        const Tensor expected = reference(q, k, v, sight);
        EXPECT_EQ(found.scalar_type(), type);
        EXPECT_LT((found.to(at::kFloat) - expected).abs().max().item<double>(),
                  type == at::kFloat ? 1e-5 : 2e-2)
            << s.queries << " queries, " << s.keys << " keys, width " << s.width;
      }
    }
  }
}

TEST(Attention, OverCachesEachSequenceHasItsOwn) {
  const at::NoGradGuard no_grad;
  at::manual_seed(3);
  for (const int64_t queries : {1, 3, 20}) {
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      std::vector<Tensor> keys, values;
      for (const int64_t tokens : {20, 33, 150}) {
        const Tensor store = at::randn({2, 2, tokens + 7, 80}).to(type);  // [., G, capacity, K]
        keys.push_back(store[0].narrow(1, 0, tokens));
        values.push_back(store[1].narrow(1, 0, tokens));
      }
      const Tensor q = at::randn({3, 4, queries, 80}).to(type);
      const Tensor found = attention(q, keys, values);
      for (int64_t b = 0; b < 3; ++b) {
        const auto place = static_cast<size_t>(b);
        const Tensor expected = reference(q.narrow(0, b, 1), keys[place].unsqueeze(0),
                                          values[place].unsqueeze(0), Sight::kBefore);
        EXPECT_LT((found.narrow(0, b, 1).to(at::kFloat) - expected).abs().max().item<double>(),
                  type == at::kFloat ? 1e-5 : 2e-2)
            << queries << " queries of sequence " << b;
      }
    }
  }
}

TEST(Attention, OverCachesInEightBitIsThatOverTheNumbersThatTheyStandFor) {
  const at::NoGradGuard no_grad;
  at::manual_seed(5);
  for (const int64_t queries : {1, 3, 20}) {
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      std::vector<Tensor> keys, values, plain_keys, plain_values;
      for (const int64_t tokens : {20, 33, 150}) {
        for (auto* rows : {&keys, &values}) {
          // Heads beside each other in a token's row, as a projection gives them.
          const Tensor numbers = at::randn({tokens, 2, 80}).to(type).transpose(0, 1);
          const Tensor store = at::empty({2, tokens + 7, 84}, at::kChar).narrow(1, 0, tokens);
          store_in_int8(numbers, store);
          rows->push_back(store);
          const Tensor widened = widened_from_int8(store);
          (rows == &keys ? plain_keys : plain_values).push_back(widened);
          EXPECT_LT((widened - numbers.to(at::kFloat)).abs().max().item<double>(), 0.03);
        }
      }
      const Tensor q = at::randn({3, 4, queries, 80}).to(type);
      const Tensor found = attention(q, keys, values);
      EXPECT_EQ(found.scalar_type(), type);
      for (int64_t b = 0; b < 3; ++b) {
        const auto place = static_cast<size_t>(b);
        const Tensor expected = reference(q.narrow(0, b, 1), plain_keys[place].unsqueeze(0),
                                          plain_values[place].unsqueeze(0), Sight::kBefore);
        EXPECT_LT((found.narrow(0, b, 1).to(at::kFloat) - expected).abs().max().item<double>(),
                  type == at::kFloat ? 1e-5 : 3e-2)
            << queries << " queries";
      }
    }
  }
}

TEST(Attention, GradientsAreLibtorchs) {
  at::manual_seed(2);
  const Tensor q = at::randn({1, 2, 3, 4}).requires_grad_(true);
  const Tensor k = at::randn({1, 2, 3, 4}), v = at::randn({1, 2, 3, 4});
  attention(q, k, v, Sight::kBefore).sum().backward();
  EXPECT_GT(q.grad().abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace slava
