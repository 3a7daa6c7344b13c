#include "dicom/deflated.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/strings.h"

namespace slava {
namespace {

constexpr std::string_view kDeflatedUid = "1.2.840.10008.1.2.1.99";
// Of the same length: UIDs are filled up with NUL.
constexpr std::string_view kExplicitUid("1.2.840.10008.1.2.1\0\0\0", kDeflatedUid.size());
constexpr size_t kMaxInflatedBytes = size_t{512} << 20;
// Preamble, magic, and the element (0002,0000) UL with its value: PS3.10 section 7.1.
constexpr size_t kBeforeMeta = 128 + 4 + 12;
// Meta headers are a few hundred bytes; the syntax's UID stands in them.
constexpr size_t kLookedAtBytes = 8192;

// (0002,0010) UI of 22 bytes, as every writer gives it.
constexpr std::string_view kSyntaxElement("\x02\x00\x10\x00UI\x16\x00", 8);

size_t place_of_uid(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookedAtBytes);
  const size_t at = head.find(cat(kSyntaxElement, kDeflatedUid));
  return at == std::string_view::npos ? at : at + kSyntaxElement.size();
}

uint32_t little_endian_32(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Adds to `out` until the stream ends (true) or cannot go on.
  bool run(std::string_view deflated, size_t max_bytes, std::string& out) {
    if (!ready_ || deflated.size() > std::numeric_limits<uInt>::max()) return false;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
    stream_.avail_in = static_cast<uInt>(deflated.size());
    std::string piece(size_t{1} << 18, '\0');
    int status = Z_OK;
    while (status == Z_OK && out.size() <= max_bytes) {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      status = inflate(&stream_, Z_NO_FLUSH);
      out.append(piece, 0, piece.size() - stream_.avail_out);
    }
    return status == Z_STREAM_END && out.size() <= max_bytes;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

bool is_deflated(std::string_view bytes) {
  return bytes.size() > kBeforeMeta && bytes.substr(128, 4) == "DICM" &&
         place_of_uid(bytes) != std::string_view::npos;
}

Result<std::string> inflate_data_set(std::string_view bytes) {
  const Error damaged{ErrorKind::kInput,
                      "the DICOM file is damaged or truncated (its deflated data set ends early); "
                      "copy or export it again"};
  if (!is_deflated(bytes) || bytes.substr(132, 6) != std::string_view("\x02\x00\x00\x00UL", 6)) {
    return fail(damaged);
  }
  const size_t start = kBeforeMeta + little_endian_32(bytes, kBeforeMeta - 4);
  if (start >= bytes.size()) return fail(damaged);
  std::string whole(bytes.substr(0, start));
  const size_t uid = place_of_uid(bytes);
  if (uid + kExplicitUid.size() > start) return fail(damaged);
  std::copy(kExplicitUid.begin(), kExplicitUid.end(), whole.begin() + static_cast<long>(uid));
  Inflater inflater;
  if (inflater.run(bytes.substr(start), kMaxInflatedBytes, whole)) return whole;
  if (whole.size() > kMaxInflatedBytes) {
    return fail(ErrorKind::kInput, cat("the deflated data set is larger than ",
                                       kMaxInflatedBytes >> 20, " MiB; expected one radiograph"));
  }
  return fail(damaged);
}

}  // namespace slava
