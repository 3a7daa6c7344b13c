// How many studies are drafted at a time: as many as their keys and values fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace slava {

// Beyond, a step takes longer in proportion to the texts in it.
inline constexpr int kLargestBatch = 16;

struct BatchMemory {
  uint64_t sequence_bytes = 0;   // keys and values of one study
  uint64_t available_bytes = 0;  // that may be taken
};

// From 1 to kLargestBatch.
int batch_size(const BatchMemory& memory);

// Memory that the machine would give without swapping; 0 when it is not told.
uint64_t available_memory();

}  // namespace slava
