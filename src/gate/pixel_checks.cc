#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "gate/film_check.h"
#include "gate/film_features.h"
#include "gate/gate.h"

namespace slava {
namespace {

constexpr int kShortestSide = 128;
constexpr int kLongestSide = 10000;
constexpr double kMostElongated = 2.0;

// Fewer different values in the middle 98% of the pixels make no radiograph.
constexpr size_t kFewestLevels = 16;
// Blocks of 8 x 8 pixels keep nearly all of a film's variance; of white noise a 64th.
constexpr int kBlock = 8;
constexpr double kLeastBlockShare = 0.4;
// Below it a state of a chest film is not told.
constexpr double kLeastSure = 0.5;

size_t levels_of(const std::vector<float>& values) {
  // Every n-th of a large film: sorting all would cost more than loading it.
  constexpr size_t kMost = 200'000;
  const size_t step = values.size() / kMost + 1;
  std::vector<float> sample;
  for (size_t i = 0; i < values.size(); i += step) sample.push_back(values[i]);
  std::sort(sample.begin(), sample.end());
  const size_t cut = sample.size() / 100;
  size_t levels = 0;
  for (size_t i = cut; i + cut < sample.size(); ++i) {
    if (i == cut || sample[i] != sample[i - 1]) ++levels;
  }
  return levels;
}

struct Moments {
  double count = 0;
  double sum = 0;
  double squares = 0;

  void add(double value) {
    ++count;
    sum += value;
    squares += value * value;
  }
  double variance() const {
    return count == 0 ? 0 : std::max(0.0, squares / count - (sum / count) * (sum / count));
  }
};

// The share of the variance that is left in the means of blocks; 1 for a film that is too small.
double share_in_blocks(const GrayImage& picture) {
  if (picture.width < 4 * kBlock || picture.height < 4 * kBlock) return 1;
  Moments pixels;
  Moments blocks;
  for (int top = 0; top + kBlock <= picture.height; top += kBlock) {
    for (int left = 0; left + kBlock <= picture.width; left += kBlock) {
      double sum = 0;
      for (int y = top; y < top + kBlock; ++y) {
        for (int x = left; x < left + kBlock; ++x) {
          const uint8_t grey = picture.pixels[static_cast<size_t>(y) * picture.width + x];
          pixels.add(grey);
          sum += grey;
        }
      }
      blocks.add(sum / (kBlock * kBlock));
    }
  }
  return pixels.variance() == 0 ? 1 : blocks.variance() / pixels.variance();
}

class PixelChecks {
 public:
  PixelChecks(const Image& image, View view, const GateOptions& options)
      : image_(image), view_(view), options_(options) {}

  std::vector<GateFinding> run() {
    check_size();
    // Whatever a network says of a blank film means nothing.
    if (!is_near_blank()) check_kind();
    return std::move(findings_);
  }

 private:
  void find(GateReason reason, std::string text) {
    const GateAction action = options_.action(reason);
    if (action != GateAction::kOff) findings_.push_back({reason, action, std::move(text)});
  }

  void check_size() {
    const int shorter = std::min(image_.width, image_.height);
    const int longer = std::max(image_.width, image_.height);
    const double aspect = image_.height * image_.pixel_aspect / image_.width;
    if (shorter < kShortestSide || longer > kLongestSide) {
      find(GateReason::kSize,
           cat("the film is ", image_.width, " x ", image_.height, " pixels; expected sides from ",
               kShortestSide, " to ", kLongestSide));
    } else if (std::max(aspect, 1 / aspect) > kMostElongated) {
      find(GateReason::kSize, cat("one side of the film (", image_.width, " x ", image_.height,
                                  " pixels) is more than twice the other"));
    }
  }

  bool is_near_blank() {
    const size_t levels = levels_of(image_.values);
    if (levels < kFewestLevels) {
      find(GateReason::kNearBlank, cat("the film is nearly blank: ", levels,
                                       levels == 1 ? " grey value" : " different grey values"));
      return true;
    }
    if (share_in_blocks(image_.display) < kLeastBlockShare) {
      find(GateReason::kNearBlank, "the film is noise without a picture");
      return true;
    }
    return false;
  }

  void check_kind() {
    const FilmKind kind = film_kind(thumbnail_of(image_.display));
    if (kind.other >= kind.refuse_from) {
      find(GateReason::kNotAChestFilm, "the picture does not look like a chest radiograph");
    } else if (kind.rotated > kLeastSure) {
      find(GateReason::kRotated, "the film seems to lie on its side or head; turn it upright");
    } else if (kind.inverted > kLeastSure) {
      find(GateReason::kInverted, "the film seems to be inverted: bone dark and air bright");
    } else if (kind.cropped > kLeastSure) {
      find(GateReason::kCropped, "the film seems to show only a part of the chest");
    } else if ((view_ == View::kFrontal ? kind.lateral : kind.frontal) > kLeastSure) {
      find(GateReason::kView,
           cat("the film was read as a ", to_string(view_), " view and looks like a ",
               to_string(view_ == View::kFrontal ? View::kLateral : View::kFrontal), " one"));
    }
  }

  const Image& image_;
  const View view_;
  const GateOptions& options_;
  std::vector<GateFinding> findings_;
};

}  // namespace

std::vector<GateFinding> check_pixels(const Image& image, View view, const GateOptions& options) {
  const auto is_off = [&](const GateRule& rule) {
    return options.action(rule.reason) == GateAction::kOff;
  };
  if (std::all_of(gate_rules().begin(), gate_rules().end(), is_off)) return {};
  return PixelChecks(image, view, options).run();
}

}  // namespace slava
