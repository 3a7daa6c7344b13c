// The loss curve as a PNG picture.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace slava {

struct LossPoint;

// Training loss as a smoothed line, validation loss as dots joined by a line; axes with numbers.
Result<std::string> draw_loss_curve(const std::vector<LossPoint>& training,
                                    const std::vector<LossPoint>& validation);

}  // namespace slava
