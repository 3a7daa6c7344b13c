#include "gate/body_part.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace slava {
namespace {

// Beginnings of words, lower case: English and the languages that share them.
constexpr std::array<std::string_view, 13> kChestWords{
    "chest", "thorax", "thorac",  "torax", "torac", "poumon",  "lung",
    "pulm",  "rib",    "sternum", "heart", "cardi", "babygram"};

// Whole words, lower case, letters alone.
constexpr std::array<std::string_view, 66> kOtherWords{
    "abdomen",   "ankle",       "arm",      "bladder", "brain",  "breast",   "calcaneus", "calf",
    "carotid",   "cerebellum",  "clavicle", "coccyx",  "colon",  "cspine",   "ear",       "elbow",
    "extremity", "eye",         "face",     "facial",  "femur",  "fibula",   "finger",    "foot",
    "forearm",   "gallbladder", "hand",     "head",    "heel",   "hip",      "humerus",   "jaw",
    "kidney",    "knee",        "leg",      "liver",   "lspine", "mandible", "maxilla",   "nasal",
    "neck",      "orbit",       "pancreas", "patella", "pelvis", "penis",    "prostate",  "radius",
    "scapula",   "shoulder",    "sinus",    "skull",   "spine",  "sspine",   "stomach",   "teeth",
    "thigh",     "thumb",       "tibia",    "toe",     "tspine", "ulna",     "uterus",    "wrist",
    "sacrum",    "zygoma"};

struct Code {
  std::string_view snomed_ct;
  std::string_view snomed_rt;
  std::string_view name;  // empty: the chest
};

constexpr std::array<Code, 31> kCodes{{
    {"816094009", "T-D3000", ""},
    {"51185008", "T-D3000", ""},
    {"39607008", "T-28000", ""},
    {"113197003", "T-11300", ""},
    {"56873002", "T-11210", ""},
    {"80891009", "T-32000", ""},
    {"818981001", "T-D4000", "abdomen"},
    {"113345001", "T-D4000", "abdomen"},
    {"816092008", "T-D6000", "pelvis"},
    {"12921003", "T-D6000", "pelvis"},
    {"72696002", "T-D9200", "knee"},
    {"85562004", "T-D8700", "hand"},
    {"56459004", "T-D9700", "foot"},
    {"89546000", "T-11100", "skull"},
    {"16982005", "T-D2220", "shoulder"},
    {"29836001", "T-D2500", "hip"},
    {"122494005", "T-11501", "cervical spine"},
    {"122496007", "T-11503", "lumbar spine"},
    {"122495006", "T-11502", "thoracic spine"},
    {"69536005", "T-D1100", "head"},
    {"45048000", "T-D1600", "neck"},
    {"76752008", "T-04000", "breast"},
    {"40983000", "T-D8200", "upper arm"},
    {"14975008", "T-D8500", "forearm"},
    {"68367000", "T-D9100", "thigh"},
    {"30021000", "T-D9400", "lower leg"},
    {"7569003", "T-D8800", "finger"},
    {"29707007", "T-D9800", "toe"},
    {"54735007", "T-11AD0", "sacrum"},
    {"51299004", "T-12310", "clavicle"},
    {"79601000", "T-12280", "scapula"},
}};

// The runs of ASCII letters in lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : to_lower(text)) {
    if (c >= 'a' && c <= 'z') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

BodyPart body_part_of_word(std::string_view word) {
  if (trim(word).empty()) return {};
  const std::vector<std::string> words = words_of(word);
  // "THORACIC SPINE" is no chest film, "CHEST ABDOMEN PELVIS" shows one.
  const bool spine = std::find(words.begin(), words.end(), "spine") != words.end();
  for (const std::string& part : words) {
    for (const std::string_view chest : kChestWords) {
      if (!spine && part.starts_with(chest)) return {BodyPart::Kind::kChest, {}};
    }
  }
  for (const std::string& part : words) {
    const auto known = std::find(kOtherWords.begin(), kOtherWords.end(), part);
    if (known != kOtherWords.end()) return {BodyPart::Kind::kOther, *known};
  }
  return {BodyPart::Kind::kUnknown, {}};
}

BodyPart body_part_of_codes(const std::vector<CodedValue>& codes) {
  BodyPart part;
  for (const CodedValue& code : codes) {
    if (code.value.empty()) continue;
    for (const Code& known : kCodes) {
      if (code.value != known.snomed_ct && code.value != known.snomed_rt) continue;
      return {known.name.empty() ? BodyPart::Kind::kChest : BodyPart::Kind::kOther, known.name};
    }
    part.kind = BodyPart::Kind::kUnknown;
  }
  return part;
}

}  // namespace slava
