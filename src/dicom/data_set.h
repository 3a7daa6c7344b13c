// DICOM files as DCMTK data sets, for the files that work on tags and pixels; whoever can do with
// dicom/header.h or dicom/describe.h includes those instead. A truncated file is an error.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

enum class LoadDepth {
  kTags,  // up to the pixel data, which stays unread
  kAll,   // everything, in memory
};

// kInput names the file, what was expected (a DICOM file) and what was found: empty, text, another
// format, truncated. Files without the 128-byte preamble are read too.
Result<std::unique_ptr<DcmFileFormat>> load_data_set(const std::filesystem::path& path,
                                                     LoadDepth depth);

// The same of a file's bytes, which have to live no longer than the call; `name` is for messages.
Result<std::unique_ptr<DcmFileFormat>> parse_data_set(std::string_view bytes,
                                                      const std::string& name, LoadDepth depth);

// The transfer syntax as the meta header says it, which DCMTK may not know; "" without one.
std::string transfer_syntax_uid(DcmFileFormat& file);

// Values of the data set itself, never of nested items. Text comes trimmed, without control
// characters and with "?" for bytes beyond ASCII, which the elements read here have none of (PS3.5
// 6.2) and which reports could not hold; a multi-valued element keeps its backslashes. Missing or
// unreadable is "" or nullopt.
std::string text_of(DcmItem& item, const DcmTagKey& tag);
std::optional<long> integer_of(DcmItem& item, const DcmTagKey& tag);
std::vector<double> numbers_of(DcmItem& item, const DcmTagKey& tag);
bool has_value(DcmItem& item, const DcmTagKey& tag);

}  // namespace slava
