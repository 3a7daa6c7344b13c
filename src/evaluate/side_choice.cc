#include "evaluate/side_choice.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/strings.h"
#include "findings/findings.h"
#include "report/report.h"

namespace slava {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// `word` as `like` is written: "RIGHT", "Right", "right".
std::string in_case_of(std::string_view like, std::string_view word) {
  std::string out(word);
  const auto upper = [](char c) { return static_cast<char>(c - 'a' + 'A'); };
  const bool all = like[1] >= 'A' && like[1] <= 'Z';
  const bool first = like[0] >= 'A' && like[0] <= 'Z';
  for (size_t i = 0; i < out.size(); ++i) {
    if (all || (i == 0 && first)) out[i] = upper(out[i]);
  }
  return out;
}

// The only side that `sentence` affirms something on, and what; kNone where there is no such side.
std::pair<FindingSide, std::string> only_side(const std::string& sentence, ReportSection section) {
  std::set<FindingSide> sides;
  std::string observation;
  for (const Finding& finding : extract_findings(sentence, section)) {
    if (finding.side == FindingSide::kNone) continue;
    sides.insert(finding.negated ? FindingSide::kBilateral : finding.side);
    if (observation.empty()) observation = finding.observation;
  }
  const bool is_one = sides.size() == 1 && *sides.begin() != FindingSide::kBilateral;
  return {is_one ? *sides.begin() : FindingSide::kNone, observation};
}

}  // namespace

std::string exchange_sides(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const bool begins = is_letter(text[i]) && (i == 0 || !is_letter(text[i - 1]));
    size_t end = i + 1;
    if (begins) {
      while (end < text.size() && is_letter(text[end])) ++end;
      const std::string_view word = std::string_view(text).substr(i, end - i);
      const std::string lower = to_lower(word);
      if (lower == "left" || lower == "right") {
        out += in_case_of(word, lower == "left" ? "right" : "left");
        i = end;
        continue;
      }
    }
    out.append(text, i, end - i);
    i = end;
  }
  return out;
}

std::vector<SidedSentence> sided_sentences(const JoinedReports& joined) {
  std::vector<SidedSentence> sentences;
  for (const StudyPair& pair : joined.pairs) {
    std::set<std::string> seen;
    for (const auto& [section, text] : pair.reference.parts) {
      for (const Sentence& sentence : split_sentences(text)) {
        const auto [side, observation] = only_side(sentence.text, section);
        if (side == FindingSide::kNone || !seen.insert(sentence.text).second) continue;
        const std::string exchanged = exchange_sides(sentence.text);
        const FindingSide other =
            side == FindingSide::kLeft ? FindingSide::kRight : FindingSide::kLeft;
        // "Lingular" tells the left without its word: there is nothing to exchange.
        if (only_side(exchanged, section).first != other) continue;
        sentences.push_back({pair.id, observation, sentence.text, exchanged});
      }
    }
  }
  return sentences;
}

double SideChoice::share() const {
  return sentences == 0 ? std::nan("")
                        : static_cast<double>(right) / static_cast<double>(sentences);
}

SideChoice count_right_sides(const std::vector<SideScores>& scores) {
  SideChoice choice;
  choice.sentences = scores.size();
  choice.right = static_cast<size_t>(std::ranges::count_if(
      scores, [](const SideScores& s) { return s.as_written > s.exchanged; }));
  if (scores.empty()) return choice;
  constexpr double kZ = 1.959964;
  const auto n = static_cast<double>(choice.sentences);
  const double p = choice.share();
  const double centre = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / (1 + kZ * kZ / n);
  choice.interval = {centre - half, centre + half};
  return choice;
}

}  // namespace slava
