#include "nn/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// As large as the format's own reference allows.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;

struct NumberFormat {
  const char* name;
  at::ScalarType type;
};
constexpr NumberFormat kNumberFormats[] = {
    {"F32", at::kFloat}, {"BF16", at::kBFloat16}, {"F16", at::kHalf},  {"F64", at::kDouble},
    {"I64", at::kLong},  {"I32", at::kInt},       {"I16", at::kShort}, {"I8", at::kChar},
    {"U8", at::kByte},   {"BOOL", at::kBool},
};

std::optional<at::ScalarType> type_of(const std::string& name) {
  for (const auto& format : kNumberFormats) {
    if (name == format.name) return format.type;
  }
  return std::nullopt;
}

Result<std::string> name_of(at::ScalarType type) {
  for (const auto& format : kNumberFormats) {
    if (type == format.type) return format.name;
  }
  return fail(ErrorKind::kInternal, cat("no safetensors name for ", c10::toString(type)));
}

// A read-only mapping of a whole file.
class Mapping {
 public:
  static Result<std::shared_ptr<Mapping>> open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd < 0 || ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
      if (fd >= 0) ::close(fd);
      return fail(ErrorKind::kModel, cat(path.string(), ": no readable file"));
    }
    auto mapping = std::make_shared<Mapping>();
    mapping->size_ = static_cast<size_t>(status.st_size);
    if (mapping->size_ > 0) {
      void* data = ::mmap(nullptr, mapping->size_, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data == MAP_FAILED) {
        ::close(fd);
        mapping->size_ = 0;
        return fail(ErrorKind::kModel,
                    cat(path.string(), ": cannot be mapped: ", std::strerror(errno)));
      }
      mapping->data_ = static_cast<char*>(data);
    }
    ::close(fd);
    return mapping;
  }
  ~Mapping() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }

  char* data() const { return data_; }
  size_t size() const { return size_; }

  // Gives back the memory of the pages that lie wholly within these bytes; they are read again
  // from the file if anybody looks.
  void release(char* begin, size_t bytes) const {
    const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    const uintptr_t first = (reinterpret_cast<uintptr_t>(begin) + page - 1) / page * page;
    const uintptr_t last = (reinterpret_cast<uintptr_t>(begin) + bytes) / page * page;
    if (last > first) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

// Where one tensor's bytes lie behind the header.
struct Entry {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<int64_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Reads and checks one header entry; the message lacks the file's name.
Result<Entry> parse_entry(const std::string& name, const json& fields, uint64_t data_bytes) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::kModel, cat("tensor ", name, ": ", what));
  };
  if (!fields.is_object() || !fields.contains("dtype") || !fields.contains("shape") ||
      !fields.contains("data_offsets")) {
    return wrong("expected dtype, shape and data_offsets");
  }
  Entry entry;
  entry.name = name;
  const auto& dtype = fields["dtype"];
  const auto type = dtype.is_string() ? type_of(dtype.get<std::string>()) : std::nullopt;
  if (!type) return wrong(cat("unknown dtype ", dtype.dump()));
  entry.type = *type;

  const auto& shape = fields["shape"];
  const auto& offsets = fields["data_offsets"];
  const auto is_count = [](const json& value) { return value.is_number_unsigned(); };
  if (!shape.is_array() || !std::ranges::all_of(shape, is_count)) return wrong("bad shape");
  if (!offsets.is_array() || offsets.size() != 2 || !std::ranges::all_of(offsets, is_count)) {
    return wrong("bad data_offsets");
  }
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  if (entry.begin > entry.end || entry.end > data_bytes) {
    return wrong(cat("data_offsets ", entry.begin, " to ", entry.end, " leave the ", data_bytes,
                     " bytes of data"));
  }
  uint64_t bytes = c10::elementSize(entry.type);
  for (const auto& side : shape) {
    const auto length = side.get<uint64_t>();
    // No side of a tensor that fits the file is larger than the file.
    if (length > data_bytes || (length != 0 && bytes > data_bytes / length)) {
      return wrong("the shape is larger than the file");
    }
    bytes *= length;
    entry.shape.push_back(static_cast<int64_t>(length));
  }
  if (bytes != entry.end - entry.begin) {
    return wrong(
        cat("shape and dtype need ", bytes, " bytes, data_offsets span ", entry.end - entry.begin));
  }
  return entry;
}

// The tensors must fill the data without overlap or gap.
Status check_layout(std::vector<Entry> entries, uint64_t data_bytes) {
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  uint64_t reached = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != reached) {
      return fail(ErrorKind::kModel, cat("tensor ", entry.name, " begins at byte ", entry.begin,
                                         " of the data, expected ", reached));
    }
    reached = entry.end;
  }
  if (reached != data_bytes) {
    return fail(ErrorKind::kModel, cat("the tensors end at byte ", reached, " of ", data_bytes,
                                       " bytes of data; the file is truncated or has a tail"));
  }
  return {};
}

Result<TensorMap> parse(const std::shared_ptr<Mapping>& mapping) {
  uint64_t header_bytes = 0;
  if (mapping->size() < sizeof header_bytes) {
    return fail(ErrorKind::kModel, cat(mapping->size(), " bytes are too few for safetensors"));
  }
  std::memcpy(&header_bytes, mapping->data(), sizeof header_bytes);
  const uint64_t behind = mapping->size() - sizeof header_bytes;
  if (header_bytes > std::min(behind, kMaxHeaderBytes)) {
    return fail(ErrorKind::kModel, cat("header length ", header_bytes, ", but only ", behind,
                                       " bytes follow; not safetensors, or truncated"));
  }
  const char* header_begin = mapping->data() + sizeof header_bytes;
  const json header = json::parse(header_begin, header_begin + header_bytes, nullptr,
                                  /*allow_exceptions=*/false);
  if (!header.is_object()) return fail(ErrorKind::kModel, "the header is no JSON object");

  const uint64_t data_bytes = behind - header_bytes;
  char* data = mapping->data() + sizeof header_bytes + header_bytes;
  std::vector<Entry> entries;
  for (const auto& [name, fields] : header.items()) {
    if (name == "__metadata__") continue;
    SLAVA_TRY(auto entry, parse_entry(name, fields, data_bytes));
    entries.push_back(std::move(entry));
  }
  SLAVA_TRY_STATUS(check_layout(entries, data_bytes));

  TensorMap tensors;
  for (const Entry& entry : entries) {
    char* begin = data + entry.begin;
    const auto options = at::TensorOptions().dtype(entry.type);
    // Numbers that do not lie on their own size's boundary are copied to where they do.
    if (reinterpret_cast<uintptr_t>(begin) % c10::elementSize(entry.type) != 0) {
      Tensor copy = at::empty(entry.shape, options);
      std::memcpy(copy.data_ptr(), begin, entry.end - entry.begin);
      tensors.emplace(entry.name, copy);
    } else {
      const auto release = [mapping, bytes = entry.end - entry.begin](void* data) {
        mapping->release(static_cast<char*>(data), bytes);
      };
      tensors.emplace(entry.name, at::from_blob(begin, entry.shape, release, options));
    }
  }
  return tensors;
}

}  // namespace

Result<TensorMap> read_safetensors(const std::filesystem::path& path) {
  SLAVA_TRY(const auto mapping, Mapping::open(path));
  auto tensors = parse(mapping);
  if (!tensors) return fail(tensors.error().in(path.string()));
  return tensors;
}

Status write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                         const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    SLAVA_TRY(const std::string type, name_of(tensor.scalar_type()));
    header[name] = {{"dtype", type},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.is_null() ? "{}" : header.dump();
  // Spaces behind the header bring the data onto an 8-byte boundary.
  text.append((8 - text.size() % 8) % 8, ' ');
  const uint64_t header_bytes = text.size();

  // A checkpoint may be larger than the memory that is left: one tensor at a time.
  const auto write = [&](const WritePiece& piece) -> Status {
    SLAVA_TRY_STATUS(piece({reinterpret_cast<const char*>(&header_bytes), sizeof header_bytes}));
    SLAVA_TRY_STATUS(piece(text));
    for (const auto& [name, tensor] : tensors) {
      const Tensor flat = tensor.detach().cpu().contiguous();
      SLAVA_TRY_STATUS(piece({static_cast<const char*>(flat.data_ptr()), flat.nbytes()}));
    }
    return {};
  };
  return write_file_atomically(path, write, 0644);
}

}  // namespace slava
