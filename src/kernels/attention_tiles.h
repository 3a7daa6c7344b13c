// Attention of many queries over keys and values that they share, a tile of queries and a tile of
// keys at a time: keys and values are laid out once for all queries of a tile, scores and sums stay
// in the caches, and the softmax is taken as tiles pass (arXiv:2205.14135). For table.cc alone,
// once an instruction set.
#pragma once

#include <cstring>

#include "kernels/kernels.h"
#include "kernels/lanes.h"
#include "kernels/softmax.h"

namespace slava::SLAVA_ISA {
namespace {

// Vectors of a row of a product that are summed at a time; with 6 rows the sums fill three quarters
// of the registers.
constexpr int kMostVectors = kLanes == 16 ? 4 : 2;
constexpr int kTileRows = 6;

// With them a tile is 150 KB at a width of 80.
constexpr int64_t kTileKeys = 64;
static_assert(kQueriesOfTile % kTileRows == 0);

// Rows of numbers that lie `stride` apart.
struct Matrix {
  float* first;
  int64_t stride;

  float* row(int64_t i) const { return first + i * stride; }
};

// c = a b, or c += a b, for kRows rows of a and kVectors vectors of columns; `depth` rows of b.
template <int kRows, int kVectors, bool kAdd>
void multiply_strip(const Matrix& a, const Matrix& b, int64_t depth, const Matrix& c) {
  Lanes sum[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[r][v] = kAdd ? load(c.row(r) + v * kLanes) : Lanes{};
  }
  for (int64_t k = 0; k < depth; ++k) {
    Lanes right[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) right[v] = load(b.row(k) + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const float left = a.row(r)[k];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[r][v] += left * right[v];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      std::memcpy(c.row(r) + v * kLanes, &sum[r][v], sizeof(Lanes));
    }
  }
}

using MultiplyStrip = void(const Matrix&, const Matrix&, int64_t, const Matrix&);

// multiply_strip for up to kTileRows rows and kMostVectors vectors.
template <bool kAdd, int kRows = kTileRows, int kVectors = kMostVectors>
MultiplyStrip* strip_for(int64_t rows, int64_t vectors) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return strip_for<kAdd, kRows - 1, kVectors>(rows, vectors);
  }
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return strip_for<kAdd, kRows, kVectors - 1>(rows, vectors);
  }
  return multiply_strip<kRows, kVectors, kAdd>;
}

// The same for matrices of any size; columns are filled up to whole vectors.
template <bool kAdd>
void multiply(const Matrix& a, const Matrix& b, int64_t rows, int64_t depth, int64_t columns,
              const Matrix& c) {
  constexpr int64_t kStrip = kMostVectors * kLanes;
  for (int64_t column = 0; column < columns; column += kStrip) {
    const int64_t left = (columns - column + kLanes - 1) / kLanes;
    const int64_t vectors = left < kMostVectors ? left : kMostVectors;
    const Matrix strip{b.first + column, b.stride};
    for (int64_t row = 0; row < rows; row += kTileRows) {
      const int64_t count = rows - row < kTileRows ? rows - row : kTileRows;
      strip_for<kAdd>(count, vectors)({a.row(row), a.stride}, strip, depth,
                                      {c.row(row) + column, c.stride});
    }
  }
}

// The numbers of a tile of queries.
struct AttentionTile {
  alignas(64) float queries[kQueriesOfTile * kWidestHead];
  alignas(64) float keys[kWidestHead * kTileKeys];    // [width][keys]
  alignas(64) float values[kTileKeys * kWidestHead];  // [keys][padded width]
  alignas(64) float scores[kQueriesOfTile * kTileKeys];
  alignas(64) float sums[kQueriesOfTile * kWidestHead];  // [queries][padded width]
  RunningSoftmax softmax[kQueriesOfTile];
};

// `count` keys and values from `first` on; what fills the tile up is 0.
template <typename T>
void lay_out(const HeadRows<T>& keys, const HeadRows<T>& values, int64_t first, int64_t count,
             int64_t width, int64_t padded, AttentionTile& tile) {
  for (int64_t t = 0; t < kTileKeys; ++t) {
    float* value = tile.values + t * padded;
    if (t >= count) {
      for (int64_t i = 0; i < width; ++i) tile.keys[i * kTileKeys + t] = 0;
      for (int64_t i = 0; i < padded; ++i) value[i] = 0;
      continue;
    }
    const T* key = keys.row(first + t);
    for (int64_t i = 0; i < width; ++i) tile.keys[i * kTileKeys + t] = widened(key[i]);
    const T* from = values.row(first + t);
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) value[i] = widened(from[i]);
    for (int64_t i = width; i < padded; ++i) value[i] = 0;
  }
}

template <typename T>
void attend_tile(const HeadRows<T>& queries, int64_t count, const HeadRows<T>& keys,
                 const HeadRows<T>& values, const int64_t* visible, int64_t width, float scale,
                 T* out, int64_t out_stride, AttentionTile& tile) {
  const int64_t padded = (width + kLanes - 1) / kLanes * kLanes;
  int64_t tokens = 0;
  for (int64_t q = 0; q < count; ++q) {
    const T* from = queries.row(q);
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) tile.queries[q * width + i] = widened(from[i]) * scale;
    for (int64_t i = 0; i < padded; ++i) tile.sums[q * padded + i] = 0;
    tile.softmax[q] = {};
    if (visible[q] > tokens) tokens = visible[q];
  }
  const Matrix scores{tile.scores, kTileKeys}, sums{tile.sums, padded};
  for (int64_t first = 0; first < tokens; first += kTileKeys) {
    const int64_t seen = tokens - first < kTileKeys ? tokens - first : kTileKeys;
    lay_out(keys, values, first, seen, width, padded, tile);
    multiply<false>({tile.queries, width}, {tile.keys, kTileKeys}, count, width, seen, scores);
    for (int64_t q = 0; q < count; ++q) {
      const int64_t left = visible[q] - first;
      const int64_t of_tile = left < 0 ? 0 : left < seen ? left : seen;
      tile.softmax[q].weigh(scores.row(q), of_tile, sums.row(q), padded);
      for (int64_t t = of_tile; t < seen; ++t) scores.row(q)[t] = 0;
    }
    multiply<true>(scores, {tile.values, padded}, count, seen, padded, sums);
  }
  for (int64_t q = 0; q < count; ++q) {
    const float factor = 1 / tile.softmax[q].total;
    const float* sum = sums.row(q);
    T* to = out + q * out_stride;
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) narrow_to(sum[i] * factor, to[i]);
  }
}

template <typename T>
void attend_many(const HeadRows<T>& queries, int64_t count, const HeadRows<T>& keys,
                 const HeadRows<T>& values, const int64_t* visible, int64_t width, float scale,
                 T* out, int64_t out_stride) {
  AttentionTile tile;
  for (int64_t first = 0; first < count; first += kQueriesOfTile) {
    const int64_t size = count - first < kQueriesOfTile ? count - first : kQueriesOfTile;
    attend_tile({queries.row(first), queries.stride}, size, keys, values, visible + first, width,
                scale, out + first * out_stride, out_stride, tile);
  }
}

}  // namespace
}  // namespace slava::SLAVA_ISA
