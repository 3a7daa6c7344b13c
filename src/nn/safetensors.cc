#include "nn/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/strings.h"
#include "weights/safetensors_header.h"

namespace slava {
namespace {

constexpr size_t kCacheLine = 64;

struct NumberFormat {
  const char* name;  // as kStoredNumbers has it
  at::ScalarType type;
};
constexpr NumberFormat kNumberFormats[] = {
    {"F32", at::kFloat}, {"BF16", at::kBFloat16}, {"F16", at::kHalf},  {"F64", at::kDouble},
    {"I64", at::kLong},  {"I32", at::kInt},       {"I16", at::kShort}, {"I8", at::kChar},
    {"U8", at::kByte},   {"BOOL", at::kBool},
};
static_assert(std::size(kNumberFormats) == std::size(kStoredNumbers));

at::ScalarType type_of(std::string_view name) {
  const auto* const format = std::ranges::find(
      kNumberFormats, name, [](const NumberFormat& f) { return std::string_view(f.name); });
  SLAVA_CHECK(format != std::end(kNumberFormats));
  return format->type;
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
      // A wish: weights that are used where they lie are read the quicker for it.
      ::madvise(data, mapping->size_, MADV_HUGEPAGE);
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

Result<TensorMap> parse(const std::shared_ptr<Mapping>& mapping) {
  SLAVA_TRY(const auto stored, parse_safetensors_header({mapping->data(), mapping->size()}));
  TensorMap tensors;
  for (const StoredTensor& tensor : stored) {
    char* begin = mapping->data() + tensor.begin;
    const uint64_t bytes = tensor.end - tensor.begin;
    const auto options = at::TensorOptions().dtype(type_of(tensor.number->name));
    // Numbers that do not lie on their own size's boundary are copied to where they do.
    if (reinterpret_cast<uintptr_t>(begin) % tensor.number->bytes != 0) {
      Tensor copy = at::empty(tensor.shape, options);
      std::memcpy(copy.data_ptr(), begin, bytes);
      tensors.emplace(tensor.name, copy);
    } else {
      const auto release = [mapping, bytes](void* data) {
        mapping->release(static_cast<char*>(data), bytes);
      };
      tensors.emplace(tensor.name, at::from_blob(begin, tensor.shape, release, options));
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
  // Those that fill whole cache lines first, so that they lie on such lines when the file is
  // mapped.
  std::vector<std::pair<std::string, Tensor>> in_order;
  for (const bool whole_lines : {true, false}) {
    for (const auto& [name, tensor] : tensors) {
      if ((tensor.nbytes() % kCacheLine == 0) == whole_lines) in_order.emplace_back(name, tensor);
    }
  }
  uint64_t offset = 0;
  for (const auto& [name, tensor] : in_order) {
    SLAVA_TRY(const std::string type, name_of(tensor.scalar_type()));
    header[name] = {{"dtype", type},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.is_null() ? "{}" : header.dump();
  // Spaces behind the header bring the data onto a line too.
  const size_t before = sizeof(uint64_t) + text.size();
  text.append((kCacheLine - before % kCacheLine) % kCacheLine, ' ');
  const uint64_t header_bytes = text.size();

  // A checkpoint may be larger than the memory that is left: one tensor at a time.
  const auto write = [&](const WritePiece& piece) -> Status {
    SLAVA_TRY_STATUS(piece({reinterpret_cast<const char*>(&header_bytes), sizeof header_bytes}));
    SLAVA_TRY_STATUS(piece(text));
    for (const auto& [name, tensor] : in_order) {
      const Tensor flat = tensor.detach().cpu().contiguous();
      SLAVA_TRY_STATUS(piece({static_cast<const char*>(flat.data_ptr()), flat.nbytes()}));
    }
    return {};
  };
  return write_file_atomically(path, write, 0644);
}

}  // namespace slava
