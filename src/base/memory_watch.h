// The most anonymous memory that the program had: what it needs beside mapped files.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace slava {

// Resident anonymous memory now, in bytes; 0 where the system does not tell.
uint64_t resident_anonymous_bytes();
// The most that was resident at a time so far, mapped files included; 0 likewise.
uint64_t most_resident_bytes();

// Looks at it 50 times a second while it lives.
class MemoryWatch {
 public:
  MemoryWatch();
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  uint64_t peak_bytes() const { return peak_; }

 private:
  std::atomic<uint64_t> peak_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace slava
