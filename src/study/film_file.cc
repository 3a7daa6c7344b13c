#include "study/film_file.h"

#include "base/strings.h"
#include "dicom/file_kind.h"
#include "dicom/header.h"
#include "study/projection.h"

namespace slava {
namespace {

FilmFile failed(FilmFile::Kind kind, Error error, std::string study_instance_uid = {}) {
  FilmFile file;
  file.kind = kind;
  file.error = std::move(error);
  file.study_instance_uid = std::move(study_instance_uid);
  return file;
}

FilmFile film_of_header(const std::filesystem::path& path, const Result<DicomHeader>& header) {
  if (!header) return failed(FilmFile::Kind::kBroken, header.error());
  const std::string problem = why_no_image(*header);
  if (!problem.empty()) {
    return failed(
        FilmFile::Kind::kNoImage,
        {ErrorKind::kInput, cat(path.string(), ": expected a radiograph, found ", problem)},
        header->study_instance_uid);
  }
  FilmFile file;
  file.kind = FilmFile::Kind::kFilm;
  file.study_instance_uid = header->study_instance_uid;
  file.film.path = path;
  file.film.format = FilmFormat::kDicom;
  file.film.sop_instance_uid = header->sop_instance_uid;
  file.film.tags = *header;
  if (const auto projection = projection_from_tags(*header, file.film.view_source)) {
    file.film.view = projection->view;
    file.film.projection = projection->name;
  }
  return file;
}

// A DICOM file by its magic or its name.
bool is_dicom(const std::filesystem::path& path, FileKind kind) {
  const std::string suffix = to_lower(path.extension().string());
  return kind == FileKind::kDicom || suffix == ".dcm" || suffix == ".dicom";
}

FilmFile film_of_picture(const std::filesystem::path& path, FileKind kind) {
  const std::string suffix = to_lower(path.extension().string());
  if (suffix != ".png" && suffix != ".jpg" && suffix != ".jpeg") {
    return failed(
        FilmFile::Kind::kNotInput,
        {ErrorKind::kInput, cat(path.string(),
                                ": expected a film (DICOM, or a name ending in .png, .jpg or "
                                ".jpeg), found ",
                                describe(kind))});
  }
  if (kind != FileKind::kPng && kind != FileKind::kJpeg) {
    return failed(FilmFile::Kind::kBroken,
                  {ErrorKind::kInput,
                   cat(path.string(), ": expected a PNG or JPEG picture, found ", describe(kind))});
  }
  FilmFile file;
  file.kind = FilmFile::Kind::kFilm;
  file.film.path = path;
  file.film.format = kind == FileKind::kPng ? FilmFormat::kPng : FilmFormat::kJpeg;
  return file;
}

}  // namespace

FilmFile read_film_file(const std::filesystem::path& path) {
  const auto kind = file_kind(path);
  if (!kind) return failed(FilmFile::Kind::kBroken, kind.error());
  if (is_dicom(path, *kind)) return film_of_header(path, read_dicom_header(path));
  return film_of_picture(path, *kind);
}

FilmFile read_film_bytes(const std::filesystem::path& path, std::string_view bytes) {
  const FileKind kind = kind_of_bytes(bytes);
  if (is_dicom(path, kind)) return film_of_header(path, parse_dicom_header(bytes, path.string()));
  return film_of_picture(path, kind);
}

}  // namespace slava
