#include "train/loss_curve.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "image/encode.h"
#include "train/run_folder.h"

namespace slava {
namespace {

constexpr int kWidth = 960, kHeight = 540, kMargin = 64;
const cv::Scalar kInk(60, 60, 60), kGrid(225, 225, 225);
const cv::Scalar kTraining(40, 110, 190), kValidation(200, 80, 30);  // RGB

// Mean over a window that grows with the run, so that steps become a line.
std::vector<LossPoint> smoothed(const std::vector<LossPoint>& points) {
  const size_t window = std::max<size_t>(1, points.size() / 60);
  std::vector<LossPoint> out;
  for (size_t i = 0; i < points.size(); i += window) {
    const size_t end = std::min(points.size(), i + window);
    LossPoint mean;
    for (size_t j = i; j < end; ++j) {
      mean.step += points[j].step / static_cast<double>(end - i);
      mean.loss += points[j].loss / static_cast<double>(end - i);
    }
    out.push_back(mean);
  }
  return out;
}

std::string number_text(double value) {
  std::ostringstream out;
  out << std::setprecision(3) << value;
  return out.str();
}

class Chart {
 public:
  Chart(double last_step, double low, double high)
      : canvas_(kHeight, kWidth, CV_8UC3, cv::Scalar::all(255)),
        last_step_(std::max(1.0, last_step)),
        low_(low),
        high_(std::max(high, low + 1e-6)) {
    for (int i = 0; i <= 5; ++i) {
      const double loss = low_ + (high_ - low_) * i / 5;
      const double step = last_step_ * i / 5;
      cv::line(canvas_, at({0, loss}), at({last_step_, loss}), kGrid, 1, cv::LINE_AA);
      write(number_text(loss), {8, at({0, loss}).y + 4}, kInk);
      write(number_text(std::round(step)), {at({step, low_}).x - 12, kHeight - kMargin / 2}, kInk);
    }
    write("loss", {8, 28}, kInk);
    write("step", {kWidth - 52, kHeight - 12}, kInk);
  }

  void line(const std::vector<LossPoint>& points, const cv::Scalar& colour, bool dots) {
    for (size_t i = 0; i < points.size(); ++i) {
      if (i > 0) cv::line(canvas_, at(points[i - 1]), at(points[i]), colour, 2, cv::LINE_AA);
      if (dots) cv::circle(canvas_, at(points[i]), 4, colour, cv::FILLED, cv::LINE_AA);
    }
  }

  void legend(const std::string& text, int row, const cv::Scalar& colour) {
    const cv::Point where(kWidth - 190, 30 + 22 * row);
    cv::line(canvas_, where - cv::Point(34, 5), where - cv::Point(8, 5), colour, 3, cv::LINE_AA);
    write(text, where, kInk);
  }

  Result<std::string> png() const {
    RgbImage image;
    image.width = kWidth;
    image.height = kHeight;
    image.pixels.assign(canvas_.datastart, canvas_.dataend);
    return encode_png(image);
  }

 private:
  cv::Point at(const LossPoint& point) const {
    const double x = kMargin + (kWidth - 1.5 * kMargin) * point.step / last_step_;
    const double y =
        kHeight - kMargin - (kHeight - 2.0 * kMargin) * (point.loss - low_) / (high_ - low_);
    return {static_cast<int>(x), static_cast<int>(y)};
  }
  void write(const std::string& text, cv::Point where, const cv::Scalar& colour) {
    cv::putText(canvas_, text, where, cv::FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv::LINE_AA);
  }

  cv::Mat canvas_;
  double last_step_, low_, high_;
};

}  // namespace

Result<std::string> draw_loss_curve(const std::vector<LossPoint>& training,
                                    const std::vector<LossPoint>& validation) {
  const auto line = smoothed(training);
  double last = 1, low = 0, high = 1;
  bool first = true;
  for (const auto* points : {&line, &validation}) {
    for (const LossPoint& point : *points) {
      last = std::max(last, point.step);
      low = first ? point.loss : std::min(low, point.loss);
      high = first ? point.loss : std::max(high, point.loss);
      first = false;
    }
  }
  Chart chart(last, low, high);
  chart.line(line, kTraining, /*dots=*/false);
  chart.line(validation, kValidation, /*dots=*/true);
  chart.legend("training", 0, kTraining);
  chart.legend("validation", 1, kValidation);
  return chart.png();
}

}  // namespace slava
