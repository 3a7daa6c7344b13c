#include "train/label_f1.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(MacroF1, IsTheMeanOverLabelsThatAreThereOftenEnough) {
  // Column 0: 1 found, 1 missed, 1 made up: F1 0.5. Column 1: all found: 1. Column 2: too rare.
  const Tensor told = at::tensor({1.F, 1.F, 0.F, 0.F, 1.F, 0.F, 1.F, 0.F, 1.F}).view({3, 3});
  const Tensor labels = at::tensor({1.F, 1.F, 0.F, 1.F, 1.F, 0.F, 0.F, 0.F, 1.F}).view({3, 3});
  EXPECT_DOUBLE_EQ(*macro_f1(told, labels, 2), 0.75);
  EXPECT_DOUBLE_EQ(*macro_f1(told, labels, 1), (0.5 + 1 + 1) / 3);
  EXPECT_FALSE(macro_f1(told, labels, 3));
}

TEST(MacroF1, OfLabelsThatAreNeverToldIsZero) {
  EXPECT_DOUBLE_EQ(*macro_f1(at::zeros({2, 1}), at::ones({2, 1}), 1), 0);
}

}  // namespace
}  // namespace slava
