// How a DICOM film's pixel data is laid out (PS3.3 C.7.6.3), out of its tags. Never here: pixels.
#pragma once

#include "dicom/data_set.h"

namespace slava {

enum class Photometric {
  kMonochrome1,
  kMonochrome2,
  kPalette,
  kRgb,
  kYbrFull,     // luminance first, whatever the codec; also what YBR_FULL_422 is once decoded
  kYbrFull422,  // two pixels share their colour: four samples for two pixels
};

struct PixelLayout {
  int rows = 0;
  int columns = 0;
  int samples_per_pixel = 1;
  int bits_allocated = 0;
  int bits_stored = 0;
  int high_bit = 0;
  bool is_signed = false;
  bool is_planar = false;  // PlanarConfiguration 1: all red, then all green, then all blue
  Photometric photometric = Photometric::kMonochrome2;

  bool is_grey() const {
    return photometric == Photometric::kMonochrome1 || photometric == Photometric::kMonochrome2;
  }
};

// Reads and checks the tags. kInput, without the file's name, for what is no single frame of 8 or
// 16 allocated bits in one grey, one palette or three colour samples.
Result<PixelLayout> read_pixel_layout(DcmDataset& data);

}  // namespace slava
