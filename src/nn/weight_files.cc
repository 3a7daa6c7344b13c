#include "nn/weight_files.h"

#include <set>

#include "base/file.h"
#include "base/strings.h"
#include "nn/safetensors.h"
#include "weights/shard_index.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr size_t kMaxIndexBytes = size_t{1} << 26;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

Result<ShardIndex> read_index(const fs::path& path) {
  auto text = read_file(path, kMaxIndexBytes);
  if (!text) return fail(ErrorKind::kModel, text.error().message);
  auto index = parse_shard_index(*text);
  if (!index) return fail(index.error().in(path.string()));
  return index;
}

// A folder that holds only pickles: Python programs in disguise, which are not run here.
std::string pickle_in(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("pytorch_model") &&
        (name.ends_with(".bin") || name.ends_with(".bin.index.json"))) {
      return name;
    }
  }
  return {};
}

Result<TensorMap> read_shards(const fs::path& folder) {
  SLAVA_TRY(const ShardIndex index, read_index(folder / kIndex));
  std::set<std::string> files;
  for (const auto& [tensor, file] : index) files.insert(file);
  TensorMap all;
  std::vector<std::string> problems;
  for (const std::string& file : files) {
    SLAVA_TRY(TensorMap tensors, read_safetensors(folder / file));
    for (auto& [name, tensor] : tensors) {
      const auto entry = index.find(name);
      if (entry == index.end()) {
        problems.push_back(cat(file, " holds ", name, ", which weight_map lacks"));
      } else if (entry->second != file) {
        problems.push_back(cat(file, " holds ", name, ", which weight_map has in ", entry->second));
      } else {
        all.emplace(name, std::move(tensor));
      }
    }
  }
  for (const auto& [tensor, file] : index) {
    if (!all.contains(tensor)) problems.push_back(cat(file, " lacks ", tensor));
  }
  if (problems.empty()) return all;
  return fail(ErrorKind::kModel,
              cat((folder / kIndex).string(), ": the shards differ: ", join(problems, "; ")));
}

}  // namespace

Result<std::vector<fs::path>> weight_files(const fs::path& folder) {
  if (is_file(folder / kSingle)) return std::vector<fs::path>{folder / kSingle};
  if (is_file(folder / kIndex)) {
    SLAVA_TRY(const ShardIndex index, read_index(folder / kIndex));
    std::set<std::string> names;
    for (const auto& [tensor, file] : index) names.insert(file);
    std::vector<fs::path> files{folder / kIndex};
    for (const std::string& name : names) files.push_back(folder / name);
    return files;
  }
  if (const std::string pickle = pickle_in(folder); !pickle.empty()) {
    return fail(
        ErrorKind::kModel,
        cat((folder / pickle).string(),
            ": pickled weights can run foreign code and are not read; expected ", kSingle,
            "; convert them once with scripts/convert_checkpoint.py ", folder.string(), " OUTPUT"));
  }
  return fail(ErrorKind::kModel, cat(folder.string(), ": no weights; expected ", kSingle, " or ",
                                     kIndex, " with its shards"));
}

Result<TensorMap> read_weights(const fs::path& folder) {
  SLAVA_TRY(const auto files, weight_files(folder));
  return files.size() == 1 ? read_safetensors(files.front()) : read_shards(folder);
}

fs::path weights_name(const fs::path& folder) {
  return is_file(folder / kSingle) ? folder / kSingle : folder / kIndex;
}

TensorMap with_shapes_of_panels(const TensorMap& tensors) {
  constexpr std::string_view kEnding = ".weight_shape";
  TensorMap all = tensors;
  for (const auto& [name, tensor] : tensors) {
    if (!name.ends_with(kEnding) || tensor.scalar_type() != at::kLong || tensor.numel() != 2) {
      continue;
    }
    const auto* sides = tensor.const_data_ptr<int64_t>();
    // A hostile file's are left to what takes the weight.
    if (sides[0] <= 0 || sides[1] <= 0 || sides[0] > INT32_MAX || sides[1] > INT32_MAX) continue;
    all[name.substr(0, name.rfind('_'))] =
        at::empty({sides[0], sides[1]}, at::TensorOptions(at::kMeta).dtype(at::kBFloat16));
  }
  return all;
}

}  // namespace slava
