#include "preprocess/hf_preprocess_config.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr int64_t kLargestSize = 4096;
constexpr std::array<double, 3> kClipMean{0.48145466, 0.4578275, 0.40821073};
constexpr std::array<double, 3> kClipStd{0.26862954, 0.26130258, 0.27577711};
constexpr std::array<double, 3> kHalves{0.5, 0.5, 0.5};

enum class Processor { kClip, kLlava, kSiglip };

// Keys that this file reads, then those without bearing on the picture of one film.
constexpr std::string_view kKeysRead[] = {"image_processor_type",
                                          "feature_extractor_type",
                                          "size",
                                          "crop_size",
                                          "do_resize",
                                          "do_center_crop",
                                          "do_rescale",
                                          "rescale_factor",
                                          "do_normalize",
                                          "do_pad",
                                          "resample",
                                          "image_mean",
                                          "image_std",
                                          "data_format"};
constexpr std::string_view kKeysWithoutBearing[] = {"processor_class",   "_valid_processor_keys",
                                                    "do_convert_rgb",    "auto_map",
                                                    "return_tensors",    "device",
                                                    "input_data_format", "disable_grouping",
                                                    "image_seq_length",  "transformers_version",
                                                    "_name_or_path",     "_commit_hash"};

// `size` or `crop_size`: one number for the shortest edge, or for both sides.
struct Extent {
  int side = 0;
  bool is_shortest_edge = false;
};

Result<Processor> processor_from(std::string name) {
  for (const std::string_view kind : {"Fast", "Pil"}) {
    if (name.ends_with(kind)) name.resize(name.size() - kind.size());
  }
  if (name == "CLIPImageProcessor" || name == "CLIPFeatureExtractor") return Processor::kClip;
  if (name == "LlavaImageProcessor") return Processor::kLlava;
  if (name == "SiglipImageProcessor") return Processor::kSiglip;
  return fail(ErrorKind::kModel,
              cat("image_processor_type is \"", name,
                  "\"; expected CLIPImageProcessor, CLIPFeatureExtractor, LlavaImageProcessor or "
                  "SiglipImageProcessor"));
}

Status check_keys(const json& object) {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : object.items()) {
    if (value.is_null() || std::ranges::count(kKeysRead, key) > 0 ||
        std::ranges::count(kKeysWithoutBearing, key) > 0) {
      continue;
    }
    unknown.push_back(key);
  }
  if (unknown.empty()) return {};
  return fail(ErrorKind::kModel, cat("what ", join(unknown, ", "),
                                     " does to a picture is not known; remove the key if it does "
                                     "nothing"));
}

// `object[key]` as a number (which means the shortest edge or both sides, as told), as
// {"shortest_edge": n} or as {"height": n, "width": n}.
Result<Extent> extent_of(const json& object, const std::string& where, const std::string& key,
                         bool number_is_shortest_edge) {
  JsonFields whole(object, where);
  if (!object.at(key).is_object()) {
    const auto side = static_cast<int>(whole.integer(key, 1, kLargestSize));
    if (!whole.finish()) {
      return fail(
          ErrorKind::kModel,
          cat(key, " is ", object.at(key).dump(-1, ' ', true, json::error_handler_t::replace),
              "; expected a whole number from 1 to ", kLargestSize,
              ", {\"shortest_edge\": ...} or {\"height\": ..., \"width\": ...}"));
    }
    return Extent{side, number_is_shortest_edge};
  }
  const json& sides = object.at(key);
  for (const auto& [name, value] : sides.items()) {
    if (!value.is_null() && name != "shortest_edge" && name != "height" && name != "width") {
      return fail(ErrorKind::kModel, cat(key, " holds ", name,
                                         ", which is not supported; expected shortest_edge, or "
                                         "height and width"));
    }
  }
  JsonFields fields(sides, cat(where, ": ", key));
  if (fields.has("shortest_edge")) {
    const auto side = static_cast<int>(fields.integer("shortest_edge", 1, kLargestSize));
    SLAVA_TRY_STATUS(fields.finish());
    if (fields.has("height") || fields.has("width")) {
      return fail(ErrorKind::kModel,
                  cat(key, " holds shortest_edge beside height or width; expected one of the two"));
    }
    return Extent{side, true};
  }
  const auto height = static_cast<int>(fields.integer("height", 1, kLargestSize));
  const auto width = static_cast<int>(fields.integer("width", 1, kLargestSize));
  SLAVA_TRY_STATUS(fields.finish());
  if (height != width) {
    return fail(ErrorKind::kModel,
                cat(key, " is ", height, " high and ", width, " wide; expected a square"));
  }
  return Extent{height, false};
}

// Three numbers, or one for all three.
Result<std::array<double, 3>> channels_of(const json& object, const std::string& key,
                                          const std::array<double, 3>& otherwise, double above,
                                          double below) {
  JsonFields fields(object, "");
  if (!fields.has(key)) return otherwise;
  std::array<double, 3> out{};
  if (object.at(key).is_number()) {
    out.fill(object.at(key).get<double>());
  } else {
    const std::vector<double> numbers = fields.numbers(key, 3);
    if (!fields.finish()) {
      return fail(ErrorKind::kModel, cat(key, " is not a list of 3 numbers, nor one number"));
    }
    std::ranges::copy(numbers, out.begin());
  }
  for (const double number : out) {
    if (!(number > above && number < below)) {
      return fail(ErrorKind::kModel, cat(key, " holds ", number, "; expected numbers above ", above,
                                         " and below ", below));
    }
  }
  return out;
}

// The steps that every one of these processors takes; one left out would need another model.
Status check_steps(const json& object, const std::string& where) {
  JsonFields fields(object, where);
  std::vector<std::string> left_out;
  for (const char* step : {"do_resize", "do_rescale", "do_normalize"}) {
    if (!fields.flag_or(step, true)) left_out.emplace_back(step);
  }
  const double factor = fields.number_or("rescale_factor", 1.0 / 255.0);
  const std::string format = fields.text_or("data_format", "channels_first");
  SLAVA_TRY_STATUS(fields.finish());
  if (!left_out.empty()) {
    return fail(ErrorKind::kModel,
                cat(join(left_out, ", "), " is false, which is not supported; expected true"));
  }
  if (std::abs(factor - 1.0 / 255.0) > 1e-9) {
    return fail(ErrorKind::kModel,
                cat("rescale_factor is ", factor, "; expected 1/255 (0.00392156862745098)"));
  }
  if (format != "channels_first") {
    return fail(ErrorKind::kModel,
                cat("data_format is \"", format, "\"; expected \"channels_first\""));
  }
  return {};
}

Result<Resampling> resampling_of(const json& object) {
  if (!JsonFields(object, "").has("resample")) return Resampling::kBicubic;
  const json& resample = object.at("resample");
  if (resample == json(3)) return Resampling::kBicubic;
  if (resample == json(2)) return Resampling::kBilinear;
  return fail(ErrorKind::kModel,
              cat("resample is ", resample.dump(-1, ' ', true, json::error_handler_t::replace),
                  "; expected 2 (bilinear) or 3 (bicubic)"));
}

Result<bool> pads_first(const std::string& image_aspect_ratio) {
  if (image_aspect_ratio == "pad") return true;
  if (image_aspect_ratio == "square" || image_aspect_ratio.empty()) return false;
  return fail(ErrorKind::kModel,
              cat("image_aspect_ratio \"", image_aspect_ratio,
                  "\" of the checkpoint's config.json is not supported; expected pad or square"));
}

// Fit, size and resize_to from the three things that decide them.
Status set_shape(PreprocessConfig& config, const Extent& resize, const std::optional<Extent>& crop,
                 bool pads) {
  config.resize_to = resize.side;
  config.size = crop ? crop->side : resize.side;
  if (pads) {
    config.fit = Fit::kPad;
  } else if (!resize.is_shortest_edge) {
    config.fit = Fit::kSquare;
  } else if (crop) {
    config.fit = Fit::kCenterCrop;
  } else {
    return fail(ErrorKind::kModel,
                cat("size is the shortest edge (", resize.side,
                    ") and do_center_crop is false, so that pictures would not be square; expected "
                    "do_center_crop true, or size with height and width"));
  }
  return {};
}

void set_channels(PreprocessConfig& config, const std::array<double, 3>& mean,
                  const std::array<double, 3>& std) {
  for (size_t i = 0; i < 3; ++i) {
    config.mean[i] = static_cast<float>(mean[i]);
    config.std[i] = static_cast<float>(std[i]);
    // From the number as written: as float it may fall short of the whole number it stands for.
    config.pad_rgb[i] = static_cast<uint8_t>(std::clamp(mean[i], 0.0, 1.0) * 255.0);
  }
}

Result<PreprocessConfig> parse(const json& object, const std::string& where,
                               const std::string& image_aspect_ratio) {
  JsonFields fields(object, where);
  const char* type_key =
      fields.has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
  if (!fields.has(type_key) || !object.at(type_key).is_string()) {
    return fail(ErrorKind::kModel, "image_processor_type is missing; expected CLIPImageProcessor");
  }
  SLAVA_TRY(const Processor processor, processor_from(object.at(type_key).get<std::string>()));
  SLAVA_TRY_STATUS(check_keys(object));
  SLAVA_TRY_STATUS(check_steps(object, where));
  SLAVA_TRY(bool pads, pads_first(image_aspect_ratio));
  PreprocessConfig config;
  config.profile = Profile::kVoi;
  SLAVA_TRY(config.resampling, resampling_of(object));

  const bool is_siglip = processor == Processor::kSiglip;
  const bool pads_itself = fields.flag_or("do_pad", false);
  const bool crops = fields.flag_or("do_center_crop", !is_siglip);
  SLAVA_TRY_STATUS(fields.finish());
  if (pads_itself && processor != Processor::kLlava) {
    return fail(ErrorKind::kModel, "do_pad is true; expected it of LlavaImageProcessor only");
  }
  pads = pads || pads_itself;
  if (crops && is_siglip) {
    return fail(ErrorKind::kModel, "do_center_crop is true; SiglipImageProcessor does not crop");
  }
  Extent resize{224, !is_siglip};
  if (fields.has("size")) {
    SLAVA_TRY(resize, extent_of(object, where, "size", /*number_is_shortest_edge=*/true));
  }
  std::optional<Extent> crop;
  if (crops) {
    crop = Extent{224, false};
    if (fields.has("crop_size")) {
      SLAVA_TRY(crop, extent_of(object, where, "crop_size", /*number_is_shortest_edge=*/false));
      if (crop->is_shortest_edge) {
        return fail(ErrorKind::kModel,
                    "crop_size holds shortest_edge; expected a number, or height and width");
      }
    }
  }
  SLAVA_TRY_STATUS(set_shape(config, resize, crop, pads));

  SLAVA_TRY(const auto mean,
            channels_of(object, "image_mean", is_siglip ? kHalves : kClipMean, -10.0, 10.0));
  SLAVA_TRY(const auto std,
            channels_of(object, "image_std", is_siglip ? kHalves : kClipStd, 0.0, 10.0));
  set_channels(config, mean, std);
  return config;
}

}  // namespace

Result<PreprocessConfig> parse_hf_preprocess_config(const std::string& json_text,
                                                    const std::string& file_name,
                                                    const std::string& image_aspect_ratio) {
  const json whole = json::parse(json_text, nullptr, /*allow_exceptions=*/false);
  if (!whole.is_object()) {
    return fail(ErrorKind::kModel, cat(file_name, ": expected a JSON object"));
  }
  const bool is_nested = whole.contains("image_processor") && whole["image_processor"].is_object();
  auto config = parse(is_nested ? whole["image_processor"] : whole, file_name, image_aspect_ratio);
  if (config || config.error().message.starts_with(file_name)) return config;
  return fail(config.error().in(file_name));
}

Result<PreprocessConfig> tower_preprocess_config(Tower tower, int image_size,
                                                 const std::string& image_aspect_ratio) {
  if (image_size < 1 || image_size > kLargestSize) {
    return fail(ErrorKind::kModel, cat("the vision tower takes pictures of ", image_size,
                                       "; expected 1 to ", kLargestSize));
  }
  SLAVA_TRY(const bool pads, pads_first(image_aspect_ratio));
  PreprocessConfig config;
  config.profile = Profile::kVoi;
  config.resampling = Resampling::kBicubic;
  if (tower == Tower::kSiglip) {
    SLAVA_TRY_STATUS(set_shape(config, {image_size, false}, std::nullopt, pads));
    set_channels(config, kHalves, kHalves);
  } else {
    SLAVA_TRY_STATUS(set_shape(config, {image_size, true}, Extent{image_size, false}, pads));
    set_channels(config, kClipMean, kClipStd);
  }
  return config;
}

}  // namespace slava
