// A study: the films of one examination with what is known of them before a pixel is read.
// Never here: pixels, or a patient's name, id or birth date.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dicom/header.h"

namespace slava {

enum class FilmFormat { kDicom, kPng, kJpeg };
enum class View { kFrontal, kLateral };

// Who said which view it is; the report repeats it.
enum class ViewSource {
  kFlag,      // --view
  kManifest,  // the manifest's `view` column
  kViewCode,  // ViewCodeSequence (0054,0220)
  kTag,       // ViewPosition (0018,5101)
  kAssumed,   // nobody: counted as frontal
};

std::string_view to_string(FilmFormat format);
std::string_view to_string(View view);          // "frontal", "lateral"
std::string_view to_string(ViewSource source);  // "flag", "manifest", "view code", "tag", "assumed"

struct Film {
  std::filesystem::path path;
  FilmFormat format = FilmFormat::kDicom;
  View view = View::kFrontal;
  ViewSource view_source = ViewSource::kAssumed;
  std::string projection;        // "PA", "AP", "LL", "RL" where known, else empty
  std::string sop_instance_uid;  // DICOM only
  DicomHeader tags;              // of DICOM; a picture has none
};

struct Study {
  // Unique in a run and safe as a folder name: StudyInstanceUID, or a name made of the file's,
  // the folder's, or the manifest's study_id.
  std::string id;
  std::string study_instance_uid;  // DICOM only
  std::vector<Film> films;         // frontal before lateral, PA before AP, then by path
  std::string indication;          // from the manifest, else empty
  std::string comparison;          // likewise
};

}  // namespace slava
