// An 8-bit grey picture at another size, as Pillow's Image.resize makes it on 8-bit channels, to
// the last bit: the resampling that checkpoints of the Hugging Face world were trained with.
#pragma once

#include <cstdint>

#include "image/image.h"

namespace slava {

// Which direction is resized, and rounded to 8 bits, first.
enum class PilOrder {
  kPillow12,  // columns, always: Pillow up to 12
  kPillow13,  // rows, where a picture shrinks in height by more than twice what it loses in width
};

enum class PilFilter {
  kBilinear,  // a triangle two pixels wide
  kBicubic,   // Keys' cubic with a = -0.5, four pixels wide
};

// A film on a ground of one grey: what pasting it into a new picture gives, without the memory.
struct PilPicture {
  const GrayImage& film;
  int width = 0;  // of the whole picture
  int height = 0;
  int left = 0;  // where the film lies in it
  int top = 0;
  uint8_t ground = 0;
};

// The part of the resized picture that is computed.
struct PilWindow {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// `picture` at `width` x `height`, cut down to `window`. Where a picture shrinks the filter grows
// with it, so that nothing aliases. Weights are fixed point of 22 bits. The film lies inside the
// picture, the window inside the result. Time and memory follow the window and the film, not
// `width` and `height`.
GrayImage pil_resize(const PilPicture& picture, int width, int height, PilFilter filter,
                     const PilWindow& window, PilOrder order = PilOrder::kPillow13);

// The whole of one film.
GrayImage pil_resize(const GrayImage& film, int width, int height, PilFilter filter,
                     PilOrder order = PilOrder::kPillow13);

}  // namespace slava
