#include "image/stored_pixels.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "dicom/header.h"
#include "image/encapsulated.h"
#include "image/jpeg2000.h"
#include "image/picture.h"

namespace slava {
namespace {

enum class Codec { kNone, kRle, kJpeg, kJpeg2000 };

struct SyntaxCodec {
  std::string_view uid;
  Codec codec;
};

constexpr std::array<SyntaxCodec, 16> kSyntaxes{{
    {"1.2.840.10008.1.2", Codec::kNone},            // implicit VR little endian
    {"1.2.840.10008.1.2.1", Codec::kNone},          // explicit VR little endian
    {"1.2.840.10008.1.2.1.99", Codec::kNone},       // deflated
    {"1.2.840.10008.1.2.2", Codec::kNone},          // explicit VR big endian
    {"1.2.840.10008.1.2.5", Codec::kRle},           // RLE
    {"1.2.840.10008.1.2.4.50", Codec::kJpeg},       // JPEG baseline
    {"1.2.840.10008.1.2.4.51", Codec::kJpeg},       // JPEG extended
    {"1.2.840.10008.1.2.4.57", Codec::kJpeg},       // JPEG lossless
    {"1.2.840.10008.1.2.4.70", Codec::kJpeg},       // JPEG lossless SV1
    {"1.2.840.10008.1.2.4.80", Codec::kJpeg},       // JPEG-LS lossless
    {"1.2.840.10008.1.2.4.81", Codec::kJpeg},       // JPEG-LS near-lossless
    {"1.2.840.10008.1.2.4.90", Codec::kJpeg2000},   // JPEG 2000 lossless
    {"1.2.840.10008.1.2.4.91", Codec::kJpeg2000},   // JPEG 2000
    {"1.2.840.10008.1.2.4.201", Codec::kJpeg2000},  // HTJ2K lossless
    {"1.2.840.10008.1.2.4.202", Codec::kJpeg2000},  // HTJ2K lossless, RPCL
    {"1.2.840.10008.1.2.4.203", Codec::kJpeg2000},  // HTJ2K
}};

Result<Codec> codec_of(const std::string& uid) {
  // Without a meta header there is none; then the data set is not compressed.
  if (uid.empty()) return Codec::kNone;
  for (const SyntaxCodec& known : kSyntaxes) {
    if (uid == known.uid) return known.codec;
  }
  return fail(ErrorKind::kInput,
              cat("transfer syntax ", name_of_uid(uid), " (", uid,
                  ") is not read; expected uncompressed, RLE, JPEG, JPEG-LS, JPEG 2000 or HTJ2K: "
                  "convert the file, for example to JPEG lossless"));
}

// Cuts one sample out of the word that holds it.
class SampleCutter {
 public:
  explicit SampleCutter(const PixelLayout& layout)
      : shift_(layout.high_bit + 1 - layout.bits_stored),
        mask_((1u << layout.bits_stored) - 1),
        sign_(layout.is_signed ? 1u << (layout.bits_stored - 1) : 0) {}

  int32_t cut(uint32_t word) const { return cut_unshifted(word >> shift_); }
  int32_t cut_unshifted(uint32_t word) const {
    return static_cast<int32_t>((word & mask_) ^ sign_) - static_cast<int32_t>(sign_);
  }

 private:
  int shift_;
  uint32_t mask_;
  uint32_t sign_;
};

size_t pixel_count(const PixelLayout& layout) {
  return static_cast<size_t>(layout.rows) * static_cast<size_t>(layout.columns);
}

Result<StoredPixels> decode_by_openjpeg(DcmDataset& data, PixelLayout layout) {
  SLAVA_TRY(const std::string stream, encapsulated_stream(data));
  SLAVA_TRY(Jpeg2000Frame frame,
            decode_jpeg2000(stream, layout.columns, layout.rows, layout.samples_per_pixel));
  // Encoders write either the stored bits or the whole allocated word.
  const bool whole_word = frame.precision > layout.high_bit;
  const SampleCutter cutter(layout);
  StoredPixels stored{layout, std::move(frame.samples)};
  for (int32_t& value : stored.values) {
    const auto word = static_cast<uint32_t>(value);
    value = whole_word ? cutter.cut(word) : cutter.cut_unshifted(word);
  }
  stored.layout.is_planar = false;
  if (layout.photometric == Photometric::kYbrFull422) {
    stored.layout.photometric = Photometric::kYbrFull;
  }
  return stored;
}

// Uncompressed samples in whatever of bytes and words DCMTK holds them.
class RawSamples {
 public:
  static Result<RawSamples> of(DcmDataset& data, const PixelLayout& layout, size_t samples) {
    DcmElement* element = nullptr;
    if (data.findAndGetElement(DCM_PixelData, element).bad() || element == nullptr) {
      return fail(ErrorKind::kInput, "there is no PixelData; expected a film");
    }
    const size_t expected = samples * static_cast<size_t>(layout.bits_allocated) / 8;
    if (element->getLength() < expected) {
      return fail(ErrorKind::kInput,
                  cat("the pixel data is truncated: ", element->getLength(),
                      " bytes; Rows x Columns need ", expected, "; copy or export the file again"));
    }
    RawSamples raw;
    raw.wide_ = layout.bits_allocated == 16;
    Uint16* words = nullptr;
    Uint8* bytes = nullptr;
    // DCMTK holds 8-bit pixels as bytes (OB) or in words (OW); asked for the other kind it refuses.
    if (element->getUint16Array(words).good() && words != nullptr) {
      raw.words_ = words;
    } else if (element->getUint8Array(bytes).good() && bytes != nullptr) {
      raw.bytes_ = bytes;
    } else {
      return fail(ErrorKind::kInput, "the pixel data cannot be read; expected OB or OW");
    }
    return raw;
  }

  // In memory words are in the machine's order, so that two 8-bit pixels of a word are its low and
  // high byte (PS3.5 section 8.1.1, little endian).
  uint32_t at(size_t i) const {
    if (!wide_) return bytes_ != nullptr ? bytes_[i] : (words_[i / 2] >> (i % 2 * 8)) & 0xffu;
    return words_ != nullptr ? words_[i]
                             : bytes_[2 * i] | static_cast<uint32_t>(bytes_[2 * i + 1]) << 8;
  }

 private:
  const Uint8* bytes_ = nullptr;
  const Uint16* words_ = nullptr;
  bool wide_ = false;
};

// PS3.3 C.7.6.3.1.2: Y1 Y2 Cb Cr for two pixels of a row.
Result<StoredPixels> spread_422(DcmDataset& data, const PixelLayout& layout) {
  if (layout.columns % 2 != 0 || layout.is_planar) {
    return fail(ErrorKind::kInput,
                "YBR_FULL_422 in an odd number of Columns or by planes; convert the file to RGB");
  }
  const size_t pairs = pixel_count(layout) / 2;
  SLAVA_TRY(const RawSamples raw, RawSamples::of(data, layout, 4 * pairs));
  const SampleCutter cutter(layout);
  StoredPixels stored{layout, std::vector<int32_t>(6 * pairs)};
  for (size_t i = 0; i < pairs; ++i) {
    int32_t* to = stored.values.data() + 6 * i;
    to[0] = cutter.cut(raw.at(4 * i));
    to[3] = cutter.cut(raw.at(4 * i + 1));
    to[1] = to[4] = cutter.cut(raw.at(4 * i + 2));
    to[2] = to[5] = cutter.cut(raw.at(4 * i + 3));
  }
  stored.layout.photometric = Photometric::kYbrFull;
  return stored;
}

Result<StoredPixels> read_uncompressed(DcmDataset& data, const PixelLayout& layout) {
  if (layout.photometric == Photometric::kYbrFull422) return spread_422(data, layout);
  const size_t count = pixel_count(layout);
  const auto step = static_cast<size_t>(layout.samples_per_pixel);
  SLAVA_TRY(const RawSamples raw, RawSamples::of(data, layout, count * step));
  const SampleCutter cutter(layout);
  StoredPixels stored{layout, std::vector<int32_t>(count * step)};
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < step; ++c) {
      stored.values[i * step + c] =
          cutter.cut(raw.at(layout.is_planar ? c * count + i : i * step + c));
    }
  }
  stored.layout.is_planar = false;
  return stored;
}

// A stored value that a tag holds, whatever of US and SS it was written as.
std::optional<int32_t> stored_value_of(DcmDataset& data, const DcmTagKey& tag,
                                       const PixelLayout& layout) {
  const auto value = integer_of(data, tag);
  if (!value) return std::nullopt;
  if (layout.is_signed) return static_cast<int16_t>(*value);
  return static_cast<uint16_t>(*value);
}

}  // namespace

Result<StoredPixels> decode_stored_pixels(DcmDataset& data, const std::string& syntax_uid) {
  SLAVA_TRY(const Codec codec, codec_of(syntax_uid));
  SLAVA_TRY(PixelLayout layout, read_pixel_layout(data));
  if (!data.tagExists(DCM_PixelData)) {
    return fail(ErrorKind::kInput, "there is no PixelData; expected a film");
  }
  if (codec == Codec::kJpeg2000) return decode_by_openjpeg(data, layout);
  if (codec == Codec::kNone) return read_uncompressed(data, layout);
  if (codec == Codec::kJpeg) {
    SLAVA_TRY(const std::string stream, encapsulated_stream(data));
    SLAVA_TRY_STATUS(check_jpeg_frame(stream, layout));
  }
  const OFCondition decoded = data.chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (decoded.bad()) {
    return fail(ErrorKind::kInput, cat("the pixel data cannot be decoded (", decoded.text(),
                                       "): it is damaged or truncated; export the file again"));
  }
  // DCMTK changes the tags where a codec changes depth, planes or colour space.
  SLAVA_TRY(layout, read_pixel_layout(data));
  // All of DCMTK's decoders give each pixel its own colour.
  if (layout.photometric == Photometric::kYbrFull422) layout.photometric = Photometric::kYbrFull;
  return read_uncompressed(data, layout);
}

std::vector<bool> padding_mask(DcmDataset& data, const StoredPixels& stored) {
  const auto value = stored_value_of(data, DCM_PixelPaddingValue, stored.layout);
  if (!value) return {};
  const auto limit =
      stored_value_of(data, DCM_PixelPaddingRangeLimit, stored.layout).value_or(*value);
  const auto [low, high] = std::minmax(*value, limit);
  std::vector<bool> mask(stored.values.size());
  size_t padded = 0;
  for (size_t i = 0; i < mask.size(); ++i) {
    mask[i] = stored.values[i] >= low && stored.values[i] <= high;
    padded += mask[i] ? 1 : 0;
  }
  if (padded == 0 || padded == mask.size()) return {};
  return mask;
}

}  // namespace slava
