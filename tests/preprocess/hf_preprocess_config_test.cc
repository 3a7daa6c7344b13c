#include "preprocess/hf_preprocess_config.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace slava {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json clip_json() {
  return json::parse(R"({"image_processor_type": "CLIPImageProcessor",
    "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336},
    "do_resize": true, "do_center_crop": true, "do_rescale": true, "do_normalize": true,
    "do_convert_rgb": true, "resample": 3, "rescale_factor": 0.00392156862745098,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711]})");
}

PreprocessConfig parsed(const json& config, const std::string& image_aspect_ratio = "") {
  const auto result = parse_hf_preprocess_config(config.dump(), "file.json", image_aspect_ratio);
  EXPECT_TRUE(result.has_value()) << result.error();
  return result.value_or(PreprocessConfig{});
}

PreprocessConfig parsed_with(const std::string& key, const json& value) {
  json config = clip_json();
  config[key] = value;
  return parsed(config);
}

std::string error_of(const std::string& text, const std::string& image_aspect_ratio = "") {
  const auto result = parse_hf_preprocess_config(text, "file.json", image_aspect_ratio);
  if (result) return "no error";
  EXPECT_EQ(result.error().kind, ErrorKind::kModel);
  EXPECT_THAT(result.error().message, StartsWith("file.json: "));
  return result.error().message;
}

std::string error_with(const std::string& key, const json& value) {
  json config = clip_json();
  config[key] = value;
  return error_of(config.dump());
}

void expect_same(const PreprocessConfig& a, const PreprocessConfig& b) {
  EXPECT_EQ(a.profile, b.profile);
  EXPECT_EQ(a.fit, b.fit);
  EXPECT_EQ(a.resampling, b.resampling);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.resize_to, b.resize_to);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.std, b.std);
  EXPECT_EQ(a.pad_rgb, b.pad_rgb);
}

TEST(HfPreprocessConfig, ReadsClips) {
  const PreprocessConfig config = parsed(clip_json());
  EXPECT_EQ(config.profile, Profile::kVoi);
  EXPECT_EQ(config.fit, Fit::kCenterCrop);
  EXPECT_EQ(config.resampling, Resampling::kBicubic);
  EXPECT_EQ(config.size, 336);
  EXPECT_EQ(config.resize_to, 336);
  EXPECT_THAT(config.mean, ElementsAre(0.48145466f, 0.4578275f, 0.40821073f));
  EXPECT_THAT(config.std, ElementsAre(0.26862954f, 0.26130258f, 0.27577711f));
  EXPECT_THAT(config.pad_rgb, ElementsAre(122, 116, 104));
}

TEST(HfPreprocessConfig, TheCheckpointsAspectRatioDecidesAboutPadding) {
  EXPECT_EQ(parsed(clip_json(), "pad").fit, Fit::kPad);
  EXPECT_EQ(parsed(clip_json(), "square").fit, Fit::kCenterCrop);
  EXPECT_THAT(error_of(clip_json().dump(), "anyres"), HasSubstr("expected pad or square"));
}

TEST(HfPreprocessConfig, ClipsDefaultIsItsFileForThatSize) {
  for (const char* aspect_ratio : {"", "pad", "square"}) {
    const auto config = tower_preprocess_config(Tower::kClip, 336, aspect_ratio);
    ASSERT_TRUE(config.has_value()) << config.error();
    expect_same(*config, parsed(clip_json(), aspect_ratio));
  }
  EXPECT_FALSE(tower_preprocess_config(Tower::kClip, 336, "anyres").has_value());
  EXPECT_FALSE(tower_preprocess_config(Tower::kClip, 0, "pad").has_value());
  // And a file that says nothing has the class's own 224.
  expect_same(parsed(json{{"image_processor_type", "CLIPImageProcessor"}}),
              *tower_preprocess_config(Tower::kClip, 224, ""));
}

TEST(HfPreprocessConfig, ReadsTheOldFormsOfSizes) {
  for (const char* key : {"size", "crop_size"})
    expect_same(parsed_with(key, 336), parsed(clip_json()));
  json old = clip_json();
  old.erase("image_processor_type");
  old["feature_extractor_type"] = "CLIPFeatureExtractor";
  expect_same(parsed(old), parsed(clip_json()));
}

TEST(HfPreprocessConfig, ReadsTheNestedFileOfNewerVersions) {
  const json nested{{"processor_class", "LlavaProcessor"}, {"image_processor", clip_json()}};
  expect_same(parsed(nested), parsed(clip_json()));
}

TEST(HfPreprocessConfig, FastProcessorsAreReadAsThePlainOnes) {
  expect_same(parsed_with("image_processor_type", "CLIPImageProcessorFast"), parsed(clip_json()));
}

TEST(HfPreprocessConfig, ReadsLlavas) {
  json config = clip_json();
  config["image_processor_type"] = "LlavaImageProcessor";
  config["do_pad"] = true;
  expect_same(parsed(config), parsed(clip_json(), "pad"));
  config["do_pad"] = false;
  expect_same(parsed(config), parsed(clip_json()));
}

TEST(HfPreprocessConfig, ReadsSiglips) {
  const json siglip{{"image_processor_type", "SiglipImageProcessor"},
                    {"size", {{"height", 384}, {"width", 384}}}};
  const PreprocessConfig config = parsed(siglip, "square");
  EXPECT_EQ(config.fit, Fit::kSquare);
  EXPECT_EQ(config.size, 384);
  EXPECT_EQ(config.resampling, Resampling::kBicubic);
  EXPECT_THAT(config.mean, ElementsAre(0.5f, 0.5f, 0.5f));
  EXPECT_THAT(config.std, ElementsAre(0.5f, 0.5f, 0.5f));
  EXPECT_THAT(config.pad_rgb, ElementsAre(127, 127, 127));
  EXPECT_EQ(parsed(siglip, "pad").fit, Fit::kPad);
}

TEST(HfPreprocessConfig, ReadsSizesThatDiffer) {
  const PreprocessConfig config = parsed_with("size", {{"shortest_edge", 384}});
  EXPECT_EQ(config.resize_to, 384);
  EXPECT_EQ(config.size, 336);
  EXPECT_EQ(parsed_with("resample", 2).resampling, Resampling::kBilinear);
  EXPECT_THAT(parsed_with("image_mean", 0.25).mean, ElementsAre(0.25f, 0.25f, 0.25f));
}

TEST(HfPreprocessConfig, PaddingIsTruncatedFromTheNumberAsWritten) {
  // 123/255 as float is a little less, and would give 122.
  EXPECT_THAT(parsed_with("image_mean", {0.48235294117647060, 0.5, 1.0}).pad_rgb,
              ElementsAre(123, 127, 255));
}

TEST(HfPreprocessConfig, AcceptsKeysWithoutBearing) {
  json config = clip_json();
  config["processor_class"] = "LlavaProcessor";
  config["_valid_processor_keys"] = {"images", "do_resize"};
  config["device"] = nullptr;
  config["pad_size"] = nullptr;
  expect_same(parsed(config), parsed(clip_json()));
}

TEST(HfPreprocessConfig, RefusesWhatItCannotDoExactly) {
  EXPECT_THAT(error_of("nothing"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("image_processor_type is missing"));
  EXPECT_THAT(error_with("image_processor_type", "ViTImageProcessor"),
              HasSubstr("\"ViTImageProcessor\"; expected CLIPImageProcessor"));
  EXPECT_THAT(error_with("image_grid_pinpoints", {{336, 672}}), HasSubstr("image_grid_pinpoints"));
  for (const char* step : {"do_resize", "do_rescale", "do_normalize"}) {
    EXPECT_THAT(error_with(step, false), HasSubstr(std::string(step) + " is false"));
    EXPECT_THAT(error_with(step, "yes"), HasSubstr("expected true or false"));
  }
  EXPECT_THAT(error_with("resample", 1), HasSubstr("resample is 1; expected 2 (bilinear) or 3"));
  EXPECT_THAT(error_with("rescale_factor", 0.0078), HasSubstr("rescale_factor"));
  EXPECT_THAT(error_with("data_format", "channels_last"), HasSubstr("data_format"));
  EXPECT_THAT(error_with("do_pad", true), HasSubstr("LlavaImageProcessor only"));
  EXPECT_THAT(error_with("do_center_crop", false), HasSubstr("would not be square"));
  EXPECT_THAT(error_with("image_mean", {0.5, 0.5}), HasSubstr("image_mean"));
  EXPECT_THAT(error_with("image_std", {0.5, 0.0, 0.5}), HasSubstr("image_std holds 0"));
}

TEST(HfPreprocessConfig, RefusesSizesThatAreNone) {
  EXPECT_THAT(error_with("size", {{"height", 336}, {"width", 224}}),
              HasSubstr("size is 336 high and 224 wide; expected a square"));
  EXPECT_THAT(error_with("size", {{"height", 336}}), HasSubstr("width is missing"));
  EXPECT_THAT(error_with("size", {{"shortest_edge", 336}, {"longest_edge", 672}}),
              HasSubstr("size holds longest_edge"));
  EXPECT_THAT(error_with("size", {{"shortest_edge", 336}, {"height", 336}}),
              HasSubstr("beside height or width"));
  for (const json& wrong : {json(0), json(-3), json(1e9), json(336.5), json("336"), json({1, 2})}) {
    EXPECT_THAT(error_with("size", wrong), HasSubstr("size is"));
    EXPECT_THAT(error_with("crop_size", wrong), HasSubstr("crop_size is"));
  }
  EXPECT_THAT(error_with("crop_size", {{"shortest_edge", 336}}),
              HasSubstr("crop_size holds shortest_edge"));
}

}  // namespace
}  // namespace slava
