#include "study/find_studies.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/log.h"
#include "base/strings.h"
#include "dicom/input_file.h"
#include "study/film_file.h"
#include "study/manifest.h"
#include "study/study_name.h"
#include "study/walk.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

// A study in the making: films that were found, and what stands in the way of reading it.
struct Group {
  std::string name;  // safe, not yet unique
  Study study;
  std::vector<std::pair<fs::path, Error>> problems;  // any of them fails the study
};

int rank_of(const Film& film) {
  if (film.view == View::kLateral) return 3;
  if (film.projection == "PA") return 0;
  return film.projection == "AP" ? 1 : 2;
}

void sort_films(std::vector<Film>& films) {
  std::sort(films.begin(), films.end(), [](const Film& a, const Film& b) {
    return std::tuple(rank_of(a), a.path) < std::tuple(rank_of(b), b.path);
  });
}

void apply_view_flag(Film& film, const std::optional<View>& view) {
  if (!view || film.view_source != ViewSource::kAssumed) return;
  film.view = *view;
  film.view_source = ViewSource::kFlag;
}

// A copy of a film under a second name is one film.
void drop_copies(Study& study) {
  std::set<std::string> seen;
  std::erase_if(study.films, [&](const Film& film) {
    if (film.sop_instance_uid.empty() || seen.insert(film.sop_instance_uid).second) return false;
    log_warning(cat(film.path.string(),
                    ": left out, its SOPInstanceUID was read from another file "
                    "of the study"));
    return true;
  });
}

class Finder {
 public:
  explicit Finder(const FindOptions& options) : options_(options) {}

  Status take_manifest(std::set<fs::path>& listed) {
    SLAVA_TRY(const std::vector<ManifestRow> rows, read_manifest(options_.manifest));
    for (const ManifestRow& row : rows) {
      listed.insert(canonical_path(row.image));
      Group& group = groups_[cat("manifest ", row.study_id)];
      group.name = safe_study_name(row.study_id);
      if (!row.indication.empty()) group.study.indication = row.indication;
      if (!row.comparison.empty()) group.study.comparison = row.comparison;
      take_row(row, group);
    }
    return {};
  }

  void take_file(const FoundFile& found) {
    if (found.error) return reject(found.path, *found.error);
    FilmFile file = read_found(found);
    switch (file.kind) {
      case FilmFile::Kind::kNotInput:
      case FilmFile::Kind::kNoImage:
        if (found.named) {
          reject(found.path, file.error);
        } else {
          log_debug(cat("ignored: ", file.error.message));
          ++ignored_;
        }
        return;
      case FilmFile::Kind::kBroken:
        if (found.sub_folder.empty() || !is_picture_name(found.path)) {
          reject(found.path, file.error);
        } else {
          picture_group(found).problems.emplace_back(found.path, file.error);
        }
        return;
      case FilmFile::Kind::kFilm:
        break;
    }
    Group& group =
        file.film.format == FilmFormat::kDicom ? dicom_group(found, file) : picture_group(found);
    group.study.films.push_back(std::move(file.film));
  }

  StudyList finish() {
    StudyList list;
    list.ignored = ignored_;
    StudyNames names;
    std::vector<Group*> failed;
    // Studies choose their names first: a broken file must not change the name of a good study.
    for (auto& [key, group] : groups_) {
      if (!group.problems.empty()) {
        failed.push_back(&group);
        continue;
      }
      list.studies.push_back(finished_study(group, names));
    }
    for (Group* group : failed) list.rejected.push_back(rejected_study(*group, names));
    for (const auto& [path, error] : rejected_) {
      list.rejected.push_back({names.take(safe_study_name(path.stem().string())), path, error});
    }
    std::sort(list.studies.begin(), list.studies.end(),
              [](const Study& a, const Study& b) { return a.id < b.id; });
    std::sort(
        list.rejected.begin(), list.rejected.end(),
        [](const RejectedInput& a, const RejectedInput& b) { return a.study_id < b.study_id; });
    return list;
  }

 private:
  // An archive's bytes are unpacked once for its tags, and again for the pixels when they are read.
  static FilmFile read_found(const FoundFile& found) {
    if (found.archive == nullptr) return read_film_file(found.path);
    const auto bytes = found.archive->read(found.archived_name);
    if (bytes) return read_film_bytes(found.path, *bytes);
    FilmFile file;
    file.kind = FilmFile::Kind::kBroken;
    file.error = bytes.error();
    return file;
  }

  static bool is_picture_name(const fs::path& path) {
    const std::string suffix = to_lower(path.extension().string());
    return suffix == ".png" || suffix == ".jpg" || suffix == ".jpeg";
  }

  void take_row(const ManifestRow& row, Group& group) {
    const std::string where = cat(options_.manifest.string(), ": line ", row.line);
    if (!is_input_file(row.image)) {
      group.problems.emplace_back(
          row.image,
          Error{ErrorKind::kInput, cat(where, ": ", row.image.string(), ": no such file")});
      return;
    }
    FilmFile file = read_film_file(row.image);
    if (file.kind != FilmFile::Kind::kFilm) {
      group.problems.emplace_back(row.image, file.error.in(where));
      return;
    }
    if (row.projection) {
      file.film.view = row.projection->view;
      // "lateral" in the manifest is no less than "LL" in the tags when both mean the same view.
      if (!row.projection->name.empty() || file.film.view_source == ViewSource::kAssumed) {
        file.film.projection = row.projection->name;
      }
      file.film.view_source = ViewSource::kManifest;
    }
    if (group.study.study_instance_uid.empty()) {
      group.study.study_instance_uid = file.study_instance_uid;
    }
    group.study.films.push_back(std::move(file.film));
  }

  Group& dicom_group(const FoundFile& found, const FilmFile& file) {
    const std::string& uid = file.study_instance_uid;
    if (uid.empty()) {
      log_debug(cat(found.path.string(), ": no StudyInstanceUID; it counts as a study of its own"));
      return lone_group(found);
    }
    Group& group = groups_[cat("dicom ", uid)];
    group.name = safe_study_name(uid);
    group.study.study_instance_uid = uid;
    return group;
  }

  Group& picture_group(const FoundFile& found) {
    if (found.sub_folder.empty()) return lone_group(found);
    Group& group = groups_[cat("folder ", found.given.string(), '\n', found.sub_folder)];
    group.name = safe_study_name(replace_all(found.sub_folder, "/", "-"));
    return group;
  }

  Group& lone_group(const FoundFile& found) {
    Group& group = groups_[cat("lone ", found.path.string())];
    group.name = safe_study_name(found.path.stem().string());
    return group;
  }

  Study finished_study(Group& group, StudyNames& names) const {
    Study study = std::move(group.study);
    study.id = names.take(group.name);
    for (Film& film : study.films) apply_view_flag(film, options_.view);
    sort_films(study.films);
    drop_copies(study);
    return study;
  }

  static RejectedInput rejected_study(const Group& group, StudyNames& names) {
    auto [path, error] = group.problems.front();
    if (group.problems.size() > 1) {
      error.message += cat(" (and ", group.problems.size() - 1, " more of the study)");
    }
    return {names.take(group.name), path, error};
  }

  void reject(const fs::path& path, const Error& error) { rejected_.emplace_back(path, error); }

  const FindOptions& options_;
  std::map<std::string, Group> groups_;
  std::vector<std::pair<fs::path, Error>> rejected_;
  size_t ignored_ = 0;
};

std::string joined(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const fs::path& path : paths) names.push_back(path.string());
  return join(names, ", ");
}

}  // namespace

Result<StudyList> find_studies(const std::vector<fs::path>& paths, const FindOptions& options) {
  Finder finder(options);
  std::set<fs::path> listed;
  if (!options.manifest.empty()) SLAVA_TRY_STATUS(finder.take_manifest(listed));
  SLAVA_TRY(const std::vector<FoundFile> files, walk(paths, listed));
  for (const FoundFile& file : files) finder.take_file(file);
  StudyList list = finder.finish();
  if (list.studies.empty() && list.rejected.empty()) {
    return fail(ErrorKind::kInput,
                cat(joined(paths), ": no film among ", files.size(),
                    " files; expected DICOM files or names ending in .dcm, .png, .jpg or .jpeg"));
  }
  return list;
}

Result<StudyList> find_listed_studies(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? find_studies({path}, {})
                                         : find_studies({}, {.manifest = path, .view = {}});
}

}  // namespace slava
