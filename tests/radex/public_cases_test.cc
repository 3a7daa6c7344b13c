// The 140 public cases, where they are: most give samples, few are refused for privacy.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "radex/radex.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace slava::radex {
namespace {

TEST(PublicCases, GiveACorpus) {
  const std::filesystem::path cases = shared_data() / "public-cases/cases.jsonl";
  if (!std::filesystem::exists(cases)) {
    GTEST_SKIP() << cases << " is not there; set SLAVA_SHARED_DATA";
  }
  const TemporaryFolder out;
  RadexRequest request;
  request.cases = {cases.string()};
  request.output = (out / "corpus").string();
  const auto outcome = run_radex(request);
  ASSERT_TRUE(outcome) << outcome.error();
  const auto run = nlohmann::json::parse(*read_file(out / "corpus/run.json"));
  EXPECT_EQ(run["cases_read"], 140);
  EXPECT_GE(run["cases_kept"].get<int>(), 60);
  EXPECT_GE(run["samples"].get<int>(), 300);
  const auto round_trip = run["round_trip"]["all"];
  EXPECT_GE(round_trip["agreed"].get<double>(), 0.85 * round_trip["samples"].get<double>());
  for (const auto& step : run["steps"]) {
    if (step["name"] == "privacy") {
      EXPECT_LE(step["in"].get<int>() - step["out"].get<int>(), 7);
    }
  }
}

}  // namespace
}  // namespace slava::radex
