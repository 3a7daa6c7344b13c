// Names, shapes and start values of a model's parameters, told once where a module is built, and
// used for loading, initialising, saving and training alike.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "nn/adapter_plan.h"
#include "nn/input_range.h"
#include "nn/int4_linear.h"
#include "nn/int8_linear.h"
#include "nn/torch.h"

namespace slava {

using TensorMap = std::map<std::string, Tensor>;

// Where a parameter starts when nothing was loaded.
struct Start {
  enum class Kind { kNormal, kZeros, kOnes };
  Kind kind = Kind::kNormal;
  double std = 0.02;

  static Start normal(double std) { return {Kind::kNormal, std}; }
  static Start zeros() { return {Kind::kZeros, 0}; }
  static Start ones() { return {Kind::kOnes, 0}; }
};

enum class Role {
  kTrained,    // gets gradients
  kStatistic,  // running statistics of a norm: saved, always float32, never by gradient
  kAdapter,    // half of a low-rank adapter: always float32
};

struct Parameter {
  std::string name;
  Tensor tensor;
  Role role = Role::kTrained;
};

using ParameterSizes = std::map<std::string, std::vector<int64_t>>;
ParameterSizes sizes_of(const std::vector<Parameter>& parameters);

enum class Missing { kIsError, kIsInitialised };

// What the weights of linear layers are computed with.
enum class LinearNumbers {
  kAsAll,
  kInt8,
  kInt4,  // 4 bit in the layers of a stack (".layers."), 8 bit elsewhere, as in a decoder's head
};

// Hands out tensors by name while modules are built, and remembers them in order.
class ParameterBinder {
 public:
  // `tensors`: what a checkpoint holds. `seed`: for parameters that are initialised instead.
  ParameterBinder(TensorMap tensors, Missing missing, uint64_t seed, at::Device device,
                  at::ScalarType dtype);

  // The tensor `scope.name` with exactly this shape. A missing or misshapen one is remembered for
  // finish() and replaced by its start value, so that building can go on.
  Tensor bind(const std::string& scope, std::string_view name, at::IntArrayRef shape, Start start,
              Role role = Role::kTrained);

  // For parameters that are bound from now on.
  void use_dtype(at::ScalarType dtype) { dtype_ = dtype; }
  at::ScalarType dtype() const { return dtype_; }
  // For layers that are built from now on.
  void compute_linears_in(LinearNumbers numbers) { linears_ = numbers; }
  LinearNumbers linears() const { return linears_; }
  // The same for the layer `scope`, kInt4 decided.
  LinearNumbers linears_of(const std::string& scope) const;
  // The layer `scope` with `scope.weight` [out, in], rounded to 8 bit unless it is stored so, and
  // `bias` [out] or undefined. Among parameters() the weight has its shape alone, on the meta
  // device.
  Int8Linear bind_int8(const std::string& scope, int64_t out, int64_t in, const Tensor& bias,
                       Start start);
  // The same, rounded to 4 bit.
  Int4Linear bind_int4(const std::string& scope, int64_t out, int64_t in, const Tensor& bias,
                       Start start);

  // Linear layers that are built from now on, as long as it is not turned off, look at their
  // inputs.
  void observe_inputs(bool observe) { observe_ = observe; }
  // Where the layer `scope` is to put what it sees; null when it is not to look.
  std::shared_ptr<InputRange> range_for(const std::string& scope);
  const InputRanges& input_ranges() const { return input_ranges_; }

  // Whether the checkpoint holds a tensor of this name that nobody has taken.
  bool holds(const std::string& full_name) const;

  // The checkpoint's tensor as it is stored, out of the binder: for layouts that keep several
  // parameters in one. Zeros when the shape is wrong, which finish() reports.
  Tensor take(const std::string& full_name, at::IntArrayRef shape);
  // Puts a tensor in as if the checkpoint had held it.
  void put(const std::string& full_name, const Tensor& tensor);

  // From now on layers of the plan are built with adapters.
  void adapt(AdapterPlan plan) { plan_ = std::move(plan); }
  // The plan if the layer `scope` is to have an adapter, else null.
  const AdapterPlan* adapter_of(const std::string& scope);
  // Targets of the plan that no layer was named like.
  std::vector<std::string> unmatched_targets() const;

  // A tensor that belongs to the layout but is not computed with: checked, not loaded.
  void expect(const std::string& scope, std::string_view name, at::IntArrayRef shape);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  // What expect() met, as it is stored; zeros where it was missing and that is no error.
  const std::vector<Parameter>& unused() const { return unused_; }
  // Names that were initialised because the checkpoint had none.
  const std::vector<std::string>& initialised() const { return initialised_; }

  // kModel with all missing, misshapen and left-over tensors in one message.
  Status finish(const std::string& file) const;

 private:
  // A layer's weight [outputs, inputs] as it is stored.
  struct StoredWeight {
    enum class Form {
      kNumbers,  // NAME [outputs, inputs], floating point
      kInt8,     // the same in 8 bit, and NAME_scale (Int8Weight)
      // NAME_shape [2] holds outputs and inputs, which panels are filled up from.
      kInt8Panels,  // NAME_panels, NAME_scale (Int8Panels), NAME_shape
      kInt4Panels,  // NAME_panels4, NAME_scale (Int4Panels), NAME_shape
    };
    Form form = Form::kNumbers;
    Tensor values;  // undefined: there is none, which is noted
    Tensor scale;
    int64_t outputs = 0, inputs = 0;

    // In floating point; of the meta device where the layer is there.
    Tensor numbers(at::Device device) const;
  };
  StoredWeight find_weight(const std::string& full_name, at::IntArrayRef shape);
  // Or, where it is initialised, as it starts; among parameters() its shape alone.
  StoredWeight take_weight(const std::string& full_name, at::IntArrayRef shape, Start start);
  // The stored tensor, or undefined with the problem noted.
  Tensor find(const std::string& full_name, at::IntArrayRef shape);

  TensorMap tensors_;
  Missing missing_;
  uint64_t seed_;
  at::Device device_;
  at::ScalarType dtype_;
  std::vector<Parameter> parameters_, unused_;
  LinearNumbers linears_ = LinearNumbers::kAsAll;
  bool observe_ = false;
  InputRanges input_ranges_;
  AdapterPlan plan_;
  std::set<std::string> matched_targets_;
  std::vector<std::string> initialised_;
  std::vector<std::string> problems_;
  std::set<std::string> taken_;
};

}  // namespace slava
