#include "train/feature_store.h"

#include "base/hash.h"
#include "base/strings.h"
#include "nn/safetensors.h"

namespace slava {

std::string encoder_sha256(const std::vector<Parameter>& parameters, const std::string& scope,
                           const PreprocessConfig& preprocess, at::ScalarType dtype) {
  Sha256 hash;
  hash.update(cat(at::toString(dtype), " ", to_string(preprocess.profile), " ",
                  to_string(preprocess.fit), " ", to_string(preprocess.resampling), " ",
                  static_cast<int>(preprocess.pil_order), " ", preprocess.size, " ",
                  preprocess.resize_to));
  for (size_t i = 0; i < preprocess.mean.size(); ++i) {
    hash.update(cat(" ", preprocess.mean[i], " ", preprocess.std[i], " ",
                    static_cast<int>(preprocess.pad_rgb[i])));
  }
  for (const Parameter& parameter : parameters) {
    if (!parameter.name.starts_with(scope)) continue;
    const Tensor values = parameter.tensor.detach().cpu().contiguous();
    hash.update(cat("\n", parameter.name, "\n"));
    hash.update({static_cast<const char*>(values.data_ptr()), values.nbytes()});
  }
  return hash.hex();
}

Result<FeatureStore> FeatureStore::open(const std::filesystem::path& folder,
                                        const std::string& encoder) {
  FeatureStore store;
  store.folder_ = folder / encoder.substr(0, 16);
  std::error_code error;
  std::filesystem::create_directories(store.folder_, error);
  if (error) {
    return fail(ErrorKind::kOutput, cat(store.folder_.string(), ": cannot be made: ",
                                        error.message(), "; give --feature-store another folder"));
  }
  for (const auto& entry : std::filesystem::directory_iterator(store.folder_, error)) {
    if (entry.path().extension() != ".safetensors") continue;
    SLAVA_TRY(auto features, read_safetensors(entry.path()));
    store.features_.merge(features);
  }
  return store;
}

Tensor FeatureStore::find(const std::string& name) const {
  const auto found = features_.find(name);
  return found == features_.end() ? Tensor() : found->second;
}

Status FeatureStore::add(const TensorMap& features) {
  Sha256 names;
  for (const auto& [name, tensor] : features) names.update(cat(name, "\n"));
  return write_safetensors(folder_ / cat(names.hex().substr(0, 16), ".safetensors"), features);
}

}  // namespace slava
