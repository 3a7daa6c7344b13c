// Against Hugging Face's image processors and Pillow (scripts/make_picture_golden.py), preset by
// preset: the 8-bit picture must be the same in every byte.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/strings.h"
#include "image/image.h"
#include "preprocess/drawn_film.h"
#include "preprocess/hf_preprocess_config.h"
#include "support/shared_data.h"

namespace slava {
namespace {

using nlohmann::json;

json golden_of(const std::string& environment) {
  std::ifstream in(cat(SLAVA_SOURCE_DIR "/tests/golden/preprocess/", environment, ".json"));
  return json::parse(in);
}

PreprocessConfig config_of(const json& golden, const std::string& preset) {
  const json& stored = golden["presets"][preset];
  const auto config = parse_hf_preprocess_config(stored["preprocessor_config"].dump(), preset,
                                                 stored["image_aspect_ratio"]);
  EXPECT_TRUE(config.has_value()) << config.error();
  PreprocessConfig out = config.value_or(PreprocessConfig{});
  if (golden["versions"]["pillow"].get<std::string>().starts_with("10."))
    out.pil_order = PilOrder::kPillow12;
  return out;
}

std::string hex_of(const uint8_t* bytes, int count) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

Image image_of(GrayImage film) {
  Image image;
  image.width = film.width;
  image.height = film.height;
  image.values.assign(film.pixels.begin(), film.pixels.end());
  image.display = std::move(film);
  return image;
}

void expect_case(const json& expected, const PreprocessConfig& config) {
  const int size = expected["size"];
  ASSERT_EQ(config.size, size);
  const Image image = image_of(drawn_film(expected["width"], expected["height"]));
  const ModelPicture picture = fit_to_size(apply_profile(image, config.profile), 1.0, config);
  EXPECT_EQ(picture.channels, expected["channels"]);
  // The rows first: they show where a difference lies.
  const size_t last_channel = static_cast<size_t>((picture.channels - 1) * size * size);
  for (const auto& [y, row] : expected["rows"].items()) {
    ASSERT_EQ(hex_of(picture.pixels.data() + last_channel + std::stoi(y) * size, size), row)
        << "row " << y;
  }
  const ModelPixels pixels = normalise(picture, config);
  EXPECT_EQ(pixels.sha256, expected["sha256"]);
  for (const json& point : expected["values"]) {
    const int at = (point[0].get<int>() * size + point[1].get<int>()) * size + point[2].get<int>();
    EXPECT_FLOAT_EQ(pixels.values[static_cast<size_t>(at)], point[3].get<float>());
  }
}

class ImageProcessor : public ::testing::TestWithParam<const char*> {};

TEST_P(ImageProcessor, GivesTheSamePictureForEveryPreset) {
  const json golden = golden_of(GetParam());
  ASSERT_GE(golden["cases"].size(), 100u);
  for (const json& expected : golden["cases"]) {
    const std::string preset = expected["preset"];
    SCOPED_TRACE(cat(preset, " of ", expected["width"], " x ", expected["height"]));
    expect_case(expected, config_of(golden, preset));
    if (HasFatalFailure()) return;
  }
}

TEST_P(ImageProcessor, GivesTheSamePicturesOfRealFilms) {
  const std::filesystem::path folder = shared_data() / "iu-xray";
  std::ifstream studies(folder / "studies.jsonl");
  if (!studies) GTEST_SKIP() << folder << " is not there; set SLAVA_SHARED_DATA";
  const json golden = golden_of(GetParam());
  const int count = golden["iu_xray"][0]["films"];
  std::vector<Image> films;
  for (std::string line; static_cast<int>(films.size()) < count && std::getline(studies, line);) {
    const std::string file = json::parse(line)["images"][0]["file"];
    auto image = load_image(folder / file, FilmFormat::kJpeg);
    ASSERT_TRUE(image.has_value()) << image.error();
    films.push_back(*std::move(image));
  }
  ASSERT_EQ(static_cast<int>(films.size()), count);
  for (const json& expected : golden["iu_xray"]) {
    SCOPED_TRACE(expected["preset"]);
    const PreprocessConfig config = config_of(golden, expected["preset"]);
    Sha256 all;
    double greys = 0;
    for (const Image& film : films) {
      const ModelPicture picture = fit_to_size(apply_profile(film, config.profile), 1.0, config);
      all.update({reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size()});
      double sum = 0;
      for (const uint8_t grey : picture.pixels) sum += grey;
      greys += sum / static_cast<double>(picture.pixels.size());
    }
    EXPECT_NEAR(greys / count, expected["mean_grey"].get<double>(), 0.001);
    EXPECT_EQ(all.hex(), expected["sha256"]);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, ImageProcessor,
                         ::testing::Values("transformers-4.36.2", "transformers-5.24.0"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace_if(
                               name, [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace slava
