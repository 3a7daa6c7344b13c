// Paths and a manifest into studies; reads tags only, never pixels.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "study/study.h"

namespace slava {

struct FindOptions {
  std::filesystem::path manifest;  // .csv or .jsonl; overrides what the files themselves say
  std::optional<View> view;        // --view: for films whose view nothing else tells
};

// An input that can be no part of a study: its own failed study, so that nothing is lost silently.
struct RejectedInput {
  std::string study_id;  // a safe name made of the file's
  std::filesystem::path path;
  Error error;
};

struct StudyList {
  std::vector<Study> studies;           // sorted by id
  std::vector<RejectedInput> rejected;  // sorted by study id; ids differ from the studies'
  size_t ignored = 0;                   // files that are no pictures: neither suffix nor magic
};

// Walks files and folders (recursively; links to folders are not followed, hidden files are
// ignored). DICOM files (magic or .dcm) with an image of any kind group by StudyInstanceUID;
// pictures by their sub-folder, a lone file is its own study. Whether an image is a chest film is
// not asked. Films in zip archives count like films in a folder. kInput when a path does not exist
// or nothing at all is an input; a defective manifest is an error that names file and line.
Result<StudyList> find_studies(const std::vector<std::filesystem::path>& paths,
                               const FindOptions& options);

// The studies of a manifest or, where `path` is a folder, of what is in it.
Result<StudyList> find_listed_studies(const std::filesystem::path& path);

}  // namespace slava
