// A folder of films and other files, and what find_studies makes of it.
#pragma once

#include <gtest/gtest.h>

#include "base/file.h"
#include "study/find_studies.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"

namespace slava {

inline constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n and so on";

class FindStudies : public ::testing::Test {
 protected:
  std::filesystem::path root() const { return folder_.path(); }

  std::filesystem::path add(const std::string& name, std::string_view bytes) {
    const std::filesystem::path path = root() / name;
    EXPECT_TRUE(write_file_atomically(path, bytes));
    return path;
  }

  std::filesystem::path add_film(const std::string& name, const testing::DicomFilm& film) {
    const std::filesystem::path path = root() / name;
    std::filesystem::create_directories(path.parent_path());
    testing::write_film(path, film);
    return path;
  }

  StudyList find(const std::vector<std::filesystem::path>& paths, const FindOptions& options = {}) {
    auto list = find_studies(paths, options);
    if (!list) {
      ADD_FAILURE() << list.error();
      return {};
    }
    return *std::move(list);
  }
  StudyList find() { return find({root()}); }

  static std::vector<std::string> ids(const StudyList& list) {
    std::vector<std::string> ids;
    for (const Study& study : list.studies) ids.push_back(study.id);
    return ids;
  }

  static std::vector<std::string> rejected_ids(const StudyList& list) {
    std::vector<std::string> ids;
    for (const RejectedInput& rejected : list.rejected) ids.push_back(rejected.study_id);
    return ids;
  }

  static std::vector<std::string> files(const Study& study) {
    std::vector<std::string> names;
    for (const Film& film : study.films) names.push_back(film.path.filename());
    return names;
  }

  TemporaryFolder folder_;
};

inline testing::DicomFilm film_of(const std::string& study, const std::string& sop,
                                  const std::string& view = {}) {
  testing::DicomFilm film;
  film.study_uid = study;
  film.sop_uid = sop;
  film.view_position = view;
  return film;
}

}  // namespace slava
