#include "radex/output_folder.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "base/file.h"
#include "base/strings.h"

namespace slava::radex {
namespace {

namespace fs = std::filesystem;

constexpr auto kFiles = std::to_array<std::string_view>(
    {"radex.json", "recognition.json", "reasoning.json", "reporting.json", "corpus.jsonl",
     "refusals.jsonl", "radex-report.html", "run.json", "cleaned.jsonl", "rewritings.jsonl"});

fs::path beside(const fs::path& folder, std::string_view suffix) {
  return folder.parent_path() / cat(folder.filename().string(), suffix);
}

// Takes our files away, and the folder if nothing else is in it.
void remove_ours(const fs::path& folder) {
  std::error_code ignored;
  for (const std::string_view name : kFiles) fs::remove(folder / name, ignored);
  fs::remove(folder, ignored);
}

bool has_entries(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder, error) && !fs::is_empty(folder, error);
}

bool has_foreign_entries(const fs::path& folder) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (std::find(kFiles.begin(), kFiles.end(), name) == kFiles.end()) return true;
  }
  return false;
}

}  // namespace

Result<CorpusFolder> CorpusFolder::open(const fs::path& folder, Earlier earlier) {
  CorpusFolder made;
  made.folder_ = folder.has_filename() ? folder : folder.parent_path();
  made.partial_ = beside(made.folder_, ".partial");
  std::error_code error;
  if (fs::exists(made.folder_, error) && !fs::is_directory(made.folder_, error)) {
    return fail(ErrorKind::kUsage, made.folder_.string() + ": a file; expected a folder to make");
  }
  if (has_entries(made.folder_)) {
    if (earlier != Earlier::kReplace) {
      return fail(ErrorKind::kUsage,
                  made.folder_.string() + ": not empty; --force replaces an earlier corpus in it");
    }
    if (has_foreign_entries(made.folder_)) {
      return fail(ErrorKind::kUsage,
                  made.folder_.string() +
                      ": holds other files than a corpus; choose another folder for --output");
    }
  }
  if (has_entries(made.partial_)) {
    if (earlier == Earlier::kRefuse) {
      return fail(ErrorKind::kUsage,
                  made.partial_.string() +
                      ": an earlier run did not finish; --resume goes on with it, --force begins "
                      "anew");
    }
    if (earlier == Earlier::kReplace) remove_ours(made.partial_);
  }
  fs::create_directories(made.partial_, error);
  if (error) return fail(ErrorKind::kOutput, cat(made.partial_.string(), ": ", error.message()));
  fs::permissions(made.partial_, fs::perms(0750), error);
  return made;
}

Status CorpusFolder::write(std::string_view name, std::string_view text) const {
  return write_file_atomically(partial_ / name, text);
}

void CorpusFolder::abandon() const {
  std::error_code ignored;
  for (const std::string_view name : kFiles) {
    if (partial_ / name != rewritings()) fs::remove(partial_ / name, ignored);
  }
  fs::remove(partial_, ignored);  // unless it holds rewritings
}

Status CorpusFolder::finish() const {
  std::error_code error;
  fs::remove(rewritings(), error);
  const fs::path previous = beside(folder_, ".previous");
  if (fs::exists(folder_, error)) {
    fs::rename(folder_, previous, error);
    if (error) return fail(ErrorKind::kOutput, cat(folder_.string(), ": ", error.message()));
  }
  fs::rename(partial_, folder_, error);
  if (error) return fail(ErrorKind::kOutput, cat(folder_.string(), ": ", error.message()));
  if (fs::exists(previous, error)) remove_ours(previous);
  return {};
}

}  // namespace slava::radex
