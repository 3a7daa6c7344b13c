#include "image/encapsulated.h"

#include <dcmtk/dcmdata/dcpxitem.h>

#include "base/strings.h"

namespace slava {

Result<std::string> encapsulated_stream(DcmDataset& data) {
  const auto failed = [] {
    return fail(ErrorKind::kInput,
                "the transfer syntax says compressed pixel data and there is none; export the "
                "file again");
  };
  DcmElement* element = nullptr;
  if (data.findAndGetElement(DCM_PixelData, element).bad()) return failed();
  auto* pixels = dynamic_cast<DcmPixelData*>(element);
  if (pixels == nullptr) return failed();
  E_TransferSyntax syntax = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  pixels->getOriginalRepresentationKey(syntax, parameter);
  DcmPixelSequence* sequence = nullptr;
  if (pixels->getEncapsulatedRepresentation(syntax, parameter, sequence).bad() ||
      sequence == nullptr) {
    return failed();
  }
  std::string stream;
  // Item 0 is the Basic Offset Table, empty or not.
  for (unsigned long i = 1; i < sequence->card(); ++i) {
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    if (sequence->getItem(item, i).bad() || item == nullptr) return failed();
    if (item->getLength() == 0) continue;
    if (item->getUint8Array(bytes).bad() || bytes == nullptr) return failed();
    stream.append(reinterpret_cast<const char*>(bytes), item->getLength());
  }
  if (stream.empty()) return failed();
  return stream;
}

Status check_jpeg_frame(const std::string& stream, const PixelLayout& layout) {
  const Error damaged{ErrorKind::kInput,
                      "the pixel data holds no whole JPEG stream; export the file again"};
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(stream[at]); };
  const auto word = [&](size_t at) { return byte(at) << 8 | byte(at + 1); };
  size_t at = 0;
  // Markers up to the frame header (ISO/IEC 10918-1 B.1.1.3; B.2.2).
  while (at + 4 <= stream.size()) {
    if (byte(at) != 0xff) return fail(damaged);
    const unsigned marker = byte(at + 1);
    if (marker == 0xff) {
      ++at;
      continue;
    }
    if (marker == 0xd8 || marker == 0x01) {
      at += 2;
      continue;
    }
    const bool is_frame =
        (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) ||
        marker == 0xf7;
    if (!is_frame) {
      at += 2 + static_cast<size_t>(word(at + 2));
      continue;
    }
    if (at + 10 > stream.size()) return fail(damaged);
    // Baseline, extended sequential, lossless, JPEG-LS.
    if (marker != 0xc0 && marker != 0xc1 && marker != 0xc3 && marker != 0xf7) {
      return fail(ErrorKind::kInput,
                  cat("the JPEG stream is of kind SOF", marker - 0xc0,
                      ", which no DICOM transfer syntax in use has; convert the file"));
    }
    const int height = word(at + 5), width = word(at + 7), components = byte(at + 9);
    if (height != layout.rows || width != layout.columns) {
      return fail(ErrorKind::kInput,
                  cat("the JPEG stream holds ", width, " x ", height,
                      " pixels; Columns x Rows say ", layout.columns, " x ", layout.rows));
    }
    if (components != layout.samples_per_pixel) {
      return fail(ErrorKind::kInput,
                  cat("the JPEG stream has ", components, " components; SamplesPerPixel says ",
                      layout.samples_per_pixel));
    }
    return {};
  }
  return fail(damaged);
}

}  // namespace slava
