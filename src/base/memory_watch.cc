#include "base/memory_watch.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace slava {

namespace {

// A line of /proc/self/status, in bytes; 0 where there is none.
uint64_t status_bytes(const std::string& key) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

}  // namespace

uint64_t resident_anonymous_bytes() { return status_bytes("RssAnon:"); }
uint64_t most_resident_bytes() { return status_bytes("VmHWM:"); }

MemoryWatch::MemoryWatch() : peak_(resident_anonymous_bytes()) {
  thread_ = std::thread([this] {
    while (!stop_) {
      peak_ = std::max<uint64_t>(peak_, resident_anonymous_bytes());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
}

MemoryWatch::~MemoryWatch() {
  stop_ = true;
  thread_.join();
}

}  // namespace slava
