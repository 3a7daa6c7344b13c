#include "tokenizer/bpe_model.h"

#include <algorithm>
#include <array>
#include <queue>

#include "base/strings.h"
#include "base/utf8.h"

namespace slava {

struct BpeModel::Symbol {
  int64_t id = -1;
  int64_t previous = -1;  // index of the neighbour, -1: none
  int64_t next = -1;
  bool merged_away = false;
};

namespace {

constexpr size_t kShownBytes = 60;  // of a piece in a message

std::string byte_piece(int byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return cat("<0x", kDigits[byte >> 4], kDigits[byte & 15], ">");
}

std::string shown(std::string_view piece) {
  return cat("\"", replace_broken_utf8(piece.substr(0, kShownBytes)), "\"");
}

uint64_t pair_key(int64_t left, int64_t right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint64_t>(right);
}

// A merge that may be done; the lowest rank first, then the leftmost.
struct Candidate {
  uint32_t rank;
  size_t at;
  int32_t id;

  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

}  // namespace

Result<BpeModel> BpeModel::create(Vocabulary vocabulary, const Merges& merges, BpeOptions options) {
  BpeModel model;
  model.options_ = std::move(options);
  int64_t highest = -1;
  for (const auto& [piece, id] : vocabulary) {
    if (id < 0 || id >= kMaxTokenId) {
      return fail(ErrorKind::kModel, cat("vocabulary: the id of ", shown(piece), " is ", id,
                                         "; expected 0 to ", kMaxTokenId - 1));
    }
    highest = std::max(highest, id);
  }
  if (highest < 0) return fail(ErrorKind::kModel, "vocabulary: expected pieces, found none");
  model.pieces_.resize(static_cast<size_t>(highest) + 1);
  std::vector<bool> taken(model.pieces_.size(), false);
  for (auto& [piece, id] : vocabulary) {
    const auto index = static_cast<size_t>(id);
    if (piece.empty()) continue;  // no text has it
    if (taken[index]) {
      return fail(ErrorKind::kModel, cat("vocabulary: id ", id, " is given to ",
                                         shown(model.pieces_[index]), " and to ", shown(piece)));
    }
    taken[index] = true;
    model.pieces_[index] = std::move(piece);
  }
  model.ids_.reserve(vocabulary.size());
  for (size_t id = 0; id < model.pieces_.size(); ++id) {
    if (!taken[id]) continue;
    if (!model.ids_.emplace(model.pieces_[id], static_cast<int32_t>(id)).second) {
      return fail(ErrorKind::kModel,
                  cat("vocabulary: ", shown(model.pieces_[id]), " is there twice"));
    }
  }
  if (!model.options_.unknown_piece.empty()) {
    model.unknown_ = model.id_of(model.options_.unknown_piece);
    if (!model.unknown_) {
      return fail(ErrorKind::kModel, cat("unk_token: ", shown(model.options_.unknown_piece),
                                         " is not in the vocabulary"));
    }
  }
  if (model.options_.byte_fallback) {
    for (int byte = 0; byte < 256; ++byte) {
      model.bytes_.push_back(model.id_of(byte_piece(byte)).value_or(-1));
    }
  }
  SLAVA_TRY_STATUS(model.add_merges(merges));
  return model;
}

Status BpeModel::add_merges(const Merges& merges) {
  merges_.reserve(merges.size());
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const std::string whole = left + right;
    std::array<int64_t, 3> ids{};
    size_t i = 0;
    for (const std::string* piece : {&left, &right, &whole}) {
      const auto id = id_of(*piece);
      if (!id) {
        return fail(ErrorKind::kModel,
                    cat("merge ", rank + 1, " (", shown(left), ", ", shown(right),
                        "): ", shown(*piece), " is not in the vocabulary"));
      }
      ids[i++] = *id;
    }
    // Of a merge that is there twice the later one counts, as in the reference.
    merges_[pair_key(ids[0], ids[1])] = {static_cast<uint32_t>(rank), static_cast<int32_t>(ids[2])};
  }
  return {};
}

const BpeModel::Merge* BpeModel::merge_of(int64_t left, int64_t right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

std::optional<int64_t> BpeModel::id_of(std::string_view piece) const {
  const auto found = ids_.find(piece);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const std::string* BpeModel::piece_of(int64_t id) const {
  if (id < 0 || id > highest_id() || pieces_[id].empty()) return nullptr;
  return &pieces_[id];
}

std::vector<BpeModel::Symbol> BpeModel::symbols_of(std::string_view text) const {
  std::vector<Symbol> symbols;
  symbols.reserve(text.size());
  const auto add = [&](int64_t id) {
    const auto index = static_cast<int64_t>(symbols.size());
    if (index > 0) symbols.back().next = index;
    symbols.push_back({id, index - 1, -1, false});
  };
  bool unknown_waits = false;
  for (size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, utf8_length(text[at]));
    at += character.size();
    if (const auto id = id_of(character)) {
      if (unknown_waits) add(*unknown_);
      unknown_waits = false;
      add(*id);
      continue;
    }
    const auto byte_id = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)]; };
    if (options_.byte_fallback && std::all_of(character.begin(), character.end(),
                                              [&](char byte) { return byte_id(byte) >= 0; })) {
      // The reference leaves an unknown character waiting here, so it comes after the bytes.
      for (const char byte : character) add(byte_id(byte));
      continue;
    }
    if (!unknown_) continue;
    if (unknown_waits && !options_.fuse_unknown) add(*unknown_);
    unknown_waits = true;
  }
  if (unknown_waits) add(*unknown_);
  return symbols;
}

void BpeModel::merge(std::vector<Symbol>& symbols) const {
  std::vector<Candidate> first;
  const auto candidate_at = [&](int64_t at) -> std::optional<Candidate> {
    const int64_t next = symbols[at].next;
    if (next < 0) return std::nullopt;
    const Merge* merge = merge_of(symbols[at].id, symbols[next].id);
    if (merge == nullptr) return std::nullopt;
    return Candidate{merge->rank, static_cast<size_t>(at), merge->id};
  };
  for (size_t at = 0; at < symbols.size(); ++at) {
    if (const auto candidate = candidate_at(static_cast<int64_t>(at))) first.push_back(*candidate);
  }
  std::priority_queue<Candidate> queue(std::less<Candidate>(), std::move(first));
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    Symbol& left = symbols[top.at];
    if (left.merged_away || left.next < 0) continue;
    Symbol& right = symbols[left.next];
    const Merge* merge = merge_of(left.id, right.id);
    // The neighbours have changed since this candidate was found.
    if (merge == nullptr || merge->id != top.id) continue;
    left.id = top.id;
    left.next = right.next;
    right.merged_away = true;
    if (left.next >= 0) symbols[left.next].previous = static_cast<int64_t>(top.at);
    if (left.previous >= 0) {
      if (const auto candidate = candidate_at(left.previous)) queue.push(*candidate);
    }
    if (const auto candidate = candidate_at(static_cast<int64_t>(top.at))) queue.push(*candidate);
  }
}

void BpeModel::encode(std::string_view text, std::vector<int64_t>& ids) const {
  if (options_.ignore_merges) {
    if (const auto id = id_of(text)) {
      ids.push_back(*id);
      return;
    }
  }
  std::vector<Symbol> symbols = symbols_of(text);
  merge(symbols);
  for (const Symbol& symbol : symbols) {
    if (!symbol.merged_away) ids.push_back(symbol.id);
  }
}

}  // namespace slava
