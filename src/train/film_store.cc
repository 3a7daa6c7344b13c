#include "train/film_store.h"

#include <ATen/Parallel.h>

#include <cstring>
#include <mutex>
#include <opencv2/imgproc.hpp>

#include "base/hash.h"
#include "base/strings.h"

namespace slava {
namespace {

FilmFormat format_of(const std::filesystem::path& path) {
  const std::string suffix = to_lower(path.extension().string());
  if (suffix == ".png") return FilmFormat::kPng;
  if (suffix == ".jpg" || suffix == ".jpeg") return FilmFormat::kJpeg;
  return FilmFormat::kDicom;
}

// A film larger than twice the model's picture is kept at that size: training sees no more of it.
GrayImage shrink(const GrayImage& picture, int side) {
  const int longer = std::max(picture.width, picture.height);
  if (longer <= side) return picture;
  const double factor = static_cast<double>(side) / longer;
  GrayImage small;
  small.width = std::max(1, static_cast<int>(picture.width * factor));
  small.height = std::max(1, static_cast<int>(picture.height * factor));
  small.pixels.resize(static_cast<size_t>(small.width) * static_cast<size_t>(small.height));
  const cv::Mat source(picture.height, picture.width, CV_8U,
                       const_cast<uint8_t*>(picture.pixels.data()));
  cv::Mat target(small.height, small.width, CV_8U, small.pixels.data());
  cv::resize(source, target, target.size(), 0, 0, cv::INTER_AREA);
  return small;
}

}  // namespace

Result<FilmStore> FilmStore::load(const std::vector<std::filesystem::path>& films,
                                  const PreprocessConfig& config) {
  FilmStore store;
  store.config_ = config;
  store.pictures_.resize(films.size());
  store.pixel_aspects_.resize(films.size(), 1.0);
  std::mutex guard;
  std::optional<Error> first_error;
  at::parallel_for(0, static_cast<int64_t>(films.size()), 16, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const auto image = load_image(films[i], format_of(films[i]));
      if (!image) {
        const std::lock_guard<std::mutex> lock(guard);
        if (!first_error) first_error = image.error();
        return;
      }
      store.pictures_[i] = shrink(apply_profile(*image, config.profile), 2 * config.size);
      store.pixel_aspects_[i] = image->pixel_aspect;
    }
  });
  if (first_error) return fail(*first_error);
  return store;
}

template <typename PictureOf>
Tensor FilmStore::fitted(const std::vector<size_t>& films, const PictureOf& picture_of) const {
  const int64_t side = config_.size;
  Tensor pixels = at::empty({static_cast<int64_t>(films.size()), 3, side, side}, at::kFloat);
  float* out = pixels.data_ptr<float>();
  const int64_t stride = 3 * side * side;
  at::parallel_for(0, static_cast<int64_t>(films.size()), 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto place = static_cast<size_t>(i);
      const ModelPixels model_pixels =
          normalise(fit_to_size(picture_of(place), pixel_aspects_[films[place]], config_), config_);
      std::memcpy(out + i * stride, model_pixels.values.data(),
                  model_pixels.values.size() * sizeof(float));
    }
  });
  return pixels;
}

Tensor FilmStore::pixels(const std::vector<size_t>& films) const {
  return fitted(films, [&](size_t place) -> const GrayImage& { return pictures_[films[place]]; });
}

Tensor FilmStore::augmented(const std::vector<size_t>& films, const AugmentOptions& options,
                            const std::vector<uint64_t>& seeds) const {
  return fitted(
      films, [&](size_t place) { return augment(pictures_[films[place]], options, seeds[place]); });
}

Tensor FilmStore::augmented(const std::vector<size_t>& films, const AugmentOptions& options,
                            uint64_t seed) const {
  std::vector<uint64_t> seeds;
  for (size_t i = 0; i < films.size(); ++i) seeds.push_back(mix_seed(seed, films[i], i));
  return augmented(films, options, seeds);
}

std::string FilmStore::sha256(size_t film) const {
  const GrayImage& picture = pictures_[film];
  Sha256 hash;
  hash.update(cat(picture.width, "x", picture.height, " ", pixel_aspects_[film], "\n"));
  hash.update({reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size()});
  return hash.hex();
}

}  // namespace slava
