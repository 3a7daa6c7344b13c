// Takes normalised text between added tokens; splits it into the stretches that merges may not
// cross (words, numbers, white space). Never here: merging.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

class PreTokenizer {
 public:
  // What happens to a match of a pattern that splits.
  enum class Behaviour { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

  struct Piece {
    std::string text;
    bool at_begin = false;  // begins where the whole text begins
  };

  // One kind of splitting.
  class Step {
   public:
    virtual ~Step() = default;
    // The pieces of one piece, in order; empty ones are dropped by the caller.
    virtual std::vector<Piece> split(Piece piece) const = 0;
  };

  // The `pre_tokenizer` of tokenizer.json: null, ByteLevel, Split, Digits, Metaspace, Sequence of
  // these. kModel, with `where` said first, for any other.
  static Result<PreTokenizer> parse(const nlohmann::json& description, const std::string& where);

  // GPT-2's: words, numbers, other marks and white space, each with the space before it, in the
  // characters that stand for bytes.
  static PreTokenizer byte_level(bool add_prefix_space);

  // `text` is valid UTF-8; `at_begin` says that it begins the whole text.
  std::vector<std::string> split(std::string text, bool at_begin) const;

 private:
  Status add(const nlohmann::json& description, const std::string& where, int depth);

  std::vector<std::shared_ptr<const Step>> steps_;
};

}  // namespace slava
