#include "dicom/data_set.h"

#include <charconv>
#include <cmath>
#include <exception>

#include "base/strings.h"
#include "dicom/dcmtk_setup.h"
#include "dicom/deflated.h"
#include "dicom/file_kind.h"
#include "dicom/input_file.h"
#include "dicom/memory_stream.h"
#include "dicom/nesting.h"

namespace slava {
namespace {

// The tags of a film stand before its pixels, nearly always in its first kilobytes.
constexpr size_t kHeadBytes = size_t{64} << 10;

// What a parser's failure means to the user. `condition` is DCMTK's own text: it names no values.
Error unreadable(const std::string& name, FileKind kind, const std::string& condition) {
  if (kind == FileKind::kDicom) {
    return {ErrorKind::kInput, cat(name, ": the DICOM file is damaged or truncated (", condition,
                                   "); copy or export it again")};
  }
  return {ErrorKind::kInput, cat(name, ": expected a DICOM file, found ", describe(kind),
                                 "; give a DICOM, PNG or JPEG file with its own suffix")};
}

// Without the magic, DCMTK takes nearly any bytes for elements; these tell a real data set.
bool looks_like_image_object(DcmDataset& data) {
  return data.tagExists(DCM_SOPClassUID) || data.tagExists(DCM_StudyInstanceUID) ||
         data.tagExists(DCM_Rows);
}

// DCMTK reads on where it does not know what it reads; a film of such bytes is a guess.
bool is_out_of_step(DcmFileFormat& file) {
  DcmMetaInfo& meta = *file.getMetaInfo();
  for (unsigned long i = 0; i < meta.card(); ++i) {
    if (meta.getElement(i)->getGTag() != 2) return true;
  }
  DcmDataset& data = *file.getDataset();
  for (unsigned long i = 0; i < data.card(); ++i) {
    const DcmElement& element = *data.getElement(i);
    const DcmEVR vr = element.getTag().getEVR();
    if (element.getGTag() <= 2 || vr == EVR_UNKNOWN2B) return true;
    if (element.getTag() == DCM_PixelData && vr == EVR_UNKNOWN) return true;
  }
  return false;
}

struct Parsed {
  std::unique_ptr<DcmFileFormat> file = std::make_unique<DcmFileFormat>();
  OFCondition result;
  bool took_all = false;
};

Parsed parse_bytes(std::string_view bytes, LoadDepth depth) {
  MemoryStream stream(bytes);
  Parsed parsed;
  parsed.file->transferInit();
  parsed.result = depth == LoadDepth::kTags
                      ? parsed.file->readUntilTag(stream, EXS_Unknown, EGL_noChange,
                                                  DCM_MaxReadLength, DCM_PixelData)
                      : parsed.file->read(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
  parsed.file->transferEnd();
  parsed.took_all = stream.avail() == 0;
  // Values that were skipped still point into `bytes`.
  if (parsed.result.good()) parsed.result = parsed.file->loadAllDataIntoMemory();
  return parsed;
}

// `is_head` says that the file goes on behind `bytes`: nullptr then means that they do not suffice.
Result<std::unique_ptr<DcmFileFormat>> parse(std::string_view bytes, const std::string& name,
                                             LoadDepth depth, bool is_head) {
  SLAVA_TRY_STATUS(prepare_dcmtk());
  const FileKind kind = kind_of_bytes(bytes);
  if (kind != FileKind::kDicom && kind != FileKind::kUnknown) {
    return fail(unreadable(name, kind, {}));
  }
  const bool deflated = is_deflated(bytes);
  if (deflated && is_head) return nullptr;
  std::string inflated;
  if (deflated) {
    auto whole = inflate_data_set(bytes);
    if (!whole) return fail(whole.error().in(name));
    inflated = *std::move(whole);
    bytes = inflated;
  }
  const std::string_view flat = before_too_many_items(bytes);
  const bool is_cut = flat.size() < bytes.size();
  if (is_cut && depth == LoadDepth::kAll) {
    return fail(ErrorKind::kInput,
                cat(name, ": more than ", kMaxItems, " sequence items; expected one radiograph"));
  }
  Parsed parsed = parse_bytes(flat, depth);
  // What stands before so many items tells what the object is, which is no film.
  const bool enough = is_cut && has_value(*parsed.file->getDataset(), DCM_SOPClassUID);
  if (is_head && (parsed.result.bad() || parsed.took_all) && !enough) return nullptr;
  if (parsed.result.bad() && !enough) return fail(unreadable(name, kind, parsed.result.text()));
  if (kind == FileKind::kUnknown && !looks_like_image_object(*parsed.file->getDataset())) {
    return fail(unreadable(name, kind, {}));
  }
  if (depth == LoadDepth::kAll && is_out_of_step(*parsed.file)) {
    return fail(unreadable(name, FileKind::kDicom, "elements out of step"));
  }
  if (deflated) {
    parsed.file->getMetaInfo()->putAndInsertString(
        DCM_TransferSyntaxUID, UID_DeflatedExplicitVRLittleEndianTransferSyntax);
  }
  return std::move(parsed.file);
}

Result<std::unique_ptr<DcmFileFormat>> load(const std::filesystem::path& path, LoadDepth depth) {
  if (depth == LoadDepth::kTags) {
    SLAVA_TRY(const std::string head, read_input_head(path, kHeadBytes));
    SLAVA_TRY(auto file, parse(head, path.string(), depth, head.size() == kHeadBytes));
    if (file) return file;
  }
  SLAVA_TRY(const std::string bytes, read_input_file(path));
  return parse(bytes, path.string(), depth, false);
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

Result<std::unique_ptr<DcmFileFormat>> parse_data_set(std::string_view bytes,
                                                      const std::string& name, LoadDepth depth) {
  try {
    return parse(bytes, name, depth, false);
  } catch (const std::exception& exception) {
    return fail(ErrorKind::kInput, cat(name, ": ", exception.what()));
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
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) text += byte < 0x80 ? c : '?';
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
