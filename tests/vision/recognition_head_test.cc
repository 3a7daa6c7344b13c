#include "vision/recognition_head.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(RecognitionHead, PoolsMeanAndMaximumOverThePatches) {
  const Tensor features = at::tensor({1.0F, 10.0F, 3.0F, 20.0F}).view({1, 2, 2});  // [V, N, E]
  EXPECT_TRUE(at::equal(RecognitionHead::pooled(features),
                        at::tensor({2.0F, 15.0F, 3.0F, 20.0F}).view({1, 4})));
}

TEST(RecognitionHead, ThePatientsLeftIsTheRightHalfOfThePicture) {
  // A 3 x 3 grid whose columns hold 0, 1 and 5: the middle one belongs to neither half.
  const Tensor columns = at::tensor({0.0F, 1.0F, 5.0F});
  const Tensor features = columns.repeat({3}).view({1, 9, 1});
  const Tensor halves = RecognitionHead::pooled_halves(features);  // [1, 2, 2]
  EXPECT_TRUE(at::allclose(halves[0][0], at::tensor({5.0F, 5.0F})));
  EXPECT_TRUE(at::allclose(halves[0][1], at::tensor({0.0F, 0.0F})));
}

TEST(RecognitionHead, StandardisesBeforeItWeighs) {
  ParameterBinder binder({}, Missing::kIsInitialised, 1, at::kCPU, at::kFloat);
  const StandardisedLinear head(binder, "head", 2, 1);
  head.mean.copy_(at::tensor({1.0F, 2.0F}));
  head.deviation.copy_(at::tensor({2.0F, 4.0F}));
  head.linear.weight.copy_(at::tensor({3.0F, 5.0F}).view({1, 2}));
  head.linear.bias.fill_(7);
  EXPECT_FLOAT_EQ(head(at::tensor({3.0F, 10.0F})).item<float>(), 3 * 1 + 5 * 2 + 7);
}

TEST(RecognitionHead, ASidesScoreIsItsOwnAndWhatAllShare) {
  ParameterBinder binder({}, Missing::kIsInitialised, 1, at::kCPU, at::kFloat);
  const RecognitionHead head(binder, "head", /*width=*/1, /*targets=*/1, /*sided_targets=*/2);
  head.side.linear.weight.copy_(at::tensor({1.F, 0.F, 0.F, 1.F, 10.F, 0.F}).view({3, 2}));
  const Tensor halves = at::tensor({5.F, 7.F, 3.F, 4.F}).view({1, 2, 2});  // difference 2, 3
  EXPECT_TRUE(at::allclose(head.left_against_right(halves)[0], at::tensor({22.F, 23.F, 20.F})));
}

}  // namespace
}  // namespace slava
