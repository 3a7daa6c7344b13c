// Runs the built program as a user does.
#pragma once

#include <string>
#include <vector>

namespace slava {

struct ProgramRun {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

// `slava-cxr arguments...` with `environment` ("NAME=value") beside the test's own, less
// SLAVA_MODEL.
ProgramRun run_slava(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment = {});

// Any program on the PATH, for instance bash.
ProgramRun run(const std::vector<std::string>& command,
               const std::vector<std::string>& environment = {});

// The built program.
std::string slava_path();

}  // namespace slava
