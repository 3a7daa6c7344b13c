#include "base/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iomanip>
#include <sstream>

#include "base/strings.h"

namespace slava {

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()),
      last_(begin_ - std::chrono::seconds(1)) {}

Progress::~Progress() { clear(); }

void Progress::show(size_t done, std::string_view note) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  // Ten lines a second are enough for an eye.
  if (done < total_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double left = seconds_left(done);
  std::string line = cat(done, " of ", total_, " ", what_);
  if (left >= 0) line += cat(", ", clock_text(left), " left");
  if (!note.empty()) line += cat(", ", note);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

double Progress::seconds_left(size_t done) const {
  if (done == 0) return -1;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
  return spent.count() / static_cast<double>(done) * static_cast<double>(total_ - done);
}

std::string clock_text(double seconds) {
  const auto total = static_cast<long>(std::llround(std::max(0.0, seconds)));
  std::ostringstream out;
  out << std::setfill('0');
  if (total >= 3600) {
    out << total / 3600 << ':' << std::setw(2) << total / 60 % 60;
  } else {
    out << total / 60;
  }
  out << ':' << std::setw(2) << total % 60;
  return out.str();
}

}  // namespace slava
