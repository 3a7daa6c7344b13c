// One report into one file format each; the table below lists them all.
// Every format says first that it is an AI-generated draft.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "report/report.h"

namespace slava {

struct WriterOptions {
  std::filesystem::path text_template;  // a site's own Mustache template for txt; empty: built in
};

struct Writer {
  std::string name;       // as in --format
  std::string file_name;  // "report.txt"
  std::string help;
  // kInput when a template is missing or does not parse.
  std::function<Result<std::string>(const Report&, const WriterOptions&)> write;
};

const std::vector<Writer>& writers();

// The JSON Schema (draft-07) that every report.json keeps.
std::string_view report_json_schema();

// "txt,json" into writers; kUsage names the unknown one and lists the known ones.
Result<std::vector<Writer>> writers_from(const std::string& comma_separated);

}  // namespace slava
