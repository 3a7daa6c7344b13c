// A gate's verdict as JUnit XML, which Jenkins, GitLab and GitHub's actions show as tests.
#pragma once

#include <string>

#include "evaluate/gate.h"

namespace slava {

// One test case a gated metric; a failure for each that got worse than allowed.
std::string junit_xml(const GateVerdict& verdict);

}  // namespace slava
