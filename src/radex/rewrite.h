// The grammar's answers come in; a language model's wording of those that pass every check goes
// out, the grammar's own for the others. Only the grammar's text is sent, never a case's.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "radex/sample.h"
#include "radex/step_log.h"

namespace slava::radex {

inline constexpr int kRewriteVersion = 1;

// Asks a model for another wording: the answer, or why there is none.
using AskModel = std::function<Result<std::string>(const std::string& text, uint64_t seed)>;

// Rewritings of an earlier, interrupted run, and a file that each new one is added to at once.
class RewriteStore {
 public:
  // Lines that are no rewriting (the last of a killed run) are left out. kOutput.
  static Result<RewriteStore> open(const std::filesystem::path& file);

  // The accepted wording of the sample's answer under this model, or null.
  const std::string* find(const std::string& key) const;
  Status add(const std::string& key, const std::string& text);

 private:
  std::filesystem::path file_;
  std::map<std::string, std::string> texts_;
};

// "" where the wording may stand; otherwise the kind of what is wrong with it.
std::string reason_against_wording(const Sample& sample, const std::string& text);

// Rewrites the answers of samples with a sentence or more of findings. A wording that fails is told
// in the log, and the grammar's stays. kInterrupted after Ctrl-C; kInput when the first five
// questions in a row get no answer.
Status rewrite(std::vector<Sample>& samples, const AskModel& ask, const std::string& model,
               uint64_t seed, RewriteStore& store, StepLog& log);

}  // namespace slava::radex
