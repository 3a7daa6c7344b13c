#include "radex/case.h"

#include <array>
#include <utility>

#include "base/strings.h"

namespace slava::radex {

std::string_view name_of(FilmView view) {
  switch (view) {
    case FilmView::kUnknown:
      return "unknown";
    case FilmView::kFrontal:
      return "frontal";
    case FilmView::kPa:
      return "pa";
    case FilmView::kAp:
      return "ap";
    case FilmView::kApSupine:
      return "ap_supine";
    case FilmView::kLateral:
      return "lateral";
  }
  return "";
}

std::optional<FilmView> film_view_of(std::string_view text) {
  constexpr auto kNames =
      std::to_array<std::pair<std::string_view, FilmView>>({{"", FilmView::kUnknown},
                                                            {"frontal", FilmView::kFrontal},
                                                            {"pa", FilmView::kPa},
                                                            {"posteroanterior", FilmView::kPa},
                                                            {"ap", FilmView::kAp},
                                                            {"ap erect", FilmView::kAp},
                                                            {"anteroposterior", FilmView::kAp},
                                                            {"ap supine", FilmView::kApSupine},
                                                            {"supine", FilmView::kApSupine},
                                                            {"l", FilmView::kLateral},
                                                            {"ll", FilmView::kLateral},
                                                            {"rl", FilmView::kLateral},
                                                            {"lateral", FilmView::kLateral}});
  const std::string wanted = to_lower(trim(text));
  for (const auto& [name, view] : kNames) {
    if (name == wanted) return view;
  }
  return std::nullopt;
}

}  // namespace slava::radex
