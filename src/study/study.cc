#include "study/study.h"

namespace slava {

std::string_view to_string(FilmFormat format) {
  switch (format) {
    case FilmFormat::kDicom:
      return "DICOM";
    case FilmFormat::kPng:
      return "PNG";
    case FilmFormat::kJpeg:
      return "JPEG";
  }
  return "";
}

std::string_view to_string(View view) { return view == View::kLateral ? "lateral" : "frontal"; }

std::string_view to_string(ViewSource source) {
  switch (source) {
    case ViewSource::kFlag:
      return "flag";
    case ViewSource::kManifest:
      return "manifest";
    case ViewSource::kViewCode:
      return "view code";
    case ViewSource::kTag:
      return "tag";
    case ViewSource::kAssumed:
      return "assumed";
  }
  return "";
}

}  // namespace slava
