#include "nn/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "nn/kernel_types.h"
#include "nn/share_out.h"

namespace slava {
namespace {

// Up to so many queries keys and values are read for each of them; beyond, they are laid out for
// many at a time.
constexpr int64_t kFewQueries = 8;

// Heads of a few queries: some hundred thousand numbers of keys and values each.
constexpr int64_t kHeadsAtOnce = 4;

double scale_of(const Tensor& q) { return 1 / std::sqrt(static_cast<double>(q.size(-1))); }

// Keys or values [G, S, K] are laid out row by row; a cache's are, whatever lies between the heads.
bool has_whole_rows(const Tensor& x) { return x.stride(2) == 1 && x.stride(1) == x.size(2); }

// The kernel for queries of the type `from` over keys and values of one head, from `k` and `v`.
template <typename T>
void attend_head(const T* from, int64_t count, const Tensor& k, const Tensor& v, int64_t head,
                 const int64_t* visible, int64_t width, float scale, T* to) {
  const auto call = [&](auto* kernel, const auto* keys, const auto* values) {
    kernel(from, count, keys + head * k.stride(0), values + head * v.stride(0), visible, width,
           scale, to);
  };
  if (k.scalar_type() == at::kChar) {
    call(kernels().attend_int8.of(from), k.const_data_ptr<int8_t>(), v.const_data_ptr<int8_t>());
  } else {
    call(kernels().attend.of(from), numbers_as(k, from), numbers_as(v, from));
  }
}

Tensor few_queries(const Tensor& q, const std::vector<Tensor>& keys,
                   const std::vector<Tensor>& values) {
  const int64_t heads = q.size(1), count = q.size(2), width = q.size(3);
  const int64_t groups = keys.front().size(0);
  const Tensor queries = q.contiguous();
  Tensor out = at::empty_like(queries);
  const auto scale = static_cast<float>(scale_of(q));
  with_numbers(queries, [&](const auto* from) {
    auto* to = numbers_of(out, from);
    share_out(q.size(0) * heads, kHeadsAtOnce, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Tensor& k = keys[static_cast<size_t>(i / heads)];
        const Tensor& v = values[static_cast<size_t>(i / heads)];
        const int64_t g = i % heads * groups / heads;
        int64_t visible[kFewQueries];
        for (int64_t t = 0; t < count; ++t) visible[t] = k.size(1) - count + t + 1;
        attend_head(from + i * count * width, count, k, v, g, visible, width, scale,
                    to + i * count * width);
      }
    });
  });
  return out;
}

// Rows of x [B, H, T, K]: of head h of sequence b, a token's row behind the other.
template <typename T>
HeadRows<T> rows_of(const T* numbers, const Tensor& x, int64_t b, int64_t h) {
  return {numbers + b * x.stride(0) + h * x.stride(1), x.stride(2)};
}

Tensor with_numbers_in_rows(const Tensor& x) { return x.stride(3) == 1 ? x : x.contiguous(); }

Tensor many_queries(const Tensor& q, const Tensor& k, const Tensor& v, Sight sight) {
  const int64_t heads = q.size(1), groups = k.size(1), count = q.size(2), width = q.size(3);
  const Tensor queries = with_numbers_in_rows(q), keys = with_numbers_in_rows(k),
               values = with_numbers_in_rows(v);
  // Laid out as what follows wants it: heads beside each other in a token's row.
  Tensor out = at::empty({q.size(0), count, heads, width}, q.options()).transpose(1, 2);
  std::vector<int64_t> visible;  // keys that a query sees
  for (int64_t t = 0; t < count; ++t) {
    visible.push_back(sight == Sight::kAll ? k.size(2) : k.size(2) - count + t + 1);
  }
  const auto scale = static_cast<float>(scale_of(q));
  const int64_t tiles = (count + kQueriesOfTile - 1) / kQueriesOfTile;
  with_numbers(queries, [&](const auto* from) {
    auto* to = numbers_of(out, from);
    share_out(q.size(0) * heads * tiles, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t b = i / tiles / heads, h = i / tiles % heads, g = h * groups / heads;
        const int64_t first = i % tiles * kQueriesOfTile;
        const auto rows = rows_of(from, queries, b, h);
        kernels().attend_many.of(from)(
            {rows.row(first), rows.stride}, std::min(kQueriesOfTile, count - first),
            rows_of(numbers_as(keys, from), keys, b, g),
            rows_of(numbers_as(values, from), values, b, g), visible.data() + first, width, scale,
            to + b * out.stride(0) + h * out.stride(1) + first * out.stride(2), out.stride(2));
      }
    });
  });
  return out;
}

}  // namespace

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, Sight sight) {
  SLAVA_CHECK_EQ(q.dim(), 4);
  SLAVA_CHECK(sight == Sight::kAll || q.size(2) <= k.size(2));
  if (!takes_kernels(q, k) || !takes_kernels(k, v) || q.size(3) > kWidestHead) {
    return libtorch_attention(q, k, v, sight);
  }
  return many_queries(q, k, v, sight);
}

Tensor attention(const Tensor& q, const std::vector<Tensor>& keys,
                 const std::vector<Tensor>& values) {
  SLAVA_CHECK_EQ(keys.size(), values.size());
  SLAVA_CHECK_EQ(static_cast<int64_t>(keys.size()), q.size(0));
  const bool in_int8 = keys.front().scalar_type() == at::kChar;
  const auto suits = [&](const Tensor& x) {
    return (in_int8 ? takes_kernels(q) : takes_kernels(q, x)) && has_whole_rows(x);
  };
  if (q.size(2) <= kFewQueries && q.size(3) <= kWidestHead && std::ranges::all_of(keys, suits) &&
      std::ranges::all_of(values, suits)) {
    return few_queries(q, keys, values);
  }
  std::vector<Tensor> rows;
  const auto numbers = [&](const Tensor& x) {
    return (in_int8 ? widened_from_int8(x).to(q.scalar_type()) : x).unsqueeze(0);
  };
  for (size_t b = 0; b < keys.size(); ++b) {
    rows.push_back(attention(q.narrow(0, static_cast<int64_t>(b), 1), numbers(keys[b]),
                             numbers(values[b]), Sight::kBefore));
  }
  return rows.size() == 1 ? rows.front() : at::cat(rows);
}

void store_in_int8(const Tensor& x, const Tensor& store) {
  SLAVA_CHECK(takes_kernels(x) && x.stride(2) == 1);
  SLAVA_CHECK(store.scalar_type() == at::kChar && has_whole_rows(store));
  SLAVA_CHECK_EQ(store.size(2), int8_row_bytes(x.size(2)));
  auto* bytes = static_cast<int8_t*>(store.data_ptr());
  with_numbers(x, [&](const auto* numbers) {
    for (int64_t g = 0; g < x.size(0); ++g) {
      kernels().store_int8_rows.of(numbers)(numbers + g * x.stride(0), x.size(1), x.stride(1),
                                            x.size(2), bytes + g * store.stride(0));
    }
  });
}

Tensor widened_from_int8(const Tensor& rows) {
  const Tensor from = rows.contiguous();
  const int64_t width = rows.size(-1) - int8_row_bytes(0);
  auto shape = rows.sizes().vec();
  shape.back() = width;
  Tensor numbers = at::empty(shape, rows.options().dtype(at::kFloat));
  kernels().widen_int8_rows(from.const_data_ptr<int8_t>(), numbers.numel() / width, width,
                            numbers.data_ptr<float>());
  return numbers;
}

Tensor libtorch_attention(const Tensor& q, const Tensor& k, const Tensor& v, Sight sight) {
  const int64_t added = q.size(2), all = k.size(2);
  const bool grouped = q.size(1) != k.size(1);
  const bool before = sight == Sight::kBefore;
  // One token sees everything and needs no mask; where all are new the kernel knows it by itself.
  std::optional<Tensor> mask;
  if (before && added > 1 && added < all) {
    mask = at::ones({added, all}, q.options().dtype(at::kBool)).tril(all - added);
  }
  return at::scaled_dot_product_attention(q, k, v, mask, 0.0,
                                          /*is_causal=*/before && added > 1 && !mask,
                                          /*scale=*/std::nullopt, grouped);
}

}  // namespace slava
