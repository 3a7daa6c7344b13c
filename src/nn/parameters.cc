#include "nn/parameters.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "base/strings.h"

namespace slava {
namespace {

// The start value depends on (seed, name) alone, so adding a module changes no other.
Tensor start_value(const Start& start, at::IntArrayRef shape, uint64_t seed,
                   const std::string& name) {
  switch (start.kind) {
    case Start::Kind::kZeros:
      return at::zeros(shape);
    case Start::Kind::kOnes:
      return at::ones(shape);
    case Start::Kind::kNormal:
      break;
  }
  uint64_t name_hash = 0;
  for (const char c : name) name_hash = mix_seed(name_hash, static_cast<unsigned char>(c));
  auto generator = at::detail::createCPUGenerator(mix_seed(seed, name_hash));
  return at::empty(shape).normal_(0.0, start.std, generator);
}

std::string shape_text(at::IntArrayRef shape) {
  std::vector<std::string> sides;
  for (const int64_t side : shape) sides.push_back(cat(side));
  return cat("[", join(sides, ", "), "]");
}

}  // namespace

ParameterSizes sizes_of(const std::vector<Parameter>& parameters) {
  ParameterSizes sizes;
  for (const Parameter& p : parameters) sizes[p.name] = p.tensor.sizes().vec();
  return sizes;
}

ParameterBinder::ParameterBinder(TensorMap tensors, Missing missing, uint64_t seed,
                                 at::Device device, at::ScalarType dtype)
    : tensors_(std::move(tensors)),
      missing_(missing),
      seed_(seed),
      device_(device),
      dtype_(dtype) {}

bool ParameterBinder::holds(const std::string& full_name) const {
  return tensors_.contains(full_name) && !taken_.contains(full_name);
}

Tensor ParameterBinder::find(const std::string& full_name, at::IntArrayRef shape) {
  SLAVA_CHECK(taken_.insert(full_name).second);
  const auto found = tensors_.find(full_name);
  if (found == tensors_.end()) {
    if (missing_ == Missing::kIsError) {
      problems_.push_back(cat("missing ", full_name, " ", shape_text(shape)));
    }
    return {};
  }
  // Out of the map: the pages of the file that it lies in are free to go when it dies.
  const Tensor stored = std::exchange(found->second, Tensor());
  if (stored.sizes() == shape) return stored;
  problems_.push_back(
      cat(full_name, " has shape ", shape_text(stored.sizes()), ", expected ", shape_text(shape)));
  return {};
}

Tensor ParameterBinder::take(const std::string& full_name, at::IntArrayRef shape) {
  const Tensor stored = find(full_name, shape);
  return stored.defined() ? stored : at::zeros(shape);
}

void ParameterBinder::put(const std::string& full_name, const Tensor& tensor) {
  SLAVA_CHECK(tensors_.emplace(full_name, tensor).second);
}

void ParameterBinder::expect(const std::string& scope, std::string_view name,
                             at::IntArrayRef shape) {
  const std::string full_name = cat(scope, ".", name);
  const Tensor stored = find(full_name, shape);
  if (stored.defined()) {
    unused_.push_back({full_name, stored});
  } else if (missing_ == Missing::kIsInitialised) {
    unused_.push_back({full_name, at::zeros(shape, dtype_)});
  }
}

const AdapterPlan* ParameterBinder::adapter_of(const std::string& scope) {
  if (plan_.rank == 0 || !scope.starts_with(plan_.scope)) return nullptr;
  const std::string last = scope.substr(scope.rfind('.') + 1);
  if (!plan_.targets.empty() && std::ranges::find(plan_.targets, last) == plan_.targets.end()) {
    return nullptr;
  }
  matched_targets_.insert(last);
  return &plan_;
}

std::vector<std::string> ParameterBinder::unmatched_targets() const {
  std::vector<std::string> unmatched;
  for (const std::string& target : plan_.targets) {
    if (!matched_targets_.contains(target)) unmatched.push_back(target);
  }
  return unmatched;
}

Tensor ParameterBinder::bind(const std::string& scope, std::string_view name, at::IntArrayRef shape,
                             Start start, Role role) {
  const std::string full_name = scope.empty() ? std::string(name) : cat(scope, ".", name);
  const auto dtype = role == Role::kTrained ? dtype_ : at::kFloat;
  const bool is_matrix = shape.size() == 2 && name == "weight";
  StoredWeight stored;
  if (is_matrix) {
    stored = find_weight(full_name, shape);
  } else {
    stored.values = find(full_name, shape);
  }
  Tensor tensor;
  if (stored.values.defined()) {
    const Tensor numbers = stored.numbers(device_);
    // A copy of its own: the file's mapping must be free to go, and training writes into it.
    tensor = numbers.to(device_, dtype, /*non_blocking=*/false, /*copy=*/true);
  } else {
    initialised_.push_back(full_name);
    tensor = start_value(start, shape, seed_, full_name).to(device_, dtype);
  }
  parameters_.push_back({full_name, tensor, role});
  return tensor;
}

std::shared_ptr<InputRange> ParameterBinder::range_for(const std::string& scope) {
  if (!observe_) return nullptr;
  return input_ranges_[scope] = std::make_shared<InputRange>();
}

LinearNumbers ParameterBinder::linears_of(const std::string& scope) const {
  if (linears_ != LinearNumbers::kInt4) return linears_;
  const bool in_stack = scope.find(".layers.") != std::string::npos;
  return in_stack ? LinearNumbers::kInt4 : LinearNumbers::kInt8;
}

Tensor ParameterBinder::StoredWeight::numbers(at::Device device) const {
  if (form == Form::kNumbers) return values;
  if (device.is_meta()) {
    return at::empty({outputs, inputs}, at::TensorOptions(at::kMeta).dtype(at::kFloat));
  }
  if (form == Form::kInt8) return dequantized(Int8Weight{values, scale});
  if (form == Form::kInt4Panels) return dequantized(Int4Panels{values, scale}, outputs, inputs);
  return dequantized(unpacked({values, scale}, inputs));
}

ParameterBinder::StoredWeight ParameterBinder::find_weight(const std::string& full_name,
                                                           at::IntArrayRef shape) {
  using Form = StoredWeight::Form;
  const int64_t outputs = shape[0], inputs = shape[1], panels = panels_of(outputs);
  StoredWeight weight{Form::kNumbers, {}, {}, outputs, inputs};
  const std::string scale = full_name + "_scale";
  if (holds(full_name + "_panels4")) {
    weight.form = Form::kInt4Panels;
    weight.values = find(full_name + "_panels4", {panels, stretches_of(inputs), kStretchBytes});
    weight.scale =
        take(scale, {panels, stretches_of(inputs), kPanelOutputs}).to(at::kBFloat16).contiguous();
  } else if (holds(full_name + "_panels")) {
    weight.form = Form::kInt8Panels;
    weight.values = find(full_name + "_panels", {panels, padded_inputs(inputs) / kPanelInputs,
                                                 kPanelOutputs, kPanelInputs});
    weight.scale = take(scale, {outputs}).to(at::kFloat).contiguous();
  } else {
    weight.values = find(full_name, shape);
    if (!weight.values.defined() || weight.values.scalar_type() != at::kChar) return weight;
    weight.form = Form::kInt8;
    weight.scale = take(scale, {outputs}).to(at::kFloat);
  }
  if (weight.form == Form::kInt8) return weight;
  if (weight.values.defined() && weight.values.scalar_type() != at::kByte) {
    problems_.push_back(cat(full_name, "_panels are ", c10::toString(weight.values.scalar_type()),
                            "; expected bytes (U8)"));
    weight.values = Tensor();
  }
  const Tensor said = take(full_name + "_shape", {2});
  if (weight.values.defined() && !at::equal(said.to(at::kLong), at::tensor({outputs, inputs}))) {
    problems_.push_back(cat(full_name, "_shape is not ", shape_text(shape)));
  }
  return weight;
}

ParameterBinder::StoredWeight ParameterBinder::take_weight(const std::string& full_name,
                                                           at::IntArrayRef shape, Start start) {
  StoredWeight stored = find_weight(full_name, shape);
  if (!stored.values.defined()) {
    initialised_.push_back(full_name);
    stored.form = StoredWeight::Form::kNumbers;
    stored.values = start_value(start, shape, seed_, full_name);
  }
  parameters_.push_back(
      {full_name, at::empty(shape, at::TensorOptions(at::kMeta).dtype(at::kChar)), Role::kTrained});
  return stored;
}

Int8Linear ParameterBinder::bind_int8(const std::string& scope, int64_t out, int64_t in,
                                      const Tensor& bias, Start start) {
  using Form = StoredWeight::Form;
  const StoredWeight stored = take_weight(scope + ".weight", {out, in}, start);
  if (device_.is_meta()) return {parameters_.back().tensor, bias};
  if (stored.form == Form::kInt8Panels) {
    return {Int8Panels{stored.values, stored.scale}, in, bias};
  }
  if (stored.form == Form::kInt8) return {Int8Weight{stored.values, stored.scale}, bias};
  return {stored.numbers(device_), bias};
}

Int4Linear ParameterBinder::bind_int4(const std::string& scope, int64_t out, int64_t in,
                                      const Tensor& bias, Start start) {
  const StoredWeight stored = take_weight(scope + ".weight", {out, in}, start);
  if (device_.is_meta()) return {parameters_.back().tensor, bias};
  if (stored.form == StoredWeight::Form::kInt4Panels) {
    return {Int4Panels{stored.values, stored.scale}, out, in, bias};
  }
  return {stored.numbers(device_), bias};
}

Status ParameterBinder::finish(const std::string& file) const {
  std::vector<std::string> problems = problems_;
  for (const auto& [name, tensor] : tensors_) {
    if (!taken_.contains(name)) problems.push_back(cat("unexpected ", name));
  }
  if (problems.empty()) return {};
  return fail(ErrorKind::kModel,
              cat(file, ": the tensors do not fit config.json: ", join(problems, "; ")));
}

}  // namespace slava
