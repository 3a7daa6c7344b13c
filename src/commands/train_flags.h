// The flags of `slava-cxr train`, as options of a run.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/recipe.h"
#include "train/train.h"

namespace slava {

class TrainFlags {
 public:
  void declare(CLI::App& app);

  // The flags as options: given ones, else the stage's, else the defaults. Without --recipe.
  Result<TrainOptions> resolve() const;
  // What was given on the command line (or in --config), for every stage of a recipe.
  FlagValues given() const;
  const std::filesystem::path& recipe() const { return recipe_; }
  const std::filesystem::path& output() const { return options_.output; }

 private:
  void declare_data(CLI::App& app);
  void declare_model(CLI::App& app);
  void declare_schedule(CLI::App& app);
  void declare_recognition(CLI::App& app);
  void declare_adapters(CLI::App& app);
  void declare_augmentation(CLI::App& app);
  void declare_running(CLI::App& app);

  CLI::App* app_ = nullptr;
  TrainOptions options_;
  std::vector<std::string> data_;
  std::filesystem::path recipe_;
  std::string objective_ = "report";
  std::string dtype_ = "auto";
};

}  // namespace slava
