// Report text comes in; what it says comes out: observations with place, extent, certainty and
// polarity, and the 14 CheXpert labels. Rules decide (src/findings/rules), never a model; the
// labels are neither CheXbert's nor the Stanford labeller's and must not be reported under those
// names.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slava {

// The 14 CheXpert labels in CheXbert's order.
enum class Label {
  kEnlargedCardiomediastinum,
  kCardiomegaly,
  kLungOpacity,
  kLungLesion,
  kEdema,
  kConsolidation,
  kPneumonia,
  kAtelectasis,
  kPneumothorax,
  kPleuralEffusion,
  kPleuralOther,
  kFracture,
  kSupportDevices,
  kNoFinding,
};
inline constexpr size_t kLabelCount = 14;

// CheXbert's class numbers.
enum class LabelState { kBlank = 0, kPositive = 1, kNegative = 2, kUncertain = 3 };

// The part of the report that a sentence stands in; kUnknown for text without headings.
enum class ReportSection {
  kUnknown,
  kIndication,
  kComparison,
  kTechnique,
  kFindings,
  kImpression,
};

enum class FindingSide { kNone, kLeft, kRight, kBilateral };
// One scale for size, amount and severity: trace and subtle; small and mild; moderate; large,
// marked.
enum class FindingExtent { kNone, kMinimal, kMild, kModerate, kSevere };
enum class Certainty { kCertain, kUncertain };

struct Finding {
  // Name in rules/observations.json, "pleural_effusion". Lives as long as the program.
  std::string_view observation;
  // The label that the observation counts for, when it is one of the 13 that name a disease.
  std::optional<Label> label;
  // Heading of a structured report under which it belongs: "Pleura". Lives as long as the program.
  std::string_view region;
  ReportSection section = ReportSection::kUnknown;
  FindingSide side = FindingSide::kNone;
  // In the order of the text, each once: "lower lobe", "apex". They live as long as the program.
  std::vector<std::string_view> zones;
  FindingExtent extent = FindingExtent::kNone;
  Certainty certainty = Certainty::kCertain;
  // The text says that it is not there. A negated finding is never uncertain.
  bool negated = false;
  // Counted from 0 over the whole text.
  size_t sentence = 0;
  // Bytes [begin, end) of the text: the phrase that names it, without place and cues.
  size_t begin = 0;
  size_t end = 0;
};

// All that `text` says, in the order of the text. Headings ("FINDINGS:", "Impression:") set the
// section of what follows; before the first one it is `section`. Any bytes are allowed: what is no
// UTF-8 separates words. Time grows linearly with the text.
std::vector<Finding> extract_findings(std::string_view text,
                                      ReportSection section = ReportSection::kUnknown);

// By the published aggregation: positive beats uncertain beats negative; No Finding is positive if
// and only if nothing but support devices is positive or uncertain, and blank otherwise. Findings
// of indication, comparison and technique do not count.
std::array<LabelState, kLabelCount> chexpert_labels(const std::vector<Finding>& findings);

// "Enlarged Cardiomediastinum", ..., "No Finding".
const std::array<std::string_view, kLabelCount>& label_names();

// Every observation that the rules know, in their order.
struct ObservationName {
  std::string_view name;
  std::optional<Label> label;
  std::string_view region;
};
const std::vector<ObservationName>& observation_names();
// Nothing for a name that they do not know.
const ObservationName* find_observation(std::string_view name);

std::string_view name_of(Label label);
std::string_view name_of(LabelState state);       // "blank", "positive", "negative", "uncertain"
std::string_view name_of(ReportSection section);  // "findings"; "" for kUnknown
std::string_view name_of(FindingSide side);       // "left"; "" for kNone
std::string_view name_of(FindingExtent extent);   // "mild"; "" for kNone
std::string_view name_of(Certainty certainty);    // "certain", "uncertain"

}  // namespace slava
