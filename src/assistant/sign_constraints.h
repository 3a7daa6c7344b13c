// What a report must hold where the checkpoint recognises first.
#pragma once

#include <vector>

#include "decoder/generate.h"
#include "recognition/sign.h"
#include "tokenizer/tokenizer.h"

namespace slava {

// A report tells all signs that were recognised, before its impression begins, and no others.
TextConstraints constraints_of(const std::vector<Sign>& signs, const Tokenizer& tokenizer);

}  // namespace slava
