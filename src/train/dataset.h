// LLaVA-format training data: a JSON array of items with films and, of each, an answer, labels or
// both. Read once, checked item by item. No pixels here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "study/study.h"
#include "train/train.h"

namespace slava {

struct DatasetItem {
  std::string id;
  std::vector<size_t> films;  // places in Dataset::films
  std::vector<View> views;    // of each film
  std::string question;       // without <image> marks
  std::string answer;         // empty: the item has labels only
  std::string reference;      // the report as its reader wrote it, where the answer is less of it
  std::vector<float> labels;  // one for each Dataset::label_names: 0, 1, or NaN where unknown
  double weight = 1;
};

struct Dataset {
  std::vector<DatasetItem> items;
  std::vector<std::filesystem::path> films;  // each file once
  std::vector<std::string> label_names;      // sorted
};

// `label_names`: take these instead of the data's own (for validation data). kInput names the file,
// the item and the field. Relative image paths start at `image_root`.
Result<Dataset> load_dataset(const std::filesystem::path& file,
                             const std::filesystem::path& image_root,
                             const std::vector<std::string>* label_names = nullptr);

// The training items of `options`: of `data`, or of the whole mixture. Then each item's weight is
// the chance to draw it, and labels that a file does not know are NaN.
Result<Dataset> load_training_data(const TrainOptions& options);

}  // namespace slava
