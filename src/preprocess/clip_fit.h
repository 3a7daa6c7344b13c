// A grey film into the S x S picture that CLIP's and SigLIP's image processors of Hugging Face make
// of it, Pillow's resampling included. Never here: grey scale, normalisation.
#pragma once

#include "preprocess/preprocess.h"

namespace slava {

// Pads, resizes and crops as `config` says; `config.resampling` is kBilinear, else kBicubic is
// used.
ModelPicture clip_fit(const GrayImage& film, const PreprocessConfig& config);

}  // namespace slava
