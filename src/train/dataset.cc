#include "train/dataset.h"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr size_t kMaxDatasetBytes = size_t{1} << 31;

// Reads items one by one and gives every film file one place.
class DatasetReader {
 public:
  DatasetReader(std::filesystem::path image_root, std::vector<std::string> label_names)
      : image_root_(std::move(image_root)) {
    dataset_.label_names = std::move(label_names);
  }

  Status add(const json& item) {
    const auto wrong = [](const std::string& what) { return fail(ErrorKind::kInput, what); };
    if (!item.is_object()) return wrong("expected an object");
    DatasetItem read;
    if (!item.contains("id") || !item["id"].is_string()) return wrong("`id` must be a text");
    read.id = item["id"].get<std::string>();

    std::vector<std::string> images;
    if (item.contains("image") && item["image"].is_string()) {
      images.push_back(item["image"].get<std::string>());
    } else if (item.contains("image") && is_texts(item["image"])) {
      images = item["image"].get<std::vector<std::string>>();
    }
    if (images.empty()) return wrong("`image` must be a path or a list of paths");
    for (const std::string& image : images) read.films.push_back(place_of(image));

    read.views.assign(images.size(), View::kFrontal);
    if (item.contains("views")) {
      if (!is_texts(item["views"]) || item["views"].size() != images.size()) {
        return wrong("`views` must name frontal or lateral for each image");
      }
      for (size_t i = 0; i < images.size(); ++i) {
        const auto view = item["views"][i].get<std::string>();
        if (view != "frontal" && view != "lateral") {
          return wrong(cat("view \"", view, "\"; expected frontal or lateral"));
        }
        read.views[i] = view == "lateral" ? View::kLateral : View::kFrontal;
      }
    }
    SLAVA_TRY_STATUS(add_conversation(item, read));
    if (item.contains("reference")) {
      if (!item["reference"].is_string()) return wrong("`reference` must be a text");
      read.reference = item["reference"].get<std::string>();
    }
    SLAVA_TRY_STATUS(add_labels(item, read));
    if (item.contains("weight")) {
      if (!item["weight"].is_number() || item["weight"].get<double>() < 0) {
        return wrong("`weight` must be a number of at least 0");
      }
      read.weight = item["weight"].get<double>();
    }
    dataset_.items.push_back(std::move(read));
    return {};
  }

  Dataset take() { return std::move(dataset_); }

 private:
  static bool is_texts(const json& value) {
    return value.is_array() && !value.empty() &&
           std::ranges::all_of(value, [](const json& v) { return v.is_string(); });
  }

  size_t place_of(const std::string& image) {
    const auto path = std::filesystem::path(image).is_absolute() ? std::filesystem::path(image)
                                                                 : image_root_ / image;
    const auto [place, fresh] = places_.emplace(path.string(), dataset_.films.size());
    if (fresh) dataset_.films.push_back(path);
    return place->second;
  }

  static Status add_conversation(const json& item, DatasetItem& read) {
    if (!item.contains("conversations") || item["conversations"].empty()) return {};
    const json& turns = item["conversations"];
    const auto is_turn = [&](size_t i, const char* from) {
      return turns.is_array() && turns.size() > i && turns[i].is_object() &&
             turns[i].value("from", json()) == from && turns[i].contains("value") &&
             turns[i]["value"].is_string();
    };
    if (!is_turn(0, "human") || !is_turn(1, "gpt") || turns.size() != 2) {
      return fail(ErrorKind::kInput,
                  "`conversations` must be one turn from \"human\" and one from \"gpt\"");
    }
    const auto question = replace_all(turns[0]["value"].get<std::string>(), "<image>", "");
    read.question = trim(question);
    read.answer = trim(turns[1]["value"].get<std::string>());
    return {};
  }

  Status add_labels(const json& item, DatasetItem& read) {
    read.labels.assign(dataset_.label_names.size(), std::numeric_limits<float>::quiet_NaN());
    if (!item.contains("labels")) return {};
    const json& labels = item["labels"];
    if (!labels.is_object())
      return fail(ErrorKind::kInput, "`labels` must be an object of 0 and 1");
    for (size_t i = 0; i < dataset_.label_names.size(); ++i) {
      const auto found = labels.find(dataset_.label_names[i]);
      if (found == labels.end()) continue;
      if (*found != 0 && *found != 1) {
        return fail(ErrorKind::kInput, cat("label ", dataset_.label_names[i], " is ", found->dump(),
                                           "; expected 0 or 1"));
      }
      read.labels[i] = found->get<float>();
    }
    return {};
  }

  std::filesystem::path image_root_;
  std::map<std::string, size_t> places_;
  Dataset dataset_;
};

std::vector<std::string> collect_label_names(const json& items) {
  std::set<std::string> names;
  for (const json& item : items) {
    if (!item.is_object() || !item.contains("labels") || !item["labels"].is_object()) continue;
    for (const auto& [name, value] : item["labels"].items()) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace

Result<Dataset> load_dataset(const std::filesystem::path& file,
                             const std::filesystem::path& image_root,
                             const std::vector<std::string>* label_names) {
  SLAVA_TRY(const std::string text, read_file(file, kMaxDatasetBytes));
  json items;
  try {
    items = json::parse(text);
  } catch (const json::parse_error& error) {
    return fail(ErrorKind::kInput, cat(file.string(), ": no valid JSON at byte ", error.byte,
                                       "; expected an array of items"));
  }
  if (!items.is_array() || items.empty()) {
    return fail(ErrorKind::kInput, cat(file.string(), ": expected a JSON array of items"));
  }
  DatasetReader reader(image_root, label_names ? *label_names : collect_label_names(items));
  for (size_t i = 0; i < items.size(); ++i) {
    if (const auto added = reader.add(items[i]); !added) {
      return fail(added.error().in(cat(file.string(), ": item ", i)));
    }
  }
  return reader.take();
}

namespace {

// Puts `more` behind `all`, its weights scaled so that they add up to `share`.
Status add_share(const DataShare& source, bool by_weight, Dataset more, Dataset& all) {
  double sum = 0;
  for (DatasetItem& item : more.items) {
    if (!by_weight) item.weight = 1;
    sum += item.weight;
  }
  if (!(sum > 0)) {
    return fail(ErrorKind::kInput, cat(source.file.string(), ": no item has a weight above 0"));
  }
  std::map<std::filesystem::path, size_t> places;
  for (size_t i = 0; i < all.films.size(); ++i) places.emplace(all.films[i], i);
  for (DatasetItem& item : more.items) {
    item.weight *= source.share / sum;
    for (size_t& film : item.films) {
      const auto [place, fresh] = places.emplace(more.films[film], all.films.size());
      if (fresh) all.films.push_back(more.films[film]);
      film = place->second;
    }
    all.items.push_back(std::move(item));
  }
  return {};
}

}  // namespace

Result<Dataset> load_training_data(const TrainOptions& options) {
  if (options.mixture.empty()) return load_dataset(options.data, options.image_root);
  std::set<std::string> names;
  for (const DataShare& source : options.mixture) {
    SLAVA_TRY(const Dataset alone, load_dataset(source.file, options.image_root));
    names.insert(alone.label_names.begin(), alone.label_names.end());
  }
  Dataset all;
  all.label_names.assign(names.begin(), names.end());
  for (const DataShare& source : options.mixture) {
    SLAVA_TRY(Dataset more, load_dataset(source.file, options.image_root, &all.label_names));
    SLAVA_TRY_STATUS(add_share(source, options.weighted, std::move(more), all));
  }
  return all;
}

}  // namespace slava
