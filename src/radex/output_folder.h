// The corpus's folder: written beside its place as "FOLDER.partial" and put there whole at the end.
// Only files that RADEX itself writes are ever removed.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace slava::radex {

enum class Earlier {
  kRefuse,   // a corpus or an unfinished run in the way is an error
  kReplace,  // it goes
  kGoOn,     // rewritings of an unfinished run are used; a finished corpus is an error
};

class CorpusFolder {
 public:
  // Makes "FOLDER.partial". kUsage when something is in the way, kOutput when it cannot be made.
  static Result<CorpusFolder> open(const std::filesystem::path& folder, Earlier earlier);

  std::filesystem::path rewritings() const { return partial_ / "rewritings.jsonl"; }
  Status write(std::string_view name, std::string_view text) const;
  // Puts the folder in its place.
  Status finish() const;
  // After an error: takes away what was written; rewritings stay, for another run to go on with.
  void abandon() const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path partial_;
};

}  // namespace slava::radex
