#include "tokenizer/byte_level.h"

#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace slava {
namespace {

// Printable bytes of Latin-1 stand for themselves, the others for U+0100 and up, in order.
struct Alphabet {
  std::array<std::string, 256> characters;
  std::array<int, 0x144> bytes;  // by code point; -1: none

  Alphabet() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      const bool printable =
          (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      const char32_t code_point = printable ? static_cast<char32_t>(byte) : next++;
      append_utf8(characters[byte], code_point);
      bytes[code_point] = byte;
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet instance;
  return instance;
}

}  // namespace

std::string to_byte_characters(std::string_view bytes) {
  const Alphabet& letters = alphabet();
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) text += letters.characters[static_cast<unsigned char>(byte)];
  return text;
}

void append_bytes_of(std::string_view piece, std::string& bytes) {
  const Alphabet& letters = alphabet();
  const size_t before = bytes.size();
  for (size_t at = 0; at < piece.size(); at += utf8_length(piece[at])) {
    const char32_t code_point = code_point_at(piece, at);
    if (code_point >= letters.bytes.size() || letters.bytes[code_point] < 0) {
      bytes.replace(before, std::string::npos, piece);
      return;
    }
    bytes += static_cast<char>(letters.bytes[code_point]);
  }
}

}  // namespace slava
