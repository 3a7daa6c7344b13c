// A frozen encoder's features on disk: runs that share them train exactly as runs that do not.
#include "train/feature_store.h"

#include "nn/safetensors.h"
#include "train/training_fixture.h"

namespace slava {
namespace {

class FeatureStoring : public Training {
 protected:
  void SetUp() override {
    Training::SetUp();
    TrainOptions first = options("first");
    first.epochs = 1;
    ASSERT_TRUE(train(first));
  }

  // Losses of a run on the first run's frozen encoder.
  std::vector<double> run(const std::string& name, const std::filesystem::path& store) const {
    TrainOptions next = options(name);
    next.epochs = 2;
    next.init = folder_ / "first/last";
    next.freeze = {"model.vision_tower"};
    next.feature_store = store;
    const auto summary = train(next);
    EXPECT_TRUE(summary) << summary.error();
    return losses(folder_ / name);
  }

  static std::vector<std::filesystem::path> files_in(const std::filesystem::path& store) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
};

TEST_F(FeatureStoring, ChangesNoLossWhetherItIsFilledOrRead) {
  const auto without = run("without", {});
  const auto store = folder_ / "features";
  EXPECT_EQ(run("filling", store), without);
  const auto files = files_in(store);
  EXPECT_FALSE(files.empty());
  EXPECT_EQ(run("reading", store), without);
  EXPECT_EQ(files_in(store).size(), files.size()) << "something was encoded again";
}

TEST_F(FeatureStoring, IsWhereAFilmsFeaturesComeFrom) {
  const auto store = folder_ / "features";
  const auto filling = run("filling", store);
  for (const auto& file : files_in(store)) {
    auto features = read_safetensors(file);
    ASSERT_TRUE(features) << features.error();
    TensorMap zeros;
    for (const auto& [name, tensor] : *features) zeros[name] = at::zeros_like(tensor);
    ASSERT_TRUE(write_safetensors(file, zeros));
  }
  EXPECT_NE(run("reading", store), filling);
}

TEST_F(FeatureStoring, KeepsEncodersApart) {
  PreprocessConfig preprocess;
  const std::vector<Parameter> encoder = {{"vision.a", at::ones({2})}, {"text.b", at::ones({2})}};
  const auto hash = encoder_sha256(encoder, "vision.", preprocess, at::kFloat);
  EXPECT_EQ(
      encoder_sha256({encoder[0], {"text.b", at::zeros({2})}}, "vision.", preprocess, at::kFloat),
      hash);
  EXPECT_NE(
      encoder_sha256({{"vision.a", at::zeros({2})}, encoder[1]}, "vision.", preprocess, at::kFloat),
      hash);
  EXPECT_NE(encoder_sha256(encoder, "vision.", preprocess, at::kBFloat16), hash);
  preprocess.size += 1;
  EXPECT_NE(encoder_sha256(encoder, "vision.", preprocess, at::kFloat), hash);
}

TEST_F(FeatureStoring, RefusesAFolderThatCannotBeMade) {
  std::ofstream(folder_ / "file") << "x";
  const auto store = FeatureStore::open(folder_ / "file", "0123456789abcdef0123");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::kOutput);
  EXPECT_NE(store.error().message.find("--feature-store"), std::string::npos);
}

}  // namespace
}  // namespace slava
