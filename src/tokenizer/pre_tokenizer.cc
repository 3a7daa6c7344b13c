#include "tokenizer/pre_tokenizer.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "tokenizer/byte_level.h"
#include "tokenizer/json_parts.h"
#include "tokenizer/metaspace.h"
#include "tokenizer/pattern_splitter.h"

namespace slava {
namespace {

using nlohmann::json;
using Behaviour = PreTokenizer::Behaviour;
using Piece = PreTokenizer::Piece;

// The split of GPT-2's paper, as the reference words it.
constexpr std::string_view kGpt2Pattern =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

// Rust's char::is_numeric, one Unicode version ahead of the reference's regular expressions.
constexpr std::string_view kDigit = "[\\p{N}\\x{11DE0}-\\x{11DE9}\\x{16FF4}-\\x{16FF6}]";

class PatternStep : public PreTokenizer::Step {
 public:
  PatternStep(PatternSplitter splitter, Behaviour behaviour, bool invert)
      : splitter_(std::move(splitter)), behaviour_(behaviour), invert_(invert) {}

  std::vector<Piece> split(Piece piece) const override {
    std::vector<Piece> pieces;
    for (const auto& [begin, end] : ranges(splitter_.split(piece.text))) {
      pieces.push_back({piece.text.substr(begin, end - begin), piece.at_begin && begin == 0});
    }
    return pieces;
  }

 private:
  using Part = PatternSplitter::Part;
  using Range = std::pair<size_t, size_t>;

  std::vector<Range> ranges(const std::vector<Part>& parts) const {
    std::vector<Range> ranges;
    const auto is_match = [&](const Part& part) { return part.is_match != invert_; };
    switch (behaviour_) {
      case Behaviour::kIsolated:
        for (const Part& part : parts) ranges.emplace_back(part.begin, part.end);
        break;
      case Behaviour::kRemoved:
        for (const Part& part : parts) {
          if (!is_match(part)) ranges.emplace_back(part.begin, part.end);
        }
        break;
      case Behaviour::kContiguous:
      case Behaviour::kMergedWithPrevious:
        for (size_t i = 0; i < parts.size(); ++i) {
          const bool joins = behaviour_ == Behaviour::kContiguous
                                 ? i > 0 && is_match(parts[i]) == is_match(parts[i - 1])
                                 : i > 0 && is_match(parts[i]) && !is_match(parts[i - 1]);
          if (joins) {
            ranges.back().second = parts[i].end;
          } else {
            ranges.emplace_back(parts[i].begin, parts[i].end);
          }
        }
        break;
      case Behaviour::kMergedWithNext:
        for (size_t i = 0; i < parts.size(); ++i) {
          if (i > 0 && is_match(parts[i - 1]) && !is_match(parts[i])) {
            ranges.back().second = parts[i].end;
          } else {
            ranges.emplace_back(parts[i].begin, parts[i].end);
          }
        }
        break;
    }
    return ranges;
  }

  PatternSplitter splitter_;
  Behaviour behaviour_;
  bool invert_;
};

class PrefixSpaceStep : public PreTokenizer::Step {
 public:
  std::vector<Piece> split(Piece piece) const override {
    if (piece.text[0] != ' ') piece.text.insert(0, " ");
    return {std::move(piece)};
  }
};

class ByteCharactersStep : public PreTokenizer::Step {
 public:
  std::vector<Piece> split(Piece piece) const override {
    return {{to_byte_characters(piece.text), piece.at_begin}};
  }
};

class MarkSpacesStep : public PreTokenizer::Step {
 public:
  explicit MarkSpacesStep(Metaspace metaspace) : metaspace_(std::move(metaspace)) {}

  std::vector<Piece> split(Piece piece) const override {
    piece.text = replace_all(std::move(piece.text), " ", metaspace_.mark);
    const bool prepend = metaspace_.prepend == Metaspace::Prepend::kAlways ||
                         (metaspace_.prepend == Metaspace::Prepend::kFirst && piece.at_begin);
    if (prepend && piece.text.compare(0, metaspace_.mark.size(), metaspace_.mark) != 0) {
      piece.text.insert(0, metaspace_.mark);
    }
    return {std::move(piece)};
  }

 private:
  Metaspace metaspace_;
};

Result<Behaviour> parse_behaviour(const std::string& name, const std::string& where) {
  const std::pair<const char*, Behaviour> behaviours[] = {
      {"Removed", Behaviour::kRemoved},
      {"Isolated", Behaviour::kIsolated},
      {"MergedWithPrevious", Behaviour::kMergedWithPrevious},
      {"MergedWithNext", Behaviour::kMergedWithNext},
      {"Contiguous", Behaviour::kContiguous}};
  std::vector<std::string> known;
  for (const auto& [known_name, behaviour] : behaviours) {
    if (name == known_name) return behaviour;
    known.push_back(known_name);
  }
  return fail(ErrorKind::kModel,
              cat(where, ": behavior is \"", name, "\"; expected ", join(known, ", ")));
}

std::shared_ptr<const PreTokenizer::Step> trusted_pattern(std::string_view pattern,
                                                          Behaviour behaviour) {
  auto splitter = PatternSplitter::of_regex(pattern);
  SLAVA_CHECK(splitter.has_value());
  return std::make_shared<PatternStep>(*std::move(splitter), behaviour, /*invert=*/false);
}

Result<PatternSplitter> parse_pattern(const json& description, const std::string& where) {
  const auto pattern = description.find("pattern");
  if (pattern != description.end() && pattern->is_object() && pattern->contains("Regex")) {
    JsonFields fields(*pattern, where + ": pattern");
    const std::string regex = fields.text("Regex");
    SLAVA_TRY_STATUS(fields.finish());
    auto splitter = PatternSplitter::of_foreign_regex(regex);
    if (!splitter) return fail(splitter.error().in(where + ": pattern"));
    return splitter;
  }
  SLAVA_TRY(const std::string literal, json_literal_pattern(description, where));
  return PatternSplitter::of_literal(literal);
}

}  // namespace

PreTokenizer PreTokenizer::byte_level(bool add_prefix_space) {
  PreTokenizer pre_tokenizer;
  if (add_prefix_space) pre_tokenizer.steps_.push_back(std::make_shared<PrefixSpaceStep>());
  pre_tokenizer.steps_.push_back(trusted_pattern(kGpt2Pattern, Behaviour::kIsolated));
  pre_tokenizer.steps_.push_back(std::make_shared<ByteCharactersStep>());
  return pre_tokenizer;
}

Result<PreTokenizer> PreTokenizer::parse(const json& description, const std::string& where) {
  PreTokenizer pre_tokenizer;
  SLAVA_TRY_STATUS(pre_tokenizer.add(description, where, 0));
  return pre_tokenizer;
}

Status PreTokenizer::add(const json& description, const std::string& where, int depth) {
  if (description.is_null()) return {};
  JsonFields fields(description, where);
  const std::string type = fields.text("type");
  SLAVA_TRY_STATUS(fields.finish());
  if (type == "Sequence") {
    SLAVA_TRY(const json* steps, json_array(description, "pretokenizers", where, depth));
    for (const json& step : *steps) SLAVA_TRY_STATUS(add(step, where, depth + 1));
    return {};
  }
  if (type == "ByteLevel") {
    if (fields.flag_or("add_prefix_space", true)) {
      steps_.push_back(std::make_shared<PrefixSpaceStep>());
    }
    if (fields.flag_or("use_regex", true)) {
      steps_.push_back(trusted_pattern(kGpt2Pattern, Behaviour::kIsolated));
    }
    steps_.push_back(std::make_shared<ByteCharactersStep>());
    return fields.finish();
  }
  if (type == "Digits") {
    const bool single = fields.flag_or("individual_digits", false);
    steps_.push_back(
        trusted_pattern(kDigit, single ? Behaviour::kIsolated : Behaviour::kContiguous));
    return fields.finish();
  }
  if (type == "Metaspace") {
    SLAVA_TRY(const Metaspace metaspace, parse_metaspace(description, where));
    steps_.push_back(std::make_shared<MarkSpacesStep>(metaspace));
    if (metaspace.split) {
      steps_.push_back(std::make_shared<PatternStep>(PatternSplitter::of_literal(metaspace.mark),
                                                     Behaviour::kMergedWithNext, false));
    }
    return {};
  }
  if (type == "Split") {
    SLAVA_TRY(PatternSplitter splitter, parse_pattern(description, where));
    SLAVA_TRY(const Behaviour behaviour, parse_behaviour(fields.text("behavior"), where));
    const bool invert = fields.flag_or("invert", false);
    SLAVA_TRY_STATUS(fields.finish());
    steps_.push_back(std::make_shared<PatternStep>(std::move(splitter), behaviour, invert));
    return {};
  }
  return fail(ErrorKind::kModel,
              cat(where, ": type is \"", type, "\"; expected ByteLevel, Split, Digits, Metaspace ",
                  "or a Sequence of them"));
}

std::vector<std::string> PreTokenizer::split(std::string text, bool at_begin) const {
  std::vector<Piece> pieces;
  if (!text.empty()) pieces.push_back({std::move(text), at_begin});
  for (const auto& step : steps_) {
    std::vector<Piece> smaller;
    for (Piece& piece : pieces) {
      for (Piece& part : step->split(std::move(piece))) {
        if (!part.text.empty()) smaller.push_back(std::move(part));
      }
    }
    pieces = std::move(smaller);
  }
  std::vector<std::string> texts;
  texts.reserve(pieces.size());
  for (Piece& piece : pieces) texts.push_back(std::move(piece.text));
  return texts;
}

}  // namespace slava
