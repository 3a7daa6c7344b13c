// Which kind of picture is it: a chest film as it should be, one that lies, is inverted or cut, or
// no chest film at all? A small network whose weights are part of the program (film_check.json;
// tests/gate/confusion.md says how well it does). Never here: what is done about it.
#pragma once

#include <array>
#include <vector>

namespace slava {

struct FilmKind {
  // Probabilities; their sum is 1.
  double frontal = 0;
  double lateral = 0;
  double rotated = 0;   // either view, turned by 90, 180 or 270 degrees
  double inverted = 0;  // either view
  double cropped = 0;   // either view, a part of it
  double other = 0;
  // From this probability of `other` on it is no chest film.
  double refuse_from = 1;
};

// `thumbnail`: thumbnail_of a picture.
FilmKind film_kind(const std::vector<double>& thumbnail);

}  // namespace slava
