#include "train/training_data.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "image/encode.h"

namespace slava {

void write_training_data(const std::filesystem::path& folder, int items) {
  std::filesystem::create_directories(folder);
  nlohmann::json data = nlohmann::json::array();
  for (int i = 0; i < items; ++i) {
    const bool enlarged = i % 2 == 0;
    nlohmann::json images;
    for (const char* view : {"frontal", "lateral"}) {
      GrayImage film;
      film.width = film.height = 40;
      for (int p = 0; p < 40 * 40; ++p) {
        const int x = p % 40, y = p / 40;
        const int heart = enlarged ? 14 : 6;
        const bool inside = std::abs(x - 20) < heart && std::abs(y - 22) < heart;
        film.pixels.push_back(static_cast<uint8_t>((inside ? 200 : 40) + (x * 7 + y * 3 + i) % 30));
      }
      const std::string name = cat(i, "-", view, ".png");
      std::ofstream(folder / name, std::ios::binary) << encode_png(film).value();
      images.push_back(name);
    }
    data.push_back(
        {{"id", cat("item-", i)},
         {"image", images},
         {"views", {"frontal", "lateral"}},
         {"conversations",
          {{{"from", "human"}, {"value", "<image>\n<image>\nWrite a report."}},
           {{"from", "gpt"},
            {"value", enlarged ? "FINDINGS: The heart is enlarged. IMPRESSION: Cardiomegaly."
                               : "FINDINGS: The heart is normal. IMPRESSION: No disease."}}}},
         {"labels", {{"Cardiomegaly", enlarged ? 1 : 0}, {"normal", enlarged ? 0 : 1}}},
         {"weight", enlarged ? 2.0 : 1.0}});
  }
  std::ofstream(folder / "data.json") << data.dump(1);
}

}  // namespace slava
