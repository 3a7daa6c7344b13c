// The alphabet of byte-level vocabularies (GPT-2): each of the 256 bytes as one printable
// character, so that pieces of any bytes are text. In: bytes; out: characters, and back.
#pragma once

#include <string>
#include <string_view>

namespace slava {

// Each byte of `bytes` as its character: " a" is "Ġa".
std::string to_byte_characters(std::string_view bytes);

// Appends to `bytes` the bytes that the characters of `piece` stand for; the piece's own bytes when
// one of its characters stands for none, as the reference does for added tokens.
void append_bytes_of(std::string_view piece, std::string& bytes);

}  // namespace slava
