// What a command is: flags declared on a CLI11 application, then work, then an exit code.
// Never here: which commands there are (commands.h).
#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "base/exit_code.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace slava {

// stdout is the result, stderr is the talk.
struct Streams {
  std::ostream& out;
  std::ostream& err;
};

class Command {
 public:
  virtual ~Command() = default;
  // Binds the flags to members; also called when only their help or names are wanted.
  virtual void declare(CLI::App& app) = 0;
  // After the flags are parsed. An error ends the program with its message and its kind's code.
  virtual Result<ExitCode> run(const Streams& streams) = 0;
};

}  // namespace slava
