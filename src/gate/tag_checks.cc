#include <algorithm>
#include <array>

#include "base/strings.h"
#include "dicom/header.h"
#include "gate/body_part.h"
#include "gate/gate.h"
#include "study/projection.h"

namespace slava {
namespace {

// The last two are common on converted films and secondary captures.
constexpr std::array<std::string_view, 5> kRadiographs{"CR", "DX", "RG", "OT", ""};
// Those that a message may name: PS3.3 C.7.3.1.1.1, of images.
constexpr std::array<std::string_view, 26> kOthers{
    "CT", "MR",  "MG", "US", "NM", "PT",  "XA",   "RF", "XC",      "ES",  "GM", "SM", "IO",
    "PX", "BMD", "BI", "DG", "OP", "OPT", "IVUS", "LS", "RTIMAGE", "SEG", "SC", "TG", "IVOCT"};

constexpr std::string_view kDxForProcessing = "1.2.840.10008.5.1.4.1.1.1.1.1";

template <size_t N>
bool has(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class TagChecks {
 public:
  TagChecks(const DicomHeader& tags, const GateOptions& options) : tags_(tags), options_(options) {}

  std::vector<GateFinding> run() {
    check_kind();
    check_body_part();
    check_age();
    check_view();
    if (tags_.burned_in_annotation) {
      find(GateReason::kBurntIn, "text is burnt into the film (BurnedInAnnotation YES)");
    }
    return std::move(findings_);
  }

 private:
  void find(GateReason reason, std::string text) {
    find(reason, options_.action(reason), std::move(text));
  }
  void find(GateReason reason, GateAction action, std::string text) {
    if (options_.action(reason) == GateAction::kOff) return;
    findings_.push_back({reason, action, std::move(text)});
  }

  void check_kind() {
    if (!has(kRadiographs, tags_.modality)) {
      find(
          GateReason::kModality,
          cat("the Modality is ", has(kOthers, tags_.modality) ? tags_.modality : "none of DICOM's",
              "; expected CR or DX"));
    }
    if (tags_.sop_class_uid == kDxForProcessing ||
        tags_.presentation_intent_type == "FOR PROCESSING") {
      find(GateReason::kForProcessing,
           "a raw film for processing; export the one for presentation");
    }
    if (tags_.number_of_frames > 1) {
      find(GateReason::kMultiFrame,
           cat("an image of ", tags_.number_of_frames, " frames; expected one"));
    }
  }

  void check_body_part() {
    const BodyPart word = body_part_of_word(tags_.body_part_examined);
    const BodyPart code = body_part_of_codes(tags_.anatomic_regions);
    const bool chest = word.kind == BodyPart::Kind::kChest || code.kind == BodyPart::Kind::kChest;
    const bool by_word = word.kind == BodyPart::Kind::kOther;
    const char* tag = by_word ? "BodyPartExamined" : "AnatomicRegionSequence";
    if (by_word || code.kind == BodyPart::Kind::kOther) {
      const std::string_view name = by_word ? word.name : code.name;
      if (!chest) {
        find(GateReason::kBodyPart, cat(tag, " names the ", name, "; expected the chest"));
      } else {
        find(GateReason::kBodyPart, GateAction::kWarn,
             cat(tag, " names the ", name, ", but another tag names the chest"));
      }
    } else if (!chest && word.kind == BodyPart::Kind::kUnknown) {
      find(GateReason::kBodyPart, GateAction::kWarn,
           "BodyPartExamined is a word that is not known; whether it means the chest was not "
           "checked");
    }
  }

  void check_age() {
    const auto& years = tags_.patient_age_years;
    const AgeRange& range = options_.patient_age;
    if (!years || range.holds(*years)) return;
    std::string expected;
    if (range.from) expected += cat(" from ", *range.from);
    if (range.to) expected += cat(" to ", *range.to);
    // The age itself stays unsaid: above 89 years it would identify.
    find(GateReason::kPatientAge,
         cat("the patient is too ", range.from && *years < *range.from ? "young" : "old",
             " for this model, which was made for ages", expected, " years"));
  }

  void check_view() {
    ViewSource source;
    if (!tags_.view_position.empty() && !projection_from_tags(tags_, source)) {
      find(GateReason::kView, "ViewPosition is none of the frontal or lateral views");
    }
  }

  const DicomHeader& tags_;
  const GateOptions& options_;
  std::vector<GateFinding> findings_;
};

}  // namespace

std::vector<GateFinding> check_tags(const DicomHeader& tags, const GateOptions& options) {
  return TagChecks(tags, options).run();
}

bool refuses(const std::vector<GateFinding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const GateFinding& finding) {
    return finding.action == GateAction::kRefuse;
  });
}

}  // namespace slava
