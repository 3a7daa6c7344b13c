#include "bench/memory_watch.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace slava {

uint64_t resident_anonymous_bytes() {
  std::ifstream file("/proc/self/status");
  std::string line;
  const std::string key = "RssAnon:";
  while (std::getline(file, line)) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

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
