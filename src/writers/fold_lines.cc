#include "writers/fold_lines.h"

#include <algorithm>

#include "base/strings.h"

namespace slava {
namespace {

// Code points: every byte of UTF-8 but the continuing ones.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Bytes of the line's head that the folded rest is indented by.
size_t head_bytes(std::string_view line) {
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const std::string_view text = line.substr(indent);
  if (text.substr(0, 2) == "- ") return indent + 2;
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits > 0 && text.substr(digits, 2) == ". ") return indent + digits + 2;
  // "Label   text": two spaces and more end a label.
  const size_t gap = text.find("  ");
  if (gap == std::string_view::npos || gap > 20) return indent;
  const size_t value = text.find_first_not_of(' ', gap);
  return value == std::string_view::npos ? indent : indent + value;
}

std::string fold_line(std::string_view line, size_t columns) {
  if (width_of(line) <= columns) return std::string(line);
  const size_t head = head_bytes(line);
  const std::string margin(width_of(line.substr(0, head)), ' ');
  std::string out(line.substr(0, head));
  size_t used = margin.size();
  bool begun = false;
  for (const std::string& word : split(line.substr(head), ' ')) {
    if (word.empty()) continue;
    const size_t width = width_of(word);
    if (begun && used + 1 + width > columns) {
      out += "\n" + margin;
      used = margin.size();
    } else if (begun) {
      out += ' ';
      ++used;
    }
    out += word;
    used += width;
    begun = true;
  }
  return out;
}

}  // namespace

std::string fold_lines(std::string_view text, size_t columns) {
  std::string out;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find('\n', begin);
    out += fold_line(text.substr(begin, end - begin), columns);
    if (end == std::string_view::npos) return out;
    out += '\n';
    begin = end + 1;
  }
}

}  // namespace slava
