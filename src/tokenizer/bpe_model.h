// Takes a vocabulary and its ranked merges; turns a stretch of text into ids by byte-pair encoding.
// Never here: normalising, splitting into stretches, added tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

namespace slava {

struct BpeOptions {
  std::string unknown_piece = {};  // for characters without a piece; empty: they are left out
  bool fuse_unknown = false;       // unknown characters side by side are one token
  bool byte_fallback = false;      // a character without a piece is its bytes, "<0x0A>"
  bool ignore_merges = false;      // a stretch that is a piece as a whole is that piece
};

// Ids stay below this: a vocabulary beyond it is a damaged file.
inline constexpr int64_t kMaxTokenId = 1 << 22;

class BpeModel {
 public:
  using Vocabulary = std::vector<std::pair<std::string, int64_t>>;  // pieces and ids
  using Merges = std::vector<std::pair<std::string, std::string>>;

  BpeModel() = default;
  BpeModel(BpeModel&&) = default;
  BpeModel& operator=(BpeModel&&) = default;

  // Merges in order of rank. kModel for an id out of range or given twice, an unknown piece that is
  // not in the vocabulary, and a merge of or into pieces that are not.
  static Result<BpeModel> create(Vocabulary vocabulary, const Merges& merges, BpeOptions options);

  // Appends the ids of `text` (valid UTF-8), in time n log n.
  void encode(std::string_view text, std::vector<int64_t>& ids) const;

  std::optional<int64_t> id_of(std::string_view piece) const;
  // nullptr for an id without a piece.
  const std::string* piece_of(int64_t id) const;
  int64_t pieces() const { return static_cast<int64_t>(ids_.size()); }
  int64_t highest_id() const { return static_cast<int64_t>(pieces_.size()) - 1; }

 private:
  struct Merge {
    uint32_t rank;
    int32_t id;
  };
  struct Symbol;

  Status add_merges(const Merges& merges);
  const Merge* merge_of(int64_t left, int64_t right) const;
  // One symbol for each character, or what stands for a character without a piece.
  std::vector<Symbol> symbols_of(std::string_view text) const;
  void merge(std::vector<Symbol>& symbols) const;

  BpeOptions options_;
  std::vector<std::string> pieces_;                    // by id; empty: no piece
  std::unordered_map<std::string_view, int32_t> ids_;  // keys are views of pieces_
  std::unordered_map<uint64_t, Merge> merges_;         // left id << 32 | right id
  std::optional<int64_t> unknown_;
  std::vector<int64_t> bytes_;  // ids of the byte pieces, -1 for a missing one
};

}  // namespace slava
