#include "train/augment.h"

#include <opencv2/imgproc.hpp>
#include <random>

namespace slava {

GrayImage augment(const GrayImage& picture, const AugmentOptions& options, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto within = [&](double limit) {
    return std::uniform_real_distribution<double>(-1, 1)(random) * limit;
  };
  const double angle_deg = within(options.rotate_deg);
  const double scale = 1 + within(options.scale);
  const double shift_x = within(options.shift) * picture.width;
  const double shift_y = within(options.shift) * picture.height;
  const double contrast = 1 + within(options.contrast);
  const double brightness = within(options.contrast / 2) * 255;

  GrayImage out = picture;
  const cv::Mat source(picture.height, picture.width, CV_8U,
                       const_cast<uint8_t*>(picture.pixels.data()));
  cv::Mat target(picture.height, picture.width, CV_8U, out.pixels.data());
  const cv::Point2f centre(static_cast<float>(picture.width - 1) / 2,
                           static_cast<float>(picture.height - 1) / 2);
  cv::Mat motion = cv::getRotationMatrix2D(centre, angle_deg, scale);
  motion.at<double>(0, 2) += shift_x;
  motion.at<double>(1, 2) += shift_y;
  cv::warpAffine(source, target, motion, source.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, 0);
  // Around the middle of the grey scale, so that contrast alone does not brighten.
  target.convertTo(target, CV_8U, contrast, 127.5 * (1 - contrast) + brightness);
  return out;
}

}  // namespace slava
