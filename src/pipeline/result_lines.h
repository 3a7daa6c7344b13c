// What a batch prints: a line a study, or the reports themselves where there is no output folder.
// Never here: patients' names.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/results.h"

namespace slava {

class ResultLines {
 public:
  // Of the options the line format and the writers count.
  ResultLines(const BatchOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), out_(out), err_(err) {}

  // The first report of the run is not separated from what stands before it.
  void report(const StudyResult& row, const std::string& text);
  // A study that is done, its files in `folder`.
  void result(const StudyResult& row, const std::filesystem::path& folder);
  // A study that an earlier run did.
  void kept(const StudyResult& row, const std::filesystem::path& folder);

 private:
  std::string first_report(const std::filesystem::path& folder) const;
  std::string json_line(const StudyResult& row, const std::filesystem::path& folder,
                        bool is_kept) const;

  const BatchOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  bool is_first_report_ = true;
};

}  // namespace slava
