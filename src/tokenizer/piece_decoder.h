// Takes the pieces of generated tokens; gives the text they spell.
// Never here: which tokens are special and give none.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace slava {

class PieceDecoder {
 public:
  // The `decoder` of tokenizer.json: ByteLevel, Metaspace, Replace of a text, ByteFallback, Fuse,
  // Strip, Sequence of these; null joins the pieces with spaces. kModel, with `where` said first,
  // for any other.
  static Result<PieceDecoder> parse(const nlohmann::json& description, const std::string& where);
  static PieceDecoder byte_level();

  // Valid UTF-8: bytes that are none give U+FFFD.
  std::string decode(std::vector<std::string> pieces) const;

 private:
  enum class Kind { kByteLevel, kMetaspace, kReplace, kByteFallback, kFuse, kStrip };
  struct Step {
    Kind kind = Kind::kFuse;
    std::string from;       // Replace, Metaspace: what is replaced; Strip: the character
    std::string to;         // Replace
    bool at_begin = false;  // Metaspace: the first piece loses its mark
    int64_t start = 0;      // Strip: at most so many characters
    int64_t stop = 0;
  };

  Status add(const nlohmann::json& description, const std::string& where, int depth);
  static void apply(const Step& step, std::vector<std::string>& pieces);

  std::vector<Step> steps_;
};

}  // namespace slava
