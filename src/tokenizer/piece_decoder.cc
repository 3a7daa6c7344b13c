#include "tokenizer/piece_decoder.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_fields.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "tokenizer/byte_level.h"
#include "tokenizer/json_parts.h"
#include "tokenizer/metaspace.h"

namespace slava {
namespace {

using nlohmann::json;

// The byte of a piece such as "<0x0A>".
std::optional<char> byte_of(std::string_view piece) {
  if (piece.size() != 6 || piece.substr(0, 3) != "<0x" || piece[5] != '>') return std::nullopt;
  int byte = 0;
  for (const char digit : piece.substr(3, 2)) {
    const size_t value = std::string_view("0123456789abcdef").find(to_lower({&digit, 1}));
    if (value == std::string_view::npos) return std::nullopt;
    byte = byte * 16 + static_cast<int>(value);
  }
  return static_cast<char>(byte);
}

// Bytes side by side are one text, or one U+FFFD a byte when they are none.
std::vector<std::string> join_bytes(const std::vector<std::string>& pieces) {
  std::vector<std::string> texts;
  std::string bytes;
  const auto flush = [&] {
    if (is_utf8(bytes)) {
      if (!bytes.empty()) texts.push_back(bytes);
    } else {
      texts.insert(texts.end(), bytes.size(), "\uFFFD");
    }
    bytes.clear();
  };
  for (const std::string& piece : pieces) {
    if (const auto byte = byte_of(piece)) {
      bytes += *byte;
      continue;
    }
    flush();
    texts.push_back(piece);
  }
  flush();
  return texts;
}

std::string strip(std::string_view piece, std::string_view character, int64_t start, int64_t stop) {
  const size_t width = character.size();
  for (; start > 0 && piece.substr(0, width) == character; --start) piece.remove_prefix(width);
  for (; stop > 0 && piece.size() >= width && piece.substr(piece.size() - width) == character;
       --stop) {
    piece.remove_suffix(width);
  }
  return std::string(piece);
}

std::string concatenation(const std::vector<std::string>& pieces) { return join(pieces, ""); }

}  // namespace

Result<PieceDecoder> PieceDecoder::parse(const json& description, const std::string& where) {
  PieceDecoder decoder;
  SLAVA_TRY_STATUS(decoder.add(description, where, 0));
  return decoder;
}

PieceDecoder PieceDecoder::byte_level() {
  PieceDecoder decoder;
  decoder.steps_.emplace_back();
  decoder.steps_.back().kind = Kind::kByteLevel;
  return decoder;
}

Status PieceDecoder::add(const json& description, const std::string& where, int depth) {
  if (description.is_null()) return {};
  JsonFields fields(description, where);
  const std::string type = fields.text("type");
  SLAVA_TRY_STATUS(fields.finish());
  Step step;
  if (type == "Sequence") {
    SLAVA_TRY(const json* steps, json_array(description, "decoders", where, depth));
    for (const json& one : *steps) SLAVA_TRY_STATUS(add(one, where, depth + 1));
    return {};
  }
  if (type == "ByteLevel") {
    step.kind = Kind::kByteLevel;
  } else if (type == "ByteFallback") {
    step.kind = Kind::kByteFallback;
  } else if (type == "Fuse") {
    step.kind = Kind::kFuse;
  } else if (type == "Metaspace") {
    step.kind = Kind::kMetaspace;
    SLAVA_TRY(const Metaspace metaspace, parse_metaspace(description, where));
    step.from = metaspace.mark;
    step.at_begin = metaspace.prepend != Metaspace::Prepend::kNever;
  } else if (type == "Replace") {
    step.kind = Kind::kReplace;
    SLAVA_TRY(step.from, json_literal_pattern(description, where));
    step.to = fields.text("content");
  } else if (type == "Strip") {
    step.kind = Kind::kStrip;
    step.from = fields.text("content");
    step.start = fields.integer("start", 0, 1 << 20);
    step.stop = fields.integer("stop", 0, 1 << 20);
    if (step.from.empty()) return fail(ErrorKind::kModel, cat(where, ": content is empty"));
  } else {
    return fail(ErrorKind::kModel,
                cat(where, ": type is \"", type, "\"; expected ByteLevel, Metaspace, Replace, ",
                    "ByteFallback, Fuse, Strip or a Sequence of them"));
  }
  steps_.push_back(std::move(step));
  return fields.finish();
}

void PieceDecoder::apply(const Step& step, std::vector<std::string>& pieces) {
  switch (step.kind) {
    case Kind::kByteLevel: {
      std::string bytes;
      for (const std::string& piece : pieces) append_bytes_of(piece, bytes);
      pieces = {replace_broken_utf8(bytes)};
      return;
    }
    case Kind::kByteFallback:
      pieces = join_bytes(pieces);
      return;
    case Kind::kFuse:
      pieces = {concatenation(pieces)};
      return;
    case Kind::kMetaspace:
      for (size_t i = 0; i < pieces.size(); ++i) {
        // The reference takes every mark of the first piece away, not only the leading one.
        pieces[i] = replace_all(pieces[i], step.from, i == 0 && step.at_begin ? "" : " ");
      }
      return;
    case Kind::kReplace:
      for (std::string& piece : pieces) piece = replace_all(piece, step.from, step.to);
      return;
    case Kind::kStrip:
      for (std::string& piece : pieces) piece = strip(piece, step.from, step.start, step.stop);
      return;
  }
}

std::string PieceDecoder::decode(std::vector<std::string> pieces) const {
  if (steps_.empty()) return join(pieces, " ");
  for (const Step& step : steps_) apply(step, pieces);
  return concatenation(pieces);
}

}  // namespace slava
