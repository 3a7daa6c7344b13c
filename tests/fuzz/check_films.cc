// Reads each film in a process of its own and tells how that ended, for scripts/mutate_films.py.
//   check_films < paths       prints: path, tab, ok | refused | crash | slow, tab, seconds, tab,
//   why
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>

#include "base/strings.h"
#include "dicom/header.h"
#include "fuzz/target.h"

namespace slava {
namespace {

constexpr int kAccepted = 0;
constexpr int kRefused = 3;
constexpr unsigned kLimitSeconds = 10;

// As the program reads it: the tags first, then the pixels.
[[noreturn]] void read_in_child(const std::string& path, int message_pipe) {
  alarm(kLimitSeconds);
  fuzz::be_silent();
  const auto header = read_dicom_header(path);
  const auto image = load_image(path, FilmFormat::kDicom);
  if (header && image) {
    fuzz::check_image(*image);
    _exit(kAccepted);
  }
  const std::string& why = header ? image.error().message : header.error().message;
  const ssize_t written = write(message_pipe, why.data(), std::min<size_t>(why.size(), 4000));
  _exit(written < 0 ? 1 : kRefused);
}

std::string outcome_of(int status) {
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? "slow" : "crash";
  const int code = WEXITSTATUS(status);
  return code == kAccepted ? "ok" : code == kRefused ? "refused" : "crash";
}

void check(const std::string& path) {
  int ends[2];
  if (pipe(ends) != 0) fuzz::stop("no pipe");
  const auto started = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) read_in_child(path, ends[1]);
  close(ends[1]);
  std::string why;
  char piece[512];
  for (ssize_t got = 0; (got = read(ends[0], piece, sizeof(piece))) > 0;) {
    why.append(piece, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::cout << path << '\t' << outcome_of(status) << '\t' << seconds << '\t'
            << replace_all(why, "\n", " ") << '\n';
}

}  // namespace
}  // namespace slava

int main() {
  // Registers codecs and the dictionary once, before the processes divide.
  (void)slava::parse_dicom_header("", "none");
  std::string path;
  while (std::getline(std::cin, path)) slava::check(path);
  return 0;
}
