#include <array>

#include "base/strings.h"
#include "tokenizer/bpe_files.h"
#include "tokenizer/sentencepiece.h"
#include "tokenizer/tokenizer.h"

namespace slava {
namespace {

Result<std::unique_ptr<Tokenizer>> load_model_file(const std::filesystem::path& folder) {
  return load_sentencepiece(folder / "tokenizer.model");
}

struct Family {
  std::vector<const char*> files;  // all of them
  Result<std::unique_ptr<Tokenizer>> (*load)(const std::filesystem::path& folder);
};

// The first one whose files are there is taken.
const std::array<Family, 3>& families() {
  static const std::array<Family, 3> kFamilies = {{
      {{"tokenizer.model"}, load_model_file},
      {{"tokenizer.json"}, load_tokenizer_json},
      {{"vocab.json", "merges.txt"}, load_vocab_merges},
  }};
  return kFamilies;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& folder) {
  std::vector<std::string> looked_for;
  for (const Family& family : families()) {
    bool complete = true;
    for (const char* file : family.files) {
      std::error_code error;
      complete = complete && std::filesystem::exists(folder / file, error);
    }
    if (complete) return family.load(folder);
    looked_for.push_back(join({family.files.begin(), family.files.end()}, " with "));
  }
  return fail(ErrorKind::kModel,
              cat(folder.string(), ": no tokenizer; expected ", join(looked_for, ", or ")));
}

}  // namespace slava
