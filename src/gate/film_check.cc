#include "gate/film_check.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "gate/embedded.h"
#include "gate/film_features.h"

namespace slava {
namespace {

using Json = nlohmann::json;

struct Unit {
  std::vector<float> weights;
  double offset = 0;

  double of(const std::vector<float>& inputs) const {
    SLAVA_CHECK(inputs.size() == weights.size());
    double sum = offset;
    for (size_t i = 0; i < inputs.size(); ++i) sum += static_cast<double>(weights[i]) * inputs[i];
    return sum;
  }
};

std::vector<Unit> units_of(const Json& layer) {
  std::vector<Unit> units;
  for (const Json& from : layer) {
    Unit unit;
    unit.offset = from.at("offset").get<double>();
    const double step = from.at("step").get<double>();
    for (const Json& weight : from.at("weights")) {
      unit.weights.push_back(static_cast<float>(weight.get<int>() * step));
    }
    units.push_back(std::move(unit));
  }
  return units;
}

struct Network {
  std::vector<Unit> hidden;
  std::vector<Unit> output;
  double refuse_from = 1;

  // The file is part of the program: a defect in it is one of the build and ends the program.
  Network() {
    const Json file = Json::parse(kFilmCheckWeights);
    const Json kinds{"frontal", "lateral", "rotated", "inverted", "cropped", "other"};
    SLAVA_CHECK(file.at("classes") == kinds);
    hidden = units_of(file.at("hidden"));
    output = units_of(file.at("output"));
    SLAVA_CHECK(output.size() == kinds.size());
    refuse_from = file.at("refuse_from").get<double>();
  }
};

}  // namespace

FilmKind film_kind(const std::vector<double>& thumbnail) {
  static const Network network;
  const std::vector<float> features = film_features(thumbnail);
  std::vector<float> active;
  for (const Unit& unit : network.hidden) {
    active.push_back(static_cast<float>(std::max(0.0, unit.of(features))));
  }
  std::vector<double> scores;
  for (const Unit& unit : network.output) scores.push_back(unit.of(active));
  const double highest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - highest);
  for (double& score : scores) score /= sum;
  return {scores[0], scores[1], scores[2], scores[3], scores[4], scores[5], network.refuse_from};
}

}  // namespace slava
