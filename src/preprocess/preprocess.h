// Pixels of a film into what the model sees: profile (grey scale), shape, normalisation.
// The settings belong to the checkpoint, never to the code. Never here: libtorch.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "preprocess/pil_resize.h"

namespace slava {

enum class Profile {
  kMimicCxrJpg,  // "mimic-cxr-jpg": minimum-maximum to 0..255 truncated, inverted if MONOCHROME1,
                 // equalizeHist
  kVoi,          // "voi": Image::display; a PNG or JPEG of 8 bit keeps its stored values
  kRaw,          // "raw": minimum-maximum to 0..255 rounded, inverted if MONOCHROME1
};
enum class Fit {
  kSquare,      // "square": both sides to S, the aspect ratio is lost
  kPad,         // "pad": nothing of the film is lost. kArea: longer side to S, the rest filled with
                // the mean's grey. Else as LLaVA: padded to a square with `pad_rgb`, then resized
  kCenterCrop,  // "center-crop": shortest side to S, then the middle S x S, as CLIP; the ends of a
                // film that is not square are cut off. Resampled as Pillow does (kArea: kBicubic)
};
enum class Resampling {
  kArea,      // "area": OpenCV's, area averages when shrinking, linear when growing
  kBilinear,  // "bilinear": Pillow's, antialiased
  kBicubic,   // "bicubic": the same
};

struct PreprocessConfig {
  Profile profile = Profile::kMimicCxrJpg;
  Fit fit = Fit::kSquare;
  Resampling resampling = Resampling::kArea;
  PilOrder pil_order = PilOrder::kPillow13;  // Pillow's resampling only
  int size = 224;                            // S
  // Pillow's resampling only: the (shortest) side is resized to this and the middle S x S cut out,
  // with zeros around where it is smaller than S. 0 stands for S.
  int resize_to = 0;
  std::array<float, 3> mean{0.5f, 0.5f, 0.5f};
  std::array<float, 3> std{0.5f, 0.5f, 0.5f};
  std::array<uint8_t, 3> pad_rgb{127, 127, 127};  // kPad with Pillow's resampling: int(255 * mean)
};

std::string_view to_string(Profile profile);
Result<Profile> profile_from(std::string_view name);  // kModel, lists the known names
std::string_view to_string(Fit fit);
Result<Fit> fit_from(std::string_view name);
std::string_view to_string(Resampling resampling);

// The preprocessor_config.json of this project's own checkpoints: keys `image_profile`,
// `image_aspect_ratio`, `size`, `image_mean`, `image_std`; kArea. kModel when a key is missing or
// has a value that is not known. Other checkpoints' files: preprocess/hf_preprocess_config.h.
Result<PreprocessConfig> parse_preprocess_config(const std::string& json_text,
                                                 const std::string& file_name);

// The 8-bit picture that the model sees.
struct ModelPicture {
  int size = 0;                 // S
  int channels = 1;             // 3, or 1 where all three are equal
  std::vector<uint8_t> pixels;  // [channels, S, S]
};

struct ModelPixels {
  int size = 0;               // S
  std::vector<float> values;  // [3, S, S], normalised
  std::string sha256;  // of ModelPicture::pixels: [S, S] bytes, or [3, S, S] of a coloured one
};

// Grey scale alone, at the film's own size.
GrayImage apply_profile(const Image& image, Profile profile);
// A grey film at its own size into S x S; pixels of another `pixel_aspect` than 1 are made square
// first, but for kSquare.
ModelPicture fit_to_size(const GrayImage& picture, double pixel_aspect,
                         const PreprocessConfig& config);
// (pixel / 255 - mean) / std of each channel.
ModelPixels normalise(const ModelPicture& picture, const PreprocessConfig& config);

// The three in turn.
ModelPixels preprocess(const Image& image, const PreprocessConfig& config);

}  // namespace slava
