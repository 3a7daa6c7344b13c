// The exponential moving average of a run's weights, step by step in; what is validated and saved
// in their place out. The optimizer never sees it.
#pragma once

#include <vector>

#include "nn/parameters.h"

namespace slava {

class WeightAverage {
 public:
  // `decay` 0: no average; every call then does nothing.
  WeightAverage(std::vector<Parameter> parameters, double decay);

  // Takes the weights of step `step`, counted from 1. Early steps weigh more, since the start
  // values are no knowledge: the decay is at most (1 + step) / (10 + step).
  void add(int64_t step);

  // Puts the average in the weights' place and the weights in the average's; a second call undoes
  // it.
  void exchange();

  // Adds the average as `average.NAME`.
  void save(TensorMap& state) const;
  // kModel when one is missing or misshapen.
  Status restore(const TensorMap& state);

 private:
  std::vector<Parameter> parameters_;
  std::vector<Tensor> average_;
  double decay_;
};

// The average stands in the weights' place as long as this lives.
class AveragedWeights {
 public:
  explicit AveragedWeights(WeightAverage& average) : average_(average) { average_.exchange(); }
  ~AveragedWeights() { average_.exchange(); }
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  WeightAverage& average_;
};

}  // namespace slava
