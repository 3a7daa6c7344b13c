// Pixels of a film into what the model sees: profile (grey scale), shape, normalisation.
// The settings belong to the checkpoint, never to the code. Never here: libtorch.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "image/image.h"

namespace slava {

enum class Profile {
  kMimicCxrJpg,  // "mimic-cxr-jpg": minimum-maximum to 0..255 truncated, inverted if MONOCHROME1,
                 // equalizeHist
  kVoi,          // "voi": Image::display
  kRaw,          // "raw": minimum-maximum to 0..255 rounded, inverted if MONOCHROME1
};
enum class Fit {
  kSquare,  // "square": both sides to S, the aspect ratio is lost
  kPad,     // "pad": longer side to S, the rest filled with the mean
};

struct PreprocessConfig {
  Profile profile = Profile::kMimicCxrJpg;
  Fit fit = Fit::kSquare;
  int size = 224;  // S
  std::array<float, 3> mean{0.5f, 0.5f, 0.5f};
  std::array<float, 3> std{0.5f, 0.5f, 0.5f};
};

std::string_view to_string(Profile profile);
Result<Profile> profile_from(std::string_view name);  // kModel, lists the known names
std::string_view to_string(Fit fit);
Result<Fit> fit_from(std::string_view name);

// The checkpoint's preprocessor_config.json: keys `image_profile`, `image_aspect_ratio`, `size`,
// `image_mean`, `image_std`. kModel when a key is missing or has a value that is not known.
Result<PreprocessConfig> parse_preprocess_config(const std::string& json_text,
                                                 const std::string& file_name);

struct ModelPixels {
  int size = 0;               // S
  std::vector<float> values;  // [3, S, S], normalised
  std::string sha256;         // of the 8-bit [S, S] picture before normalisation
};

// Grey scale alone, at the film's own size.
GrayImage apply_profile(const Image& image, Profile profile);
// The 8-bit picture that the model sees: S x S.
GrayImage fit_to_size(const GrayImage& picture, double pixel_aspect,
                      const PreprocessConfig& config);
// [3, S, S] of an S x S picture.
ModelPixels normalise(const GrayImage& picture, const PreprocessConfig& config);

// The three in turn.
ModelPixels preprocess(const Image& image, const PreprocessConfig& config);

}  // namespace slava
