#include "report/clean_text.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace slava {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Decoded {
  uint32_t code_point = 0;
  size_t bytes = 0;  // 0: not UTF-8
};

// The code point at the start of `text`, which is not empty.
Decoded decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  uint32_t code_point = lead & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (bytes == 3 && code_point < 0x800) || (bytes == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return {};
  return {code_point, bytes};
}

bool is_space_control(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_harmful(uint32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;  // C0, DEL, C1
  // Embeddings, overrides and isolates can show a reader other words than the file has.
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return true;
  // Byte order mark, and code points that are no characters.
  return c == 0xFEFF || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

void clean(std::string& text) { text = clean_text(text); }

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.bytes == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (next.code_point == '\r' && text.substr(0, 2) == "\r\n") {
      text.remove_prefix(1);
      continue;
    }
    if (is_space_control(next.code_point)) {
      out += ' ';
    } else if (is_harmful(next.code_point)) {
      out += kReplacement;
    } else {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

Report clean_report(Report report) {
  for (std::string* text :
       {&report.study_id, &report.study_instance_uid, &report.indication, &report.comparison}) {
    clean(*text);
  }
  for (Sentence& sentence : report.findings) clean(sentence.text);
  for (Sentence& sentence : report.impression) clean(sentence.text);
  for (std::string& remark : report.remarks) clean(remark);
  for (FilmRecord& film : report.films) {
    for (std::string* text :
         {&film.file, &film.sop_instance_uid, &film.view, &film.view_source, &film.projection}) {
      clean(*text);
    }
  }
  for (GateNote& note : report.gate) {
    for (std::string* text : {&note.film, &note.reason, &note.action, &note.text}) clean(*text);
  }
  if (report.patient) {
    for (std::string* text :
         {&report.patient->name, &report.patient->id, &report.patient->birth_date}) {
      clean(*text);
    }
  }
  Provenance& from = report.provenance;
  for (std::string* text :
       {&from.program, &from.program_version, &from.checkpoint_name, &from.checkpoint_family,
        &from.checkpoint_notice, &from.preprocessing_profile, &from.preprocessing_fit, &from.device,
        &from.dtype, &report.timing.created}) {
    clean(*text);
  }
  for (auto& [name, value] : from.decoding) {
    clean(name);
    clean(value);
  }
  return report;
}

}  // namespace slava
