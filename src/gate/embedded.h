// The files of src/gate that are part of the program, as text. Their contents come from CMake
// (embed.cmake).
#pragma once

#include <string_view>

namespace slava {

extern const std::string_view kFilmCheckWeights;  // film_check.json

}  // namespace slava
