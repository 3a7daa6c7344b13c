// slava-cxr: arguments in, exit code out. The commands are in commands/commands.cc.
#include <exception>
#include <iostream>

#include "commands/commands.h"

int main(int argc, char** argv) {
  try {
    const slava::Streams streams{std::cout, std::cerr};
    return static_cast<int>(slava::run_program({argv + 1, argv + argc}, streams));
  } catch (const std::exception& error) {
    std::cerr << "slava-cxr: error: internal error: " << error.what() << '\n';
    return static_cast<int>(slava::ExitCode::kInternal);
  }
}
