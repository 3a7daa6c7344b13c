#include "dicom/deflated.h"

#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "base/strings.h"

namespace slava {
namespace {

constexpr std::string_view kDeflatedUid = "1.2.840.10008.1.2.1.99";
constexpr uint64_t kMaxInflatedBytes = uint64_t{2} << 30;
// Preamble, magic, and the element (0002,0000) UL with its value: PS3.10 section 7.1.
constexpr size_t kBeforeMeta = 128 + 4 + 12;
// Meta headers are a few hundred bytes; the syntax's UID stands in them.
constexpr size_t kLookedAtBytes = 8192;

uint32_t little_endian_32(const char* bytes) {
  uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Z_STREAM_END at the end, Z_OK when more is wanted, else an error.
  int take(std::vector<char>& bytes, size_t size) {
    if (!ready_) return Z_MEM_ERROR;
    stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(size);
    int status = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(nowhere_.data());
      stream_.avail_out = static_cast<uInt>(nowhere_.size());
      status = inflate(&stream_, Z_NO_FLUSH);
      inflated_ += nowhere_.size() - stream_.avail_out;
      if (inflated_ > kMaxInflatedBytes) return Z_MEM_ERROR;
    } while (status == Z_OK && (stream_.avail_in > 0 || stream_.avail_out == 0));
    // "No progress" after all input was taken only means that more is wanted.
    if (status == Z_BUF_ERROR && stream_.avail_in == 0) status = Z_OK;
    return status;
  }

  uint64_t inflated() const { return inflated_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
  uint64_t inflated_ = 0;
  std::vector<char> nowhere_ = std::vector<char>(size_t{1} << 18);
};

}  // namespace

Status check_deflated(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string head(kLookedAtBytes, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(in.gcount()));
  if (head.find(kDeflatedUid) == std::string::npos) return {};
  const Error damaged{ErrorKind::kInput,
                      cat(path.string(),
                          ": the DICOM file is damaged or truncated (its deflated "
                          "data set ends early); copy or export it again")};
  if (head.size() < kBeforeMeta ||
      std::string_view(head).substr(132, 6) != std::string_view("\x02\x00\x00\x00UL", 6)) {
    return fail(damaged);
  }
  in.clear();
  in.seekg(
      static_cast<std::streamoff>(kBeforeMeta + little_endian_32(head.data() + kBeforeMeta - 4)));

  Inflater inflater;
  std::vector<char> bytes(size_t{1} << 18);
  int status = Z_OK;
  while (status == Z_OK && in) {
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    status = inflater.take(bytes, static_cast<size_t>(in.gcount()));
  }
  if (status == Z_STREAM_END) return {};
  if (inflater.inflated() > kMaxInflatedBytes) {
    return fail(ErrorKind::kInput, cat(path.string(), ": the deflated data set is larger than ",
                                       kMaxInflatedBytes >> 20, " MiB; expected one radiograph"));
  }
  return fail(damaged);
}

}  // namespace slava
