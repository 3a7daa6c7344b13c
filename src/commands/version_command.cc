#include <ostream>

#include "base/version.h"
#include "commands/commands.h"

namespace slava {
namespace {

class VersionCommand : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<ExitCode> run(const Streams& streams) override {
    streams.out << "slava-cxr " << program_version()
                << "\nAI-generated drafts, for a physician to verify; not a medical device.\n";
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> make_version_command() { return std::make_unique<VersionCommand>(); }

}  // namespace slava
