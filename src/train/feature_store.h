// Features of films on disk, found by what the film and the encoder are: what one run has encoded,
// another need not encode again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/parameters.h"
#include "preprocess/preprocess.h"

namespace slava {

// SHA-256 of all that decides what the encoder makes of a film: its parameters among `parameters`
// (names that begin with `scope`), how pictures are prepared, and the number type.
std::string encoder_sha256(const std::vector<Parameter>& parameters, const std::string& scope,
                           const PreprocessConfig& preprocess, at::ScalarType dtype);

// FOLDER/<encoder>/*.safetensors, a tensor [N, E] a version of a film. Files are only ever added,
// each whole, so that several runs may use one folder at a time.
class FeatureStore {
 public:
  // Makes the folder. kOutput when that fails, kModel when a file in it is no safetensors.
  static Result<FeatureStore> open(const std::filesystem::path& folder, const std::string& encoder);

  // The features under this name, or undefined.
  Tensor find(const std::string& name) const;
  // Writes them to a file of their own, named after their names.
  Status add(const TensorMap& features);

 private:
  std::filesystem::path folder_;
  TensorMap features_;
};

}  // namespace slava
