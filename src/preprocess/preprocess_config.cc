#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "preprocess/preprocess.h"

namespace slava {
namespace {

constexpr int64_t kSmallestSize = 16;
constexpr int64_t kLargestSize = 4096;

template <typename T>
struct Named {
  T value;
  std::string_view name;
};

constexpr Named<Profile> kProfiles[] = {
    {Profile::kMimicCxrJpg, "mimic-cxr-jpg"}, {Profile::kVoi, "voi"}, {Profile::kRaw, "raw"}};
constexpr Named<Fit> kFits[] = {
    {Fit::kSquare, "square"}, {Fit::kPad, "pad"}, {Fit::kCenterCrop, "center-crop"}};
constexpr Named<Resampling> kResamplings[] = {{Resampling::kArea, "area"},
                                              {Resampling::kBilinear, "bilinear"},
                                              {Resampling::kBicubic, "bicubic"}};

template <typename T, size_t N>
std::string_view name_of(const Named<T> (&table)[N], T value) {
  for (const Named<T>& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return "";
}

template <typename T, size_t N>
Result<T> value_of(const Named<T> (&table)[N], std::string_view name, std::string_view what) {
  std::vector<std::string> known;
  for (const Named<T>& entry : table) {
    if (entry.name == name) return entry.value;
    known.emplace_back(entry.name);
  }
  return fail(ErrorKind::kModel,
              cat(what, " \"", name, "\" is not known; expected one of ", join(known, ", ")));
}

Result<std::array<float, 3>> three(const std::vector<double>& numbers, const std::string& key,
                                   double above, double below) {
  std::array<float, 3> out{};
  for (size_t i = 0; i < out.size(); ++i) {
    if (!(numbers[i] > above && numbers[i] < below)) {
      return fail(ErrorKind::kModel, cat(key, " holds ", numbers[i], "; expected numbers above ",
                                         above, " and below ", below));
    }
    out[i] = static_cast<float>(numbers[i]);
  }
  return out;
}

Result<PreprocessConfig> parse(const std::string& json_text, const std::string& file_name) {
  const auto json = nlohmann::json::parse(json_text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return fail(ErrorKind::kModel, "expected a JSON object");
  JsonFields fields(json, file_name);
  const std::string profile = fields.text("image_profile");
  const std::string fit = fields.text("image_aspect_ratio");
  PreprocessConfig config;
  config.size = static_cast<int>(fields.integer("size", kSmallestSize, kLargestSize));
  const std::vector<double> mean = fields.numbers("image_mean", 3);
  const std::vector<double> std = fields.numbers("image_std", 3);
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(config.profile, profile_from(profile));
  SLAVA_TRY(config.fit, fit_from(fit));
  SLAVA_TRY(config.mean, three(mean, "image_mean", -10.0, 10.0));
  SLAVA_TRY(config.std, three(std, "image_std", 0.0, 10.0));
  return config;
}

}  // namespace

std::string_view to_string(Profile profile) { return name_of(kProfiles, profile); }
Result<Profile> profile_from(std::string_view name) {
  return value_of(kProfiles, name, "image_profile");
}
std::string_view to_string(Fit fit) { return name_of(kFits, fit); }
Result<Fit> fit_from(std::string_view name) { return value_of(kFits, name, "image_aspect_ratio"); }
std::string_view to_string(Resampling resampling) { return name_of(kResamplings, resampling); }

Result<PreprocessConfig> parse_preprocess_config(const std::string& json_text,
                                                 const std::string& file_name) {
  auto config = parse(json_text, file_name);
  if (config || config.error().message.starts_with(file_name)) return config;
  return fail(config.error().in(file_name));
}

}  // namespace slava
