#include "study/walk.h"

#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "dicom/file_kind.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

class Walk {
 public:
  explicit Walk(const std::set<fs::path>& leave_out) : seen_(leave_out) {}

  Status visit_given(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      return fail(ErrorKind::kInput, cat(path.string(), ": no such file or folder"));
    }
    if (fs::is_directory(status)) {
      given_ = path;
      visit_folder(path, "");
      return {};
    }
    if (!fs::is_regular_file(status)) {
      return fail(ErrorKind::kInput, cat(path.string(), ": neither a file nor a folder"));
    }
    given_ = path;
    if (is_archive(path)) {
      visit_archive(path, "", /*named=*/true);
    } else {
      add({path, true, "", path, nullptr, {}, {}});
    }
    return {};
  }

  std::vector<FoundFile> take() { return std::move(files_); }

 private:
  void visit_folder(const fs::path& folder, const std::string& sub_folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(it->path());
    }
    if (error) log_warning(cat(folder.string(), ": cannot be listed: ", error.message()));
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) {
      const std::string name = entry.filename().string();
      if (name.starts_with('.')) continue;
      const fs::file_status link_status = fs::symlink_status(entry, error);
      if (fs::is_directory(link_status)) {
        visit_folder(entry, below(sub_folder, name));
      } else if (fs::is_regular_file(fs::status(entry, error))) {
        if (is_archive(entry)) {
          visit_archive(entry, below(sub_folder, entry.stem().string()), /*named=*/false);
        } else {
          add({entry, false, sub_folder, given_, nullptr, {}, {}});
        }
      }
    }
  }

  static std::string below(const std::string& folder, const std::string& name) {
    if (folder.empty() || name.empty()) return folder + name;
    return cat(folder, '/', name);
  }

  // By name first: scanning must not open each file once more.
  static bool is_archive(const fs::path& path) {
    if (to_lower(path.extension().string()) != ".zip") return false;
    const auto kind = file_kind(path);
    return kind && *kind == FileKind::kZip;
  }

  void visit_archive(const fs::path& path, const std::string& sub_folder, bool named) {
    if (!seen_.insert(canonical_path(path)).second) return;
    auto archive = ZipArchive::open(path);
    if (!archive) {
      files_.push_back({path, named, sub_folder, given_, nullptr, {}, archive.error()});
      return;
    }
    for (const std::string& name : (*archive)->names()) {
      const std::string folder = fs::path(name).parent_path().generic_string();
      const fs::path place = path / name;
      // A manifest may have named it.
      if (!seen_.insert(canonical_path(place)).second) continue;
      files_.push_back({place, false, below(sub_folder, folder), given_, *archive, name, {}});
    }
  }

  void add(FoundFile file) {
    if (seen_.insert(canonical_path(file.path)).second) files_.push_back(std::move(file));
  }

  std::set<fs::path> seen_;
  fs::path given_;
  std::vector<FoundFile> files_;
};

}  // namespace

Result<std::vector<FoundFile>> walk(std::vector<fs::path> paths,
                                    const std::set<fs::path>& leave_out) {
  // Named files first, so that one also found in a folder counts as named; else by path, so that
  // the order of arguments does not matter.
  std::error_code ignored;
  std::sort(paths.begin(), paths.end());
  std::stable_partition(paths.begin(), paths.end(),
                        [&](const fs::path& path) { return !fs::is_directory(path, ignored); });
  Walk walk(leave_out);
  for (const fs::path& path : paths) SLAVA_TRY_STATUS(walk.visit_given(path));
  return walk.take();
}

fs::path canonical_path(const fs::path& path) {
  std::error_code error;
  fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : canonical;
}

}  // namespace slava
