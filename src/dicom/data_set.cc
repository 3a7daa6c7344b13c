#include "dicom/data_set.h"

#include <charconv>
#include <cmath>
#include <exception>
#include <fstream>

#include "base/strings.h"
#include "dicom/dcmtk_setup.h"
#include "dicom/deflated.h"
#include "dicom/file_kind.h"

namespace slava {
namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{2} << 30;

// What a parser's failure means to the user. `condition` is DCMTK's own text: it names no values.
Error unreadable(const std::filesystem::path& path, FileKind kind, const std::string& condition) {
  if (kind == FileKind::kDicom) {
    return {ErrorKind::kInput, cat(path.string(), ": the DICOM file is damaged or truncated (",
                                   condition, "); copy or export it again")};
  }
  return {ErrorKind::kInput, cat(path.string(), ": expected a DICOM file, found ", describe(kind),
                                 "; give a DICOM, PNG or JPEG file with its own suffix")};
}

// Without the magic, DCMTK takes nearly any bytes for elements; these tell a real data set.
bool looks_like_image_object(DcmDataset& data) {
  return data.tagExists(DCM_SOPClassUID) || data.tagExists(DCM_StudyInstanceUID) ||
         data.tagExists(DCM_Rows);
}

Result<std::unique_ptr<DcmFileFormat>> load(const std::filesystem::path& path, LoadDepth depth) {
  SLAVA_TRY_STATUS(prepare_dcmtk());
  SLAVA_TRY(const FileKind kind, file_kind(path));
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorKind::kInput, cat(path.string(), ": ", error.message()));
  if (size > kMaxFileBytes) {
    return fail(ErrorKind::kInput, cat(path.string(), ": ", size >> 20, " MiB; expected at most ",
                                       kMaxFileBytes >> 20, " MiB"));
  }
  if (kind != FileKind::kDicom && kind != FileKind::kUnknown) {
    return fail(unreadable(path, kind, {}));
  }
  SLAVA_TRY_STATUS(check_deflated(path));
  auto file = std::make_unique<DcmFileFormat>();
  const OFFilename name(path.c_str());
  const OFCondition loaded =
      depth == LoadDepth::kTags
          ? file->loadFileUntilTag(name, EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                                   ERM_autoDetect, DCM_PixelData)
          : file->loadFile(name, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_autoDetect);
  if (loaded.bad()) return fail(unreadable(path, kind, loaded.text()));
  if (kind == FileKind::kUnknown && !looks_like_image_object(*file->getDataset())) {
    return fail(unreadable(path, kind, {}));
  }
  if (depth == LoadDepth::kAll) {
    const OFCondition complete = file->loadAllDataIntoMemory();
    if (complete.bad()) return fail(unreadable(path, kind, complete.text()));
  }
  return file;
}

}  // namespace

Result<std::unique_ptr<DcmFileFormat>> load_data_set(const std::filesystem::path& path,
                                                     LoadDepth depth) {
  try {
    return load(path, depth);
  } catch (const std::exception& exception) {
    return fail(ErrorKind::kInput, cat(path.string(), ": ", exception.what()));
  }
}

std::string transfer_syntax_uid(DcmFileFormat& file) {
  return text_of(*file.getMetaInfo(), DCM_TransferSyntaxUID);
}

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  if (item.findAndGetOFStringArray(tag, value).bad()) return {};
  std::string text;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) text += c;
  }
  return std::string(trim(text));
}

std::optional<long> integer_of(DcmItem& item, const DcmTagKey& tag) {
  const std::vector<double> numbers = numbers_of(item, tag);
  if (numbers.empty() || numbers[0] != std::floor(numbers[0]) || std::abs(numbers[0]) > 1e9) {
    return std::nullopt;
  }
  return static_cast<long>(numbers[0]);
}

std::vector<double> numbers_of(DcmItem& item, const DcmTagKey& tag) {
  std::vector<double> numbers;
  const std::string text = text_of(item, tag);
  if (text.empty()) return numbers;
  for (const std::string& part : split(text, '\\')) {
    std::string_view digits = trim(part);
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(number)) {
      return {};
    }
    numbers.push_back(number);
  }
  return numbers;
}

bool has_value(DcmItem& item, const DcmTagKey& tag) { return item.tagExistsWithValue(tag); }

}  // namespace slava
