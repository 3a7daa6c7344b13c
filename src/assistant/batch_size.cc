#include "assistant/batch_size.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace slava {

int batch_size(const BatchMemory& memory) {
  if (memory.sequence_bytes == 0) return kLargestBatch;
  const uint64_t fit = memory.available_bytes / memory.sequence_bytes;
  return static_cast<int>(std::clamp<uint64_t>(fit, 1, kLargestBatch));
}

uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  uint64_t kilobytes = 0;
  while (file >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes * 1024;
    std::getline(file, unit);
  }
  return 0;
}

}  // namespace slava
