#include "train/feature_cache.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include "base/hash.h"
#include "base/progress.h"
#include "base/strings.h"

namespace slava {
namespace {

constexpr size_t kChunk = 32;       // films that are encoded at a time
constexpr size_t kFileFilms = 512;  // film versions in a file of the store

std::vector<std::string> hashes_of(const FilmStore& films) {
  std::vector<std::string> hashes(films.size());
  at::parallel_for(0, static_cast<int64_t>(films.size()), 16, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      hashes[i] = films.sha256(i);
    }
  });
  return hashes;
}

// What sets a version apart from the film's others: 0 is the plain one.
std::string name_of(const FilmChanges& changes, int version) {
  if (version == 0) return "plain";
  const AugmentOptions& limits = changes.limits;
  return cat("changed-", limits.rotate_deg, "-", limits.shift, "-", limits.scale, "-",
             limits.contrast, "-", changes.seed, "-", version);
}

uint64_t first_64_bits(const std::string& sha256) {
  return std::stoull(sha256.substr(0, 16), nullptr, 16);
}

}  // namespace

Result<FeatureCache> FeatureCache::make(const VisionEncoder& vision, const FilmStore& films,
                                        const FilmChanges& changes, FeatureStore* store,
                                        const at::Device& device, at::ScalarType dtype) {
  const at::NoGradGuard no_grad;
  const auto hashes = hashes_of(films);
  FeatureCache cache;
  cache.films_ = static_cast<int64_t>(films.size());
  cache.versions_ = changes.copies + 1;
  cache.features_ =
      at::empty({cache.versions_ * cache.films_, vision.patches(), vision.width()}, at::kBFloat16);
  Progress progress("films encoded", static_cast<size_t>(cache.versions_ * cache.films_));
  size_t done = 0;
  TensorMap fresh;  // encoded, and not in the store yet
  const auto store_fresh = [&]() -> Status {
    if (!store || fresh.empty()) return {};
    SLAVA_TRY_STATUS(store->add(fresh));
    fresh.clear();
    return {};
  };
  for (int version = 0; version < cache.versions_; ++version) {
    const std::string version_name = name_of(changes, version);
    const uint64_t version_seed = mix_seed(changes.seed, static_cast<uint64_t>(version));
    const auto row = [&](size_t film) {
      return cache.features_[version * cache.films_ + static_cast<int64_t>(film)];
    };
    const auto stored_name = [&](size_t film) { return cat(hashes[film], " ", version_name); };
    std::vector<size_t> chunk;
    const auto encode_chunk = [&] {
      if (chunk.empty()) return;
      std::vector<uint64_t> seeds;
      for (const size_t film : chunk) {
        seeds.push_back(mix_seed(version_seed, first_64_bits(hashes[film])));
      }
      const Tensor pixels =
          version == 0 ? films.pixels(chunk) : films.augmented(chunk, changes.limits, seeds);
      const Tensor encoded = vision.encode(pixels.to(device, dtype), Pass::kInference);
      for (size_t i = 0; i < chunk.size(); ++i) {
        row(chunk[i]).copy_(encoded[static_cast<int64_t>(i)]);
        if (store) fresh[stored_name(chunk[i])] = row(chunk[i]);
      }
      progress.show(done += chunk.size());
      chunk.clear();
    };
    for (size_t film = 0; film < films.size(); ++film) {
      const Tensor stored = store ? store->find(stored_name(film)) : Tensor();
      if (stored.defined() && stored.sizes() == row(film).sizes()) {
        row(film).copy_(stored);
        ++done;
        continue;
      }
      chunk.push_back(film);
      if (chunk.size() == kChunk) encode_chunk();
      if (fresh.size() >= kFileFilms) SLAVA_TRY_STATUS(store_fresh());
    }
    encode_chunk();
  }
  SLAVA_TRY_STATUS(store_fresh());
  return cache;
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
