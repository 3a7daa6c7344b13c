// The films and expectations of scripts/make_film_golden.py: what pydicom and GDCM read in each
// transfer syntax, photometric interpretation and depth.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "image/image.h"
#include "image/stored_values.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path folder() { return fs::path(SLAVA_SOURCE_DIR) / "tests/golden/films"; }

const Json& expected() {
  static const Json json = Json::parse(*read_file(folder() / "expected.json"));
  return json;
}

double largest_difference(const std::vector<float>& values, const std::vector<double>& wanted) {
  if (values.size() != wanted.size()) return 1e9;
  double largest = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    largest = std::max(largest, std::abs(values[i] - wanted[i]));
  }
  return largest;
}

// What the decoders of a lossy stream may round differently, in stored values. JPEG by libjpeg and
// JPEG-LS have one right answer; the wavelet transform of floats has not.
double tolerance_of(const std::string& syntax) {
  if (syntax == "jpeg2000" || syntax == "htj2k") return 1;
  return 0;
}

struct Cell {
  int films = 0;
  int wrong = 0;
};

TEST(GoldenFilms, EverySyntaxPhotometricInterpretationAndDepthGivesTheValuesOfOtherDecoders) {
  std::map<std::string, std::map<std::string, Cell>> table;
  std::set<std::string> columns;
  for (const Json& film : expected()["films"]) {
    const std::string file = film["file"], syntax = film["syntax"];
    SCOPED_TRACE(file);
    const std::string column = film["photometric"].get<std::string>() + " " +
                               std::to_string(film["bits"].get<int>()) +
                               (film["signed"].get<bool>() ? "s" : "");
    columns.insert(column);
    Cell& cell = table[syntax][column];
    ++cell.films;
    const auto image = load_image(folder() / file, FilmFormat::kDicom);
    if (!image) {
      ++cell.wrong;
      ADD_FAILURE() << image.error();
      continue;
    }
    bool right = sha256_of_stored(image->values) == film["sha256"];
    double difference = 0;
    if (!right && film.contains("values")) {
      difference = largest_difference(image->values, film["values"]);
      // Colour becomes luminance after rounding to 8 bit: one step more.
      right = difference <= tolerance_of(syntax) + (film["photometric"] == "RGB" ? 1 : 0);
    }
    EXPECT_TRUE(right) << "off by " << difference;
    EXPECT_EQ(image->low_is_white, film["photometric"] == "MONOCHROME1");
    EXPECT_EQ(image->bits_stored, film["bits"]);
    if (!right) ++cell.wrong;
  }
  std::cout
      << "values equal to pydicom's and GDCM's; photometric interpretation and bits, s: signed\n";
  for (const auto& [syntax, cells] : table) {
    std::cout << syntax << ':';
    for (const std::string& column : columns) {
      const auto cell = cells.find(column);
      if (cell == cells.end()) continue;
      std::cout << " [" << column << (cell->second.wrong == 0 ? " ok]" : " WRONG]");
    }
    std::cout << '\n';
  }
  EXPECT_EQ(table.size(), 16U) << "every transfer syntax";
}

TEST(GoldenFilms, WindowsAndTablesGiveThePictureOfPydicom) {
  for (const Json& film : expected()["windowed"]) {
    const std::string file = film["file"];
    SCOPED_TRACE(file);
    const auto image = load_image(folder() / file, FilmFormat::kDicom);
    ASSERT_TRUE(image.has_value()) << image.error();
    const std::vector<double> wanted = film["display"];
    const std::vector<float> shown(image->display.pixels.begin(), image->display.pixels.end());
    EXPECT_LE(largest_difference(shown, wanted), 1.0);
  }
}

}  // namespace
}  // namespace slava
