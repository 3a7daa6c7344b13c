#include "weights/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// As large as the format's own reference allows.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;

const StoredNumber* number_named(const json& dtype) {
  for (const StoredNumber& number : kStoredNumbers) {
    if (dtype == number.name) return &number;
  }
  return nullptr;
}

// One entry; its bytes are counted from the start of the data, of which there are `data_bytes`.
Result<StoredTensor> parse_entry(const std::string& name, const json& fields, uint64_t data_bytes) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::kModel, cat("tensor ", name, ": ", what));
  };
  if (!fields.is_object() || !fields.contains("dtype") || !fields.contains("shape") ||
      !fields.contains("data_offsets")) {
    return wrong("expected dtype, shape and data_offsets");
  }
  StoredTensor tensor;
  tensor.name = name;
  tensor.number = number_named(fields["dtype"]);
  if (tensor.number == nullptr) return wrong(cat("unknown dtype ", fields["dtype"].dump()));

  const auto& shape = fields["shape"];
  const auto& offsets = fields["data_offsets"];
  const auto is_count = [](const json& value) { return value.is_number_unsigned(); };
  if (!shape.is_array() || !std::ranges::all_of(shape, is_count)) return wrong("bad shape");
  if (!offsets.is_array() || offsets.size() != 2 || !std::ranges::all_of(offsets, is_count)) {
    return wrong("bad data_offsets");
  }
  tensor.begin = offsets[0].get<uint64_t>();
  tensor.end = offsets[1].get<uint64_t>();
  if (tensor.begin > tensor.end || tensor.end > data_bytes) {
    return wrong(cat("data_offsets ", tensor.begin, " to ", tensor.end, " leave the ", data_bytes,
                     " bytes of data"));
  }
  uint64_t bytes = tensor.number->bytes;
  for (const auto& side : shape) {
    const auto length = side.get<uint64_t>();
    // No side of a tensor that fits the file is larger than the file.
    if (length > data_bytes || (length != 0 && bytes > data_bytes / length)) {
      return wrong("the shape is larger than the file");
    }
    bytes *= length;
    tensor.shape.push_back(static_cast<int64_t>(length));
  }
  if (bytes != tensor.end - tensor.begin) {
    return wrong(cat("shape and dtype need ", bytes, " bytes, data_offsets span ",
                     tensor.end - tensor.begin));
  }
  return tensor;
}

// The tensors must fill the data without overlap or gap.
Status check_layout(const std::vector<StoredTensor>& tensors, uint64_t data_bytes) {
  std::vector<const StoredTensor*> in_order;
  for (const StoredTensor& tensor : tensors) in_order.push_back(&tensor);
  std::ranges::sort(in_order, {}, [](const auto* t) { return std::pair(t->begin, t->end); });
  uint64_t reached = 0;
  for (const StoredTensor* tensor : in_order) {
    if (tensor->begin != reached) {
      return fail(ErrorKind::kModel, cat("tensor ", tensor->name, " begins at byte ", tensor->begin,
                                         " of the data, expected ", reached));
    }
    reached = tensor->end;
  }
  if (reached != data_bytes) {
    return fail(ErrorKind::kModel, cat("the tensors end at byte ", reached, " of ", data_bytes,
                                       " bytes of data; the file is truncated or has a tail"));
  }
  return {};
}

}  // namespace

Result<std::vector<StoredTensor>> parse_safetensors_header(std::string_view file) {
  uint64_t header_bytes = 0;
  if (file.size() < sizeof header_bytes) {
    return fail(ErrorKind::kModel, cat(file.size(), " bytes are too few for safetensors"));
  }
  std::memcpy(&header_bytes, file.data(), sizeof header_bytes);
  const uint64_t behind = file.size() - sizeof header_bytes;
  if (header_bytes > std::min(behind, kMaxHeaderBytes)) {
    return fail(ErrorKind::kModel, cat("header length ", header_bytes, ", but only ", behind,
                                       " bytes follow; not safetensors, or truncated"));
  }
  const std::string_view text = file.substr(sizeof header_bytes, header_bytes);
  const json header = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return fail(ErrorKind::kModel, "the header is no JSON object");

  const uint64_t data_bytes = behind - header_bytes;
  std::vector<StoredTensor> tensors;
  for (const auto& [name, fields] : header.items()) {
    if (name == "__metadata__") continue;
    SLAVA_TRY(auto tensor, parse_entry(name, fields, data_bytes));
    tensors.push_back(std::move(tensor));
  }
  SLAVA_TRY_STATUS(check_layout(tensors, data_bytes));
  for (StoredTensor& tensor : tensors) {
    tensor.begin += sizeof header_bytes + header_bytes;
    tensor.end += sizeof header_bytes + header_bytes;
  }
  return tensors;
}

}  // namespace slava
