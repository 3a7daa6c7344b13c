// A line on stderr that says how far a long job is and when it ends; silent where stderr is no
// terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace slava {

class Progress {
 public:
  // `total` steps of `what` ("studies", "steps").
  Progress(std::string what, size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total are done; `note` is shown behind ("loss 1.23").
  void show(size_t done, std::string_view note = {});
  // Takes the line away, so that other output does not run into it.
  void clear();

  // Seconds until the end at the pace so far; negative when not known yet.
  double seconds_left(size_t done) const;

 private:
  std::string what_;
  size_t total_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

// 3725 s is "1:02:05", 65 s is "1:05".
std::string clock_text(double seconds);

}  // namespace slava
