#include "train/feature_cache.h"

#include <ATen/core/grad_mode.h>

#include "base/hash.h"
#include "base/progress.h"
#include "base/strings.h"

namespace slava {

FeatureCache::FeatureCache(const VisionEncoder& vision, const FilmStore& films, int copies,
                           const AugmentOptions& changes, uint64_t seed, const at::Device& device,
                           at::ScalarType dtype)
    : films_(static_cast<int64_t>(films.size())), versions_(copies + 1) {
  constexpr int64_t kChunk = 32;
  const at::NoGradGuard no_grad;
  features_ = at::empty({versions_ * films_, vision.patches(), vision.width()}, at::kBFloat16);
  Progress progress("films encoded", static_cast<size_t>(versions_ * films_));
  for (int64_t version = 0; version < versions_; ++version) {
    for (int64_t begin = 0; begin < films_; begin += kChunk) {
      const int64_t count = std::min(kChunk, films_ - begin);
      std::vector<size_t> chunk;
      for (int64_t i = 0; i < count; ++i) chunk.push_back(static_cast<size_t>(begin + i));
      const auto augment_seed = version == 0
                                    ? std::nullopt
                                    : std::optional(mix_seed(seed, static_cast<uint64_t>(version)));
      const Tensor pixels = films.pixels(chunk, changes, augment_seed).to(device, dtype);
      features_.narrow(0, version * films_ + begin, count)
          .copy_(vision.encode(pixels, Pass::kInference));
      progress.show(static_cast<size_t>(version * films_ + begin + count));
    }
  }
}

Tensor FeatureCache::gather(const std::vector<int64_t>& rows) const {
  return features_.index_select(0, at::tensor(rows, at::kLong)).to(at::kFloat);
}

Tensor FeatureCache::plain(const std::vector<size_t>& films) const {
  return gather({films.begin(), films.end()});
}

Tensor FeatureCache::drawn(const std::vector<size_t>& films, uint64_t seed) const {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < films.size(); ++i) {
    const auto version =
        static_cast<int64_t>(mix_seed(seed, films[i], i) % static_cast<uint64_t>(versions_));
    rows.push_back(version * films_ + static_cast<int64_t>(films[i]));
  }
  return gather(rows);
}

}  // namespace slava
