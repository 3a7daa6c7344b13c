// Runs every file of the folders given through the fuzz target that this program is linked with.
//   fuzz_film_replay FOLDER...       exit code 1 when there is no file, or one takes over 10 s
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <vector>

#include "base/file.h"
#include "fuzz/target.h"

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  constexpr double kLimitSeconds = 10.0;
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : fs::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  double slowest = 0;
  for (const fs::path& file : files) {
    const auto bytes = slava::read_file(file);
    if (!bytes) {
      std::cerr << bytes.error().message << '\n';
      return 1;
    }
    const auto started = std::chrono::steady_clock::now();
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    slowest = std::max(slowest, seconds);
    if (seconds > kLimitSeconds) {
      std::cerr << file.string() << ": " << seconds << " s; expected at most " << kLimitSeconds
                << '\n';
      return 1;
    }
  }
  std::cout << files.size() << " files, the slowest took " << slowest << " s\n";
  return files.empty() ? 1 : 0;
}
