#include "tokenizer/golden_strings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace slava {
namespace {

std::string little_endian(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

std::string repeated(const std::string& text, uint64_t times) {
  std::string all;
  for (uint64_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

uint64_t Draw::next() {
  state_ += 0x9E3779B97F4A7C15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

std::string Draw::scalar(uint64_t bound) {
  while (true) {
    const uint64_t code_point = below(bound);
    if (code_point >= 0xD800 && code_point < 0xE000) continue;
    std::string text;
    append_utf8(text, static_cast<char32_t>(code_point));
    return text;
  }
}

Atoms read_atoms() {
  const auto text = read_file(SLAVA_SOURCE_DIR "/tests/golden/tokenizer/atoms.json");
  return nlohmann::json::parse(text.value()).get<Atoms>();
}

std::string golden_string(uint64_t index, const Atoms& atoms) {
  Draw draw(index * 1'000'003 + 17);
  std::string made;
  switch (index % 8) {
    case 0:  // a report
      for (uint64_t n = 2 + draw.below(7); n > 0; --n) {
        made += draw.of(atoms.at("phrases"));
        made += draw.of({" ", "  ", "\n", " \n", "\n\n"});
      }
      break;
    case 1:  // all of Unicode
      for (uint64_t n = 1 + draw.below(30); n > 0; --n) made += draw.scalar(0x110000);
      break;
    case 2:  // white space
      for (uint64_t n = 1 + draw.below(8); n > 0; --n) {
        const std::string& space = draw.of(atoms.at("spaces"));
        made += repeated(space, 1 + draw.below(34));
        if (draw.below(3) != 0) made += draw.of(atoms.at("words"));
      }
      break;
    case 3:  // everything side by side
      for (uint64_t n = 1 + draw.below(16); n > 0; --n) {
        made +=
            draw.of(atoms.at(draw.of({"phrases", "words", "spaces", "emoji", "added", "marks"})));
      }
      break;
    case 4:  // bytes
      for (uint64_t n = 1 + draw.below(40); n > 0; --n) {
        made += static_cast<char>(draw.below(3) != 0 ? draw.below(256) : 0x80 + draw.below(128));
      }
      break;
    case 5:  // a report with damaged bytes
      for (const char* kind : {"emoji", "phrases", "words"}) made += draw.of(atoms.at(kind));
      for (uint64_t n = 1 + draw.below(4); n > 0; --n) {
        // The value is drawn before the place, as Python evaluates an assignment.
        const auto value = static_cast<char>(draw.below(256));
        made[draw.below(made.size())] = value;
      }
      break;
    case 6:  // the older scripts
      for (uint64_t n = 1 + draw.below(40); n > 0; --n) {
        made += draw.below(4) != 0 ? draw.scalar(0x3100) : draw.of(atoms.at("spaces"));
      }
      break;
    default:  // added tokens between words
      for (uint64_t n = 1 + draw.below(10); n > 0; --n) {
        made += draw.of(atoms.at(draw.of({"words", "added", "added", "spaces", "marks"})));
      }
  }
  return made;
}

std::string code_point_string(uint64_t index) {
  std::string made;
  for (uint64_t code_point = index * 256; code_point < index * 256 + 256; ++code_point) {
    if (code_point >= 0xD800 && code_point < 0xE000) continue;
    std::string character;
    append_utf8(character, static_cast<char32_t>(code_point));
    made += character + "a " + character + "1";
  }
  return made;
}

std::string golden_hash(const std::string& bytes) { return sha256_hex(bytes).substr(0, 16); }

std::string block_hashes(const std::vector<std::string>& results) {
  std::string hashes;
  for (size_t begin = 0; begin < results.size(); begin += kGoldenBlock) {
    std::string block;
    for (size_t i = begin; i < std::min(begin + kGoldenBlock, results.size()); ++i) {
      block += little_endian(results[i].size(), 8) + results[i];
    }
    hashes += golden_hash(block);
  }
  return hashes;
}

std::string ids_bytes(const std::vector<int64_t>& ids) {
  std::string bytes;
  for (const int64_t id : ids) bytes += little_endian(static_cast<uint64_t>(id), 4);
  return bytes;
}

}  // namespace slava
