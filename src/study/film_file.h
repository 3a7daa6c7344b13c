// One file: is it a film, and what do its tags say? Pixels stay unread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "study/study.h"

namespace slava {

struct FilmFile {
  enum class Kind {
    kFilm,      // a picture, or a DICOM image of any kind: the gate judges what it shows
    kNotInput,  // neither a picture's suffix nor the DICOM magic
    kNoImage,   // a DICOM object without an image: a report, a presentation state, a DICOMDIR
    kBroken,    // says by suffix or magic that it is a film, and is none
  };
  Kind kind = Kind::kNotInput;
  Film film;                       // of kFilm
  std::string study_instance_uid;  // of DICOM that could be read, where it has one
  Error error;                     // unless kFilm: names the file, what was expected and found
};

FilmFile read_film_file(const std::filesystem::path& path);

// The same of a file's beginning, or of all its bytes; `path` is where it is.
FilmFile read_film_bytes(const std::filesystem::path& path, std::string_view bytes);

}  // namespace slava
