// The pixel checks on real films, on their spoilt twins, and on pictures that show nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "gate/gate.h"
#include "support/shared_data.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> found(const Image& image, View view, const GateOptions& options = {}) {
  std::vector<std::string> found;
  for (const GateFinding& finding : check_pixels(image, view, options)) {
    found.push_back(std::string(to_string(finding.reason)) + " " +
                    std::string(to_string(finding.action)));
  }
  return found;
}

Image image_of(int width, int height, std::vector<uint8_t> pixels) {
  Image image;
  image.width = width;
  image.height = height;
  image.values.assign(pixels.begin(), pixels.end());
  image.display = {width, height, std::move(pixels)};
  return image;
}

Image quarter_turned(const Image& image) {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < image.width; ++y) {
    for (int x = 0; x < image.height; ++x) {
      pixels.push_back(
          image.display.pixels[static_cast<size_t>(x) * image.width + (image.width - 1 - y)]);
    }
  }
  return image_of(image.height, image.width, std::move(pixels));
}

Image upside_down(const Image& image) {
  std::vector<uint8_t> pixels(image.display.pixels.rbegin(), image.display.pixels.rend());
  return image_of(image.width, image.height, std::move(pixels));
}

Image negative(const Image& image) {
  std::vector<uint8_t> pixels = image.display.pixels;
  for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>(255 - pixel);
  return image_of(image.width, image.height, std::move(pixels));
}

Image blank(const Image& image, uint8_t grey) {
  return image_of(image.width, image.height,
                  std::vector<uint8_t>(image.display.pixels.size(), grey));
}

struct RealFilm {
  fs::path path;
  View view;
};

// The samples that ship, and the shared films where they are.
std::vector<RealFilm> real_films() {
  std::vector<RealFilm> films;
  const fs::path samples = fs::path(SLAVA_SOURCE_DIR) / "models/samples";
  for (const char* sample : {"normal-heart", "enlarged-heart"}) {
    films.push_back({samples / sample / "pa.dcm", View::kFrontal});
    films.push_back({samples / sample / "lateral.dcm", View::kLateral});
  }
  for (const char* name : {"nih_dx_implicit_le.dcm", "rsna_cr_jpeg_baseline.dcm"}) {
    const fs::path path = shared_data() / "dicom" / name;
    if (fs::exists(path)) films.push_back({path, View::kFrontal});
  }
  return films;
}

class RealFilms : public ::testing::TestWithParam<RealFilm> {
 protected:
  void SetUp() override {
    auto image = load_image(GetParam().path, FilmFormat::kDicom);
    ASSERT_TRUE(image) << image.error();
    image_ = *std::move(image);
  }
  std::vector<std::string> found_in(const Image& image) { return found(image, GetParam().view); }

  Image image_;
};

TEST_P(RealFilms, PassWithoutAWord) {
  EXPECT_THAT(found_in(image_), IsEmpty());
  const auto tags = read_dicom_header(GetParam().path);
  ASSERT_TRUE(tags) << tags.error();
  EXPECT_FALSE(refuses(check_tags(*tags, {})));
}

TEST_P(RealFilms, TurnedTwinsAreWarnedOfOrRefused) {
  const auto warned_or_refused =
      AnyOf(Contains("rotated warn"), Contains("not_a_chest_film refuse"));
  EXPECT_THAT(found_in(quarter_turned(image_)), warned_or_refused);
  EXPECT_THAT(found_in(upside_down(image_)), warned_or_refused);
  EXPECT_THAT(found_in(quarter_turned(upside_down(image_))), warned_or_refused);
}

TEST_P(RealFilms, InvertedTwinsAreWarnedOfOrRefused) {
  EXPECT_THAT(found_in(negative(image_)),
              AnyOf(Contains("inverted warn"), Contains("not_a_chest_film refuse")));
}

TEST_P(RealFilms, BlankTwinsAreRefused) {
  for (const uint8_t grey : {0, 128, 255}) {
    EXPECT_THAT(found_in(blank(image_, grey)), Contains("near_blank refuse"));
  }
}

TEST_P(RealFilms, TheOtherViewIsWarnedOf) {
  const View other = GetParam().view == View::kFrontal ? View::kLateral : View::kFrontal;
  EXPECT_THAT(found(image_, other), ElementsAre("view warn"));
}

TEST_P(RealFilms, NothingIsLookedAtWhenAllIsOff) {
  GateOptions off;
  off.set_all(GateAction::kOff);
  EXPECT_THAT(found(blank(image_, 0), View::kFrontal, off), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Gate, RealFilms, ::testing::ValuesIn(real_films()), [](const auto& film) {
  std::string name =
      film.param.path.parent_path().filename().string() + film.param.path.stem().string();
  std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
  return name;
});

TEST(PixelChecks, NoiseIsNoFilm) {
  std::mt19937 random(5);
  std::vector<uint8_t> pixels(256 * 256);
  std::generate(pixels.begin(), pixels.end(), [&] { return static_cast<uint8_t>(random()); });
  EXPECT_THAT(found(image_of(256, 256, std::move(pixels)), View::kFrontal),
              Contains("near_blank refuse"));
}

TEST(PixelChecks, AWhiteFrameWithAThinBorderIsBlank) {
  std::vector<uint8_t> pixels(300 * 300, 255);
  std::fill(pixels.begin(), pixels.begin() + 300, 0);
  EXPECT_THAT(found(image_of(300, 300, std::move(pixels)), View::kFrontal),
              Contains("near_blank refuse"));
}

TEST(PixelChecks, AGradientIsNoChestFilm) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 256 * 256; ++i) pixels.push_back(static_cast<uint8_t>(i / 256));
  EXPECT_THAT(found(image_of(256, 256, std::move(pixels)), View::kFrontal),
              Contains("not_a_chest_film refuse"));
}

TEST(PixelChecks, ExtremeSizesAreWarnedOf) {
  const auto gradient = [](int width, int height) {
    std::vector<uint8_t> pixels;
    for (int i = 0; i < width * height; ++i)
      pixels.push_back(static_cast<uint8_t>(i * 255L / (width * height)));
    return image_of(width, height, std::move(pixels));
  };
  EXPECT_THAT(found(gradient(100, 120), View::kFrontal), Contains("size warn"));
  EXPECT_THAT(found(gradient(600, 200), View::kFrontal), Contains("size warn"));
  EXPECT_THAT(found(gradient(600, 500), View::kFrontal), Not(Contains("size warn")));
  Image squeezed = gradient(600, 400);
  squeezed.pixel_aspect = 0.4;
  EXPECT_THAT(found(squeezed, View::kFrontal), Contains("size warn"));
}

}  // namespace
}  // namespace slava
