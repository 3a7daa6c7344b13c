#include "image/jpeg2000.h"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/strings.h"

namespace slava {
namespace {

// Start of code stream and, right behind it, the marker of image and tile size.
constexpr std::string_view kStreamStart("\xff\x4f\xff\x51", 4);
constexpr int kMaxPrecision = 16;
// Films are one tile, or some dozens; OpenJPEG allocates for all that the stream claims.
constexpr uint64_t kMaxTiles = 4096;

class Codec {
 public:
  Codec() : codec_(opj_create_decompress(OPJ_CODEC_J2K)) {}
  ~Codec() {
    if (codec_ != nullptr) opj_destroy_codec(codec_);
  }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  opj_codec_t* get() const { return codec_; }

 private:
  opj_codec_t* codec_;
};

struct Memory {
  std::string_view bytes;
  size_t at = 0;
};

OPJ_SIZE_T read_memory(void* to, OPJ_SIZE_T size, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  const size_t part = std::min<size_t>(size, memory.bytes.size() - memory.at);
  if (part == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, memory.bytes.data() + memory.at, part);
  memory.at += part;
  return part;
}

OPJ_OFF_T skip_memory(OPJ_OFF_T size, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  if (size < 0 || static_cast<size_t>(size) > memory.bytes.size() - memory.at) return -1;
  memory.at += static_cast<size_t>(size);
  return size;
}

OPJ_BOOL seek_memory(OPJ_OFF_T to, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  if (to < 0 || static_cast<size_t>(to) > memory.bytes.size()) return OPJ_FALSE;
  memory.at = static_cast<size_t>(to);
  return OPJ_TRUE;
}

void keep_message(const char* message, void* user) {
  auto& kept = *static_cast<std::string*>(user);
  if (kept.empty()) kept = std::string(trim(message));
}

void drop_message(const char*, void*) {}

// The size marker (ISO/IEC 15444-1 A.5.1), looked at before OpenJPEG acts on it.
struct SizeMarker {
  uint32_t width = 0;
  uint32_t height = 0;
  uint64_t tiles = 0;
  uint32_t components = 0;
};

Result<SizeMarker> read_size_marker(std::string_view stream) {
  const auto number = [&](size_t at, size_t size) {
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value = value << 8 | static_cast<unsigned char>(stream[at + i]);
    }
    return value;
  };
  if (stream.size() < 42) return fail(ErrorKind::kInput, "the JPEG 2000 stream is truncated");
  const uint32_t right = number(8, 4), bottom = number(12, 4);
  const uint32_t left = number(16, 4), top = number(20, 4);
  const uint32_t tile_width = number(24, 4), tile_height = number(28, 4);
  if (right <= left || bottom <= top || tile_width == 0 || tile_height == 0) {
    return fail(ErrorKind::kInput, "the JPEG 2000 stream is damaged (it claims an empty image)");
  }
  SizeMarker marker{right - left, bottom - top, 0, number(40, 2)};
  marker.tiles = (uint64_t{right} / tile_width + 1) * (uint64_t{bottom} / tile_height + 1);
  return marker;
}

Status check_size_marker(std::string_view stream, int width, int height, int components) {
  SLAVA_TRY(const SizeMarker marker, read_size_marker(stream));
  if (marker.width != static_cast<uint32_t>(width) ||
      marker.height != static_cast<uint32_t>(height)) {
    return fail(ErrorKind::kInput,
                cat("the JPEG 2000 stream holds ", marker.width, " x ", marker.height,
                    " pixels; Columns x Rows say ", width, " x ", height));
  }
  if (marker.components != static_cast<uint32_t>(components)) {
    return fail(ErrorKind::kInput, cat("the JPEG 2000 stream has ", marker.components,
                                       " components; SamplesPerPixel says ", components));
  }
  if (marker.tiles > kMaxTiles) {
    return fail(ErrorKind::kInput, cat("the JPEG 2000 stream has ", marker.tiles,
                                       " tiles; expected at most ", kMaxTiles));
  }
  return {};
}

Status check_components(const opj_image_t& image, int width, int height, int components) {
  bool fits = image.numcomps == static_cast<OPJ_UINT32>(components);
  for (OPJ_UINT32 c = 0; fits && c < image.numcomps; ++c) {
    const opj_image_comp_t& component = image.comps[c];
    fits = component.w == static_cast<OPJ_UINT32>(width) &&
           component.h == static_cast<OPJ_UINT32>(height) && component.prec <= kMaxPrecision;
  }
  if (fits) return {};
  return fail(ErrorKind::kInput,
              cat("the JPEG 2000 stream's components are not ", width, " x ", height,
                  " pixels of at most ", kMaxPrecision, " bit; convert the file"));
}

}  // namespace

Result<Jpeg2000Frame> decode_jpeg2000(std::string_view bytes, int width, int height,
                                      int components) {
  const size_t start = bytes.find(kStreamStart);
  if (start == std::string_view::npos) {
    return fail(ErrorKind::kInput, "the pixel data holds no JPEG 2000 stream");
  }
  Memory memory{bytes.substr(start)};
  SLAVA_TRY_STATUS(check_size_marker(memory.bytes, width, height, components));

  const Codec codec;
  const std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)> stream(
      opj_stream_default_create(OPJ_TRUE), [](opj_stream_t* s) { opj_stream_destroy(s); });
  if (codec.get() == nullptr || !stream) {
    return fail(ErrorKind::kInternal, "OpenJPEG has no memory");
  }
  opj_stream_set_user_data(stream.get(), &memory, nullptr);
  opj_stream_set_user_data_length(stream.get(), memory.bytes.size());
  opj_stream_set_read_function(stream.get(), read_memory);
  opj_stream_set_skip_function(stream.get(), skip_memory);
  opj_stream_set_seek_function(stream.get(), seek_memory);

  std::string message;
  opj_set_error_handler(codec.get(), keep_message, &message);
  opj_set_warning_handler(codec.get(), drop_message, nullptr);
  opj_set_info_handler(codec.get(), drop_message, nullptr);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* raw = nullptr;
  const bool has_header = opj_setup_decoder(codec.get(), &parameters) &&
                          opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) &&
                          opj_read_header(stream.get(), codec.get(), &raw);
  const std::unique_ptr<opj_image_t, void (*)(opj_image_t*)> image(
      raw, [](opj_image_t* i) { opj_image_destroy(i); });
  const auto damaged = [&] {
    return fail(ErrorKind::kInput, cat("the JPEG 2000 stream is damaged or truncated (", message,
                                       "); export the file again"));
  };
  if (!has_header || !image) return damaged();
  SLAVA_TRY_STATUS(check_components(*image, width, height, components));
  if (!opj_decode(codec.get(), stream.get(), image.get()) ||
      !opj_end_decompress(codec.get(), stream.get())) {
    return damaged();
  }
  SLAVA_TRY_STATUS(check_components(*image, width, height, components));

  Jpeg2000Frame frame{width, height, components, static_cast<int>(image->comps[0].prec), {}};
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  const auto step = static_cast<size_t>(components);
  frame.samples.resize(count * step);
  for (size_t c = 0; c < step; ++c) {
    const OPJ_INT32* from = image->comps[c].data;
    if (from == nullptr) return damaged();
    for (size_t i = 0; i < count; ++i) frame.samples[i * step + c] = from[i];
  }
  return frame;
}

}  // namespace slava
