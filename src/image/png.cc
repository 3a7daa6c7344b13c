#include <png.h>

#include <csetjmp>
#include <cstring>

#include "base/strings.h"
#include "image/colour.h"
#include "image/picture.h"

namespace slava {
namespace {

// All that lives across libpng's longjmp, which runs no destructors of the frames it leaves.
struct PngReading {
  std::string_view bytes;
  size_t at = 0;
  char message[200] = "";
  png_structp png = nullptr;
  png_infop info = nullptr;
  int channels = 0;
  int bits = 8;
  png_uint_32 width = 0;
  png_uint_32 height = 0;
  std::vector<png_byte> pixels;
  std::vector<png_bytep> rows;

  ~PngReading() { png_destroy_read_struct(&png, &info, nullptr); }
};

void on_error(png_structp png, png_const_charp message) {
  auto* reading = static_cast<PngReading*>(png_get_error_ptr(png));
  std::strncpy(reading->message, message, sizeof(reading->message) - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep to, png_size_t size) {
  auto* reading = static_cast<PngReading*>(png_get_io_ptr(png));
  if (reading->bytes.size() - reading->at < size) png_error(png, "the file ends early");
  std::memcpy(to, reading->bytes.data() + reading->at, size);
  reading->at += size;
}

// libpng calls between two returns to C++: none may construct what needs a destructor.
bool read_header(PngReading& reading) {
  if (setjmp(png_jmpbuf(reading.png))) return false;
  png_set_read_fn(reading.png, &reading, on_read);
  png_read_info(reading.png, reading.info);
  reading.width = png_get_image_width(reading.png, reading.info);
  reading.height = png_get_image_height(reading.png, reading.info);
  return true;
}

bool set_transforms(PngReading& reading) {
  if (setjmp(png_jmpbuf(reading.png))) return false;
  png_set_expand(reading.png);
  png_set_strip_alpha(reading.png);
  png_set_interlace_handling(reading.png);
  if (png_get_bit_depth(reading.png, reading.info) == 16) png_set_swap(reading.png);
  png_read_update_info(reading.png, reading.info);
  reading.channels = png_get_channels(reading.png, reading.info);
  reading.bits = png_get_bit_depth(reading.png, reading.info);
  return true;
}

bool read_pixels(PngReading& reading) {
  if (setjmp(png_jmpbuf(reading.png))) return false;
  png_read_image(reading.png, reading.rows.data());
  png_read_end(reading.png, nullptr);
  return true;
}

uint16_t sample(const std::vector<png_byte>& pixels, size_t i, int bits) {
  if (bits == 8) return pixels[i];
  uint16_t value = 0;
  std::memcpy(&value, pixels.data() + 2 * i, 2);
  return value;
}

}  // namespace

Result<GreyValues> decode_png(std::string_view bytes) {
  PngReading reading;
  reading.bytes = bytes;
  const auto failed = [&] {
    return fail(ErrorKind::kInput,
                cat("the PNG picture is damaged or truncated (", reading.message, ")"));
  };
  reading.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, on_error, on_warning);
  if (reading.png != nullptr) reading.info = png_create_info_struct(reading.png);
  if (reading.info == nullptr) return fail(ErrorKind::kInternal, "libpng has no memory");
  if (!read_header(reading)) return failed();
  SLAVA_TRY_STATUS(check_size(reading.width, reading.height));
  if (!set_transforms(reading)) return failed();

  const size_t row_bytes = png_get_rowbytes(reading.png, reading.info);
  reading.pixels.resize(row_bytes * reading.height);
  for (size_t y = 0; y < reading.height; ++y) {
    reading.rows.push_back(reading.pixels.data() + y * row_bytes);
  }
  if (!read_pixels(reading)) return failed();

  GreyValues grey;
  grey.width = static_cast<int>(reading.width);
  grey.height = static_cast<int>(reading.height);
  grey.bits = reading.bits;
  const size_t count = size_t{reading.width} * reading.height;
  if (reading.channels == 1) {
    grey.values.resize(count);
    for (size_t i = 0; i < count; ++i) grey.values[i] = sample(reading.pixels, i, reading.bits);
    return grey;
  }
  std::vector<uint16_t> rgb(3 * count);
  for (size_t i = 0; i < rgb.size(); ++i) rgb[i] = sample(reading.pixels, i, reading.bits);
  SLAVA_TRY(grey.values, grey_of_rgb(rgb, reading.bits));
  return grey;
}

}  // namespace slava
