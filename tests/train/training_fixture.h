// A tiny model, a few drawn films and the options of a short run in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/strings.h"
#include "support/tiny_checkpoint.h"
#include "train/train.h"
#include "train/training_data.h"

namespace slava {

class Training : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              cat("train-", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    write_tiny_config(folder_ / "config");
    write_training_data(folder_ / "data", 12);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  TrainOptions options(const std::string& run) const {
    TrainOptions options;
    options.data = options.validation = folder_ / "data/data.json";
    options.image_root = folder_ / "data";
    options.config = folder_ / "config";
    options.output = folder_ / run;
    options.batch = 4;
    options.epochs = 3;
    options.threads = 1;
    options.dtype = NumberType::kFloat32;
    options.save_dtype = "float32";
    options.learning_rate = 3e-3;
    return options;
  }

  static std::vector<nlohmann::json> lines(const std::filesystem::path& run) {
    std::vector<nlohmann::json> read;
    std::ifstream in(run / "metrics.jsonl");
    for (std::string line; std::getline(in, line);) read.push_back(nlohmann::json::parse(line));
    return read;
  }
  static std::vector<double> losses(const std::filesystem::path& run) {
    std::vector<double> values;
    for (const nlohmann::json& line : lines(run)) {
      if (line.contains("loss")) values.push_back(line["loss"]);
    }
    return values;
  }

  std::filesystem::path folder_;
};

}  // namespace slava
