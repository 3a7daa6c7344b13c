// What a checkpoint folder holds besides its tokenizer, where it tells of sizes and names: headers
// of safetensors files, indices of shards, settings of image processors.
#include "fuzz/target.h"
#include "preprocess/hf_preprocess_config.h"
#include "weights/safetensors_header.h"
#include "weights/shard_index.h"

namespace {

void check_header(std::string_view file) {
  const auto tensors = slava::parse_safetensors_header(file);
  if (!tensors) return;
  for (const slava::StoredTensor& tensor : *tensors) {
    uint64_t bytes = tensor.number->bytes;
    for (const int64_t side : tensor.shape) bytes *= static_cast<uint64_t>(side);
    if (tensor.begin > tensor.end || tensor.end > file.size()) slava::fuzz::stop("an over-read");
    if (bytes != tensor.end - tensor.begin) slava::fuzz::stop("a shape of another size");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slava::fuzz::be_silent();
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_header(text);
  if (const auto index = slava::parse_shard_index(text)) {
    for (const auto& [tensor, file] : *index) {
      if (file.find('/') != std::string::npos) slava::fuzz::stop("a shard of another folder");
    }
  }
  for (const char* aspect : {"", "pad", "square"}) {
    const auto config = slava::parse_hf_preprocess_config(text, "preprocessor_config.json", aspect);
    if (config && config->size < 1) slava::fuzz::stop("pictures without a size");
  }
  return 0;
}
