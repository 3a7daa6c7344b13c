#include "image/picture.h"

#include <gmock/gmock.h>
#include <png.h>
#include <turbojpeg.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/hash.h"
#include "image/encode.h"
#include "image/image.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using ::testing::HasSubstr;

struct PngSpec {
  int width = 13;
  int height = 9;
  int color_type = PNG_COLOR_TYPE_GRAY;
  int bits = 8;
  bool interlaced = false;
  std::vector<uint8_t> rows;  // as the file holds them
};

int channels_of(int color_type) {
  switch (color_type) {
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      return 2;
    case PNG_COLOR_TYPE_RGB:
      return 3;
    case PNG_COLOR_TYPE_RGB_ALPHA:
      return 4;
    default:
      return 1;
  }
}

std::string png_of(const PngSpec& spec) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp p, png_bytep data, png_size_t size) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(data), size);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(spec.width),
               static_cast<png_uint_32>(spec.height), spec.bits, spec.color_type,
               spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (spec.color_type == PNG_COLOR_TYPE_PALETTE) {
    std::vector<png_color> palette;
    for (int i = 0; i < 256; ++i) {
      const auto grey = static_cast<png_byte>(255 - i);
      palette.push_back({grey, grey, grey});
    }
    png_set_PLTE(png, info, palette.data(), 256);
  }
  std::vector<png_bytep> rows;
  const size_t row_bytes = spec.rows.size() / static_cast<size_t>(spec.height);
  for (int y = 0; y < spec.height; ++y) {
    rows.push_back(const_cast<png_bytep>(spec.rows.data()) + static_cast<size_t>(y) * row_bytes);
  }
  png_set_rows(png, info, rows.data());
  png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::vector<uint8_t> pattern(const PngSpec& spec) {
  std::vector<uint8_t> rows;
  const int count = spec.width * spec.height;
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < channels_of(spec.color_type); ++c) {
      if (spec.bits == 16) rows.push_back(static_cast<uint8_t>(i));  // high byte first
      rows.push_back(static_cast<uint8_t>(2 * i + 1));
    }
  }
  return rows;
}

class LoadPicture : public ::testing::Test {
 protected:
  Result<Image> load(const std::string& bytes, FilmFormat format) {
    EXPECT_TRUE(write_file_atomically(folder_ / "film", bytes));
    return load_image(folder_ / "film", format);
  }

  TemporaryFolder folder_;
};

struct PngCase {
  int color_type;
  int bits;
  bool interlaced;
  const char* name;
};
void PrintTo(const PngCase& one, std::ostream* out) { *out << one.name; }

class LoadPng : public LoadPicture, public ::testing::WithParamInterface<PngCase> {};

TEST_P(LoadPng, GivesTheGreyValues) {
  PngSpec spec;
  spec.color_type = GetParam().color_type;
  spec.bits = GetParam().bits;
  spec.interlaced = GetParam().interlaced;
  spec.rows = pattern(spec);
  const std::string bytes = png_of(spec);
  const auto image = load(bytes, FilmFormat::kPng);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->width, spec.width);
  EXPECT_EQ(image->height, spec.height);
  EXPECT_EQ(image->bits_stored, spec.bits);
  EXPECT_FALSE(image->low_is_white);
  EXPECT_EQ(image->file_sha256, sha256_hex(bytes));
  ASSERT_EQ(image->values.size(), static_cast<size_t>(spec.width * spec.height));
  for (size_t i = 0; i < image->values.size(); ++i) {
    const auto low = static_cast<uint8_t>(2 * i + 1);
    float expected = low;
    if (spec.bits == 16) expected = static_cast<float>(i * 256 + low);
    if (spec.color_type == PNG_COLOR_TYPE_PALETTE) expected = 255.0f - low;
    ASSERT_EQ(image->values[i], expected) << i;
  }
}

TEST_P(LoadPng, RefusesTheFileCutAnywhere) {
  PngSpec spec;
  spec.color_type = GetParam().color_type;
  spec.bits = GetParam().bits;
  spec.interlaced = GetParam().interlaced;
  spec.rows = pattern(spec);
  const std::string bytes = png_of(spec);
  for (size_t kept = 0; kept < bytes.size(); kept += 7) {
    const auto image = load(bytes.substr(0, kept), FilmFormat::kPng);
    ASSERT_FALSE(image.has_value()) << kept << " of " << bytes.size();
    EXPECT_THAT(image.error().message, HasSubstr("film: the PNG picture is damaged or truncated"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, LoadPng,
    ::testing::Values(PngCase{PNG_COLOR_TYPE_GRAY, 8, false, "Grey8"},
                      PngCase{PNG_COLOR_TYPE_GRAY, 16, false, "Grey16"},
                      PngCase{PNG_COLOR_TYPE_GRAY, 16, true, "Grey16Interlaced"},
                      PngCase{PNG_COLOR_TYPE_GRAY_ALPHA, 8, false, "GreyAlpha8"},
                      PngCase{PNG_COLOR_TYPE_RGB, 8, false, "Rgb8"},
                      PngCase{PNG_COLOR_TYPE_RGB, 8, true, "Rgb8Interlaced"},
                      PngCase{PNG_COLOR_TYPE_RGB, 16, false, "Rgb16"},
                      PngCase{PNG_COLOR_TYPE_RGB_ALPHA, 8, false, "Rgba8"},
                      PngCase{PNG_COLOR_TYPE_PALETTE, 8, false, "Palette"}),
    [](const auto& info) { return info.param.name; });

TEST_F(LoadPicture, ReadsOneBitPngAsBlackAndWhite) {
  PngSpec spec;
  spec.width = 8;
  spec.height = 1;
  spec.bits = 1;
  spec.rows = {0b10100000};
  const auto image = load(png_of(spec), FilmFormat::kPng);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->values, (std::vector<float>{255, 0, 255, 0, 0, 0, 0, 0}));
}

TEST_F(LoadPicture, RefusesAPngThatClaimsMorePixelsThanAnyFilmHas) {
  PngSpec spec;
  spec.rows = pattern(spec);
  std::string bytes = png_of(spec);
  // Width and height stand behind the signature and the chunk's length and name; then the CRC.
  bytes.replace(16, 8, std::string("\x00\x00\x75\x30\x00\x00\x75\x30", 8));
  const auto crc =
      static_cast<uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()) + 12, 17));
  for (int i = 0; i < 4; ++i) bytes[29 + i] = static_cast<char>(crc >> (24 - 8 * i));
  const auto image = load(bytes, FilmFormat::kPng);
  ASSERT_FALSE(image.has_value());
  EXPECT_THAT(image.error().message, HasSubstr("30000 x 30000"));
}

TEST_F(LoadPicture, RefusesAColourPhotograph) {
  PngSpec spec;
  spec.color_type = PNG_COLOR_TYPE_RGB;
  spec.rows = pattern(spec);
  for (size_t i = 0; i < spec.rows.size(); i += 3) spec.rows[i] ^= 0x80;
  const auto image = load(png_of(spec), FilmFormat::kPng);
  ASSERT_FALSE(image.has_value());
  EXPECT_THAT(image.error().message, HasSubstr("a colour picture"));
}

TEST_F(LoadPicture, AFewColouredPixelsOfAMarkAreNoColourPicture) {
  PngSpec spec;
  spec.color_type = PNG_COLOR_TYPE_RGB;
  spec.rows = pattern(spec);
  for (size_t i = 0; i < 9; i += 3) spec.rows[i] ^= 0x80;
  EXPECT_TRUE(load(png_of(spec), FilmFormat::kPng).has_value());
}

std::string jpeg_of(int width, int height, int pixel_format, int subsampling, int flags = 0) {
  std::vector<unsigned char> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto grey = static_cast<unsigned char>(x * 200 / width + y * 55 / height);
      for (int c = 0; c < (pixel_format == TJPF_GRAY ? 1 : 3); ++c) pixels.push_back(grey);
    }
  }
  tjhandle handle = tjInitCompress();
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(handle, pixels.data(), width, 0, height, pixel_format, &buffer, &size,
                        subsampling, 98, flags),
            0);
  std::string bytes(reinterpret_cast<char*>(buffer), size);
  tjFree(buffer);
  tjDestroy(handle);
  return bytes;
}

TEST_F(LoadPicture, ReadsGreyColourAndProgressiveJpegAlike) {
  for (const std::string& bytes :
       {jpeg_of(37, 21, TJPF_GRAY, TJSAMP_GRAY), jpeg_of(37, 21, TJPF_RGB, TJSAMP_420),
        jpeg_of(37, 21, TJPF_RGB, TJSAMP_444, TJFLAG_PROGRESSIVE)}) {
    const auto image = load(bytes, FilmFormat::kJpeg);
    ASSERT_TRUE(image.has_value()) << image.error();
    EXPECT_EQ(image->width, 37);
    EXPECT_EQ(image->height, 21);
    EXPECT_EQ(image->bits_stored, 8);
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 37; ++x) {
        ASSERT_NEAR(image->values[static_cast<size_t>(y * 37 + x)], x * 200 / 37 + y * 55 / 21, 5);
      }
    }
  }
}

TEST_F(LoadPicture, RefusesAJpegCutAnywhere) {
  for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
    const std::string bytes = jpeg_of(200, 150, TJPF_GRAY, TJSAMP_GRAY, flags);
    for (const double part : {0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98}) {
      const auto kept = static_cast<size_t>(static_cast<double>(bytes.size()) * part);
      const auto image = load(bytes.substr(0, kept), FilmFormat::kJpeg);
      ASSERT_FALSE(image.has_value()) << kept << " of " << bytes.size();
      EXPECT_THAT(image.error().message, HasSubstr("film: the JPEG picture is damaged"));
    }
  }
}

TEST_F(LoadPicture, RefusesAPictureOfAnotherFormat) {
  EXPECT_FALSE(load(jpeg_of(20, 20, TJPF_GRAY, TJSAMP_GRAY), FilmFormat::kPng).has_value());
  EXPECT_FALSE(load("just text", FilmFormat::kJpeg).has_value());
  EXPECT_FALSE(load("", FilmFormat::kPng).has_value());
  EXPECT_FALSE(load_image(folder_ / "missing.png", FilmFormat::kPng).has_value());
}

TEST_F(LoadPicture, EightBitsAreShownAsStored) {
  PngSpec spec;
  spec.rows = std::vector<uint8_t>(static_cast<size_t>(spec.width * spec.height), 77);
  spec.rows[3] = 90;
  const auto image = load(png_of(spec), FilmFormat::kPng);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->values[5], 77);
  EXPECT_EQ(image->display.pixels, spec.rows);
}

TEST_F(LoadPicture, AConstantPictureOfSixteenBitsIsShownBlackNotDividedByZero) {
  PngSpec spec;
  spec.bits = 16;
  spec.rows = std::vector<uint8_t>(static_cast<size_t>(2 * spec.width * spec.height), 77);
  const auto image = load(png_of(spec), FilmFormat::kPng);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->values[5], 77 * 257);
  EXPECT_EQ(image->display.pixels[5], 0);
}

TEST(CheckSize, RefusesASideThatNoFilmHas) {
  EXPECT_TRUE(check_size(kMaxSide, 1).has_value());
  const auto status = check_size(1, kMaxSide + 1);
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr("sides up to 65535"));
  EXPECT_FALSE(check_size(0, 5).has_value());
  EXPECT_FALSE(check_size(20'000, 20'000).has_value());
}

GrayImage ramp(int width, int height) {
  GrayImage image{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    image.pixels.push_back(static_cast<uint8_t>(i * 255 / (width * height)));
  }
  return image;
}

TEST_F(LoadPicture, PngEncodingKeepsEveryPixel) {
  const GrayImage grey = ramp(31, 17);
  const auto image = load(*encode_png(grey), FilmFormat::kPng);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->values, std::vector<float>(grey.pixels.begin(), grey.pixels.end()));
}

TEST_F(LoadPicture, RgbPngEncodingKeepsEveryPixel) {
  RgbImage rgb{3, 1, {10, 10, 10, 0, 0, 0, 255, 255, 255}};
  const auto image = load(*encode_png(rgb), FilmFormat::kPng);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->values, (std::vector<float>{10, 0, 255}));
}

TEST_F(LoadPicture, JpegEncodingShrinksTheLongerSideOnly) {
  const auto image = load(*encode_jpeg(ramp(200, 100), 50, 95), FilmFormat::kJpeg);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->width, 50);
  EXPECT_EQ(image->height, 25);
  EXPECT_NEAR(image->values.front(), 1, 4);
  EXPECT_NEAR(image->values.back(), 252, 5);
}

TEST_F(LoadPicture, JpegEncodingKeepsASmallPictureAtItsSize) {
  const auto image = load(*encode_jpeg(ramp(20, 30), 50, 95), FilmFormat::kJpeg);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->width, 20);
  EXPECT_EQ(image->height, 30);
}

TEST_F(LoadPicture, LowerJpegQualityIsSmaller) {
  const GrayImage picture = ramp(256, 256);
  EXPECT_LT(encode_jpeg(picture, 256, 30)->size(), encode_jpeg(picture, 256, 98)->size());
}

}  // namespace
}  // namespace slava
