#include "gate/film_features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace slava {
namespace {

constexpr int kSide = kThumbnailSide;
constexpr int kCell = 8;
constexpr int kCells = kSide / kCell;
constexpr int kBins = 8;
constexpr int kCoarse = 16;
constexpr int kBlock = kSide / kCoarse;
constexpr double kSoftness = 0.5;
constexpr int kPixels = kSide * kSide;

// For each cell the first pixel that it covers and the shares of that and the next ones.
struct Coverage {
  int first = 0;
  std::vector<double> shares;
};

std::vector<Coverage> coverage(int length) {
  std::vector<Coverage> cells(kSide);
  for (int cell = 0; cell < kSide; ++cell) {
    const double begin = static_cast<double>(cell) * length / kSide;
    const double end = static_cast<double>(cell + 1) * length / kSide;
    cells[cell].first = static_cast<int>(begin);
    double sum = 0;
    for (int pixel = cells[cell].first; pixel < std::min<double>(length, std::ceil(end)); ++pixel) {
      const double share =
          std::max(0.0, std::min<double>(end, pixel + 1) - std::max<double>(begin, pixel));
      cells[cell].shares.push_back(share);
      sum += share;
    }
    for (double& share : cells[cell].shares) share /= sum;
  }
  return cells;
}

// Between the 2nd and the 98th percentile 0 to 1.
std::vector<double> stretched(const std::vector<double>& thumbnail) {
  std::vector<double> ordered = thumbnail;
  std::sort(ordered.begin(), ordered.end());
  const int last = kPixels - 1;
  const double low = ordered[last / 50];
  const double high = ordered[last - last / 50];
  std::vector<double> grey(kPixels, 0.0);
  if (high - low < 1) return grey;
  for (int i = 0; i < kPixels; ++i) {
    grey[i] = std::clamp((thumbnail[i] - low) / (high - low), 0.0, 1.0);
  }
  return grey;
}

void add_edges(const std::vector<double>& grey, std::vector<float>& features) {
  const auto at = [&](int y, int x) {
    return grey[std::clamp(y, 0, kSide - 1) * kSide + std::clamp(x, 0, kSide - 1)];
  };
  std::vector<double> cells(kCells * kCells * kBins, 0.0);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double gx = at(y, x + 1) - at(y, x - 1);
      const double gy = at(y + 1, x) - at(y - 1, x);
      const double size = std::sqrt(gx * gx + gy * gy);
      const double turn = std::atan2(gy, gx) / (2 * std::numbers::pi);
      const double place = (turn - std::floor(turn)) * kBins;
      const double lower = std::floor(place);
      const int bin = static_cast<int>(lower) % kBins;
      double* cell = &cells[((y / kCell) * kCells + x / kCell) * kBins];
      cell[bin] += size * (1 - (place - lower));
      cell[(bin + 1) % kBins] += size * (place - lower);
    }
  }
  for (int cell = 0; cell < kCells * kCells; ++cell) {
    double sum = kSoftness * kSoftness;
    for (int bin = 0; bin < kBins; ++bin) sum += std::pow(cells[cell * kBins + bin], 2);
    for (int bin = 0; bin < kBins; ++bin) {
      features.push_back(static_cast<float>(cells[cell * kBins + bin] / std::sqrt(sum)));
    }
  }
}

void add_coarse_picture(const std::vector<double>& grey, std::vector<float>& features) {
  for (int cell_y = 0; cell_y < kCoarse; ++cell_y) {
    for (int cell_x = 0; cell_x < kCoarse; ++cell_x) {
      double sum = 0;
      for (int y = 0; y < kBlock; ++y) {
        for (int x = 0; x < kBlock; ++x) {
          sum += grey[(cell_y * kBlock + y) * kSide + cell_x * kBlock + x];
        }
      }
      features.push_back(static_cast<float>(sum / (kBlock * kBlock) - 0.5));
    }
  }
}

}  // namespace

std::vector<double> thumbnail_of(const GrayImage& picture) {
  SLAVA_CHECK(picture.width > 0 && picture.height > 0);
  const std::vector<Coverage> columns = coverage(picture.width);
  const std::vector<Coverage> rows = coverage(picture.height);
  std::vector<double> narrow(static_cast<size_t>(picture.height) * kSide);
  for (int y = 0; y < picture.height; ++y) {
    const uint8_t* row = &picture.pixels[static_cast<size_t>(y) * picture.width];
    for (int x = 0; x < kSide; ++x) {
      double sum = 0;
      for (size_t i = 0; i < columns[x].shares.size(); ++i) {
        sum += columns[x].shares[i] * row[columns[x].first + i];
      }
      narrow[static_cast<size_t>(y) * kSide + x] = sum;
    }
  }
  std::vector<double> thumbnail(kPixels, 0.0);
  for (int y = 0; y < kSide; ++y) {
    for (size_t i = 0; i < rows[y].shares.size(); ++i) {
      const double* from = &narrow[(rows[y].first + i) * kSide];
      for (int x = 0; x < kSide; ++x) thumbnail[y * kSide + x] += rows[y].shares[i] * from[x];
    }
  }
  return thumbnail;
}

std::vector<float> film_features(const std::vector<double>& thumbnail) {
  SLAVA_CHECK(thumbnail.size() == kPixels);
  const std::vector<double> grey = stretched(thumbnail);
  std::vector<float> features;
  add_edges(grey, features);
  add_coarse_picture(grey, features);
  return features;
}

}  // namespace slava
