// A draft report as a document: sections, sentences, films and where everything came from.
// Writers turn it into files. Never here: tensors, DICOM, rendering.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slava {

// First line of every output.
inline constexpr const char* kDraftBanner =
    "AI-GENERATED DRAFT - NOT VERIFIED BY A PHYSICIAN. A physician must check, correct and sign "
    "it.";

struct Sentence {
  std::string text;
};

// A film that the report rests on.
struct FilmRecord {
  std::string file;              // name without folder
  std::string sop_instance_uid;  // DICOM, else empty
  std::string file_sha256;
  std::string view;         // "frontal", "lateral"
  std::string view_source;  // "tag", "assumed", ...
  std::string projection;   // "PA", "AP", ... or empty
  bool read_by_model = false;
  std::string model_input_sha256;  // of the 8-bit picture that the model saw; empty if not read
  // JPEG bytes for pages; not part of the JSON.
  std::string picture_jpeg;
  int width = 0;
  int height = 0;
};

// What the gate before the model has against a film.
struct GateNote {
  std::string film;    // name without folder
  std::string reason;  // "modality", "rotated", ...: the names of --gate
  std::string action;  // "refuse": the film was kept from the model; "warn"
  std::string text;    // "the Modality is CT; expected CR or DX"
};

// Only where identifiers were asked for.
struct PatientIdentity {
  std::string name;
  std::string id;
  std::string birth_date;  // "1955-01-02", or as the file has it
};

struct Provenance {
  std::string program = "slava-cxr";
  std::string program_version;
  std::string checkpoint_name;
  std::string checkpoint_family;
  std::string checkpoint_sha256;
  std::string checkpoint_notice;  // for example DEMONSTRATION MODEL, NOT FOR PATIENTS
  std::string preprocessing_profile;
  std::string preprocessing_fit;
  int preprocessing_size = 0;
  std::string device;
  std::string dtype;
  // Decoding settings by name, in a fixed order.
  std::vector<std::pair<std::string, std::string>> decoding;
};

struct Timing {
  std::string created;  // ISO 8601 UTC; lives beside the content so that the rest is reproducible
  double seconds = 0;
};

struct Report {
  std::string study_id;
  std::string study_instance_uid;
  std::string indication;
  std::string comparison;
  std::vector<Sentence> findings;
  std::vector<Sentence> impression;
  // What a reader must know: an assumed view, a film not read, an unfinished text.
  std::vector<std::string> remarks;
  // Shown before the findings: warnings, and films of the study that were kept from the model.
  std::vector<GateNote> gate;
  std::optional<PatientIdentity> patient;
  bool complete = true;
  std::vector<FilmRecord> films;
  Provenance provenance;
  Timing timing;
};

// Splits running text into sentences: at . ! ? before white space, but not inside numbers,
// abbreviations or measures ("1.5 cm", "vs.", "Dr."). White space is folded, and the number of a
// list ("2. No effusion.") is taken off, because writers number; nothing else changes.
std::vector<Sentence> split_sentences(const std::string& text);

// Text out of a model as sentences for a Report: clean_text, then split_sentences. A sentence that
// the model repeats stays repeated; repetition_remark tells the reader.
std::vector<Sentence> sentences_of_model_text(const std::string& model_text);

// For people: "a.dcm (rotated): the film seems to lie on its side or head; turn it upright".
std::string warning_text(const GateNote& note);

// A remark that names the sentences which a section has more than once; empty when none is.
std::string repetition_remark(const Report& report);

}  // namespace slava
