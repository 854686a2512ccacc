#include "node/restart.h"

#include <gtest/gtest.h>

namespace dynamo::node {
namespace {

using process::ExitStatus;
using std::chrono::seconds;

struct PolicyCase {
  const char* policy;
  ExitStatus how;
  bool restarts;
};
class RestartPolicyTest : public testing::TestWithParam<PolicyCase> {};

TEST_P(RestartPolicyTest, Decides) {
  EXPECT_EQ(wants_restart(parse_restart_policy(GetParam().policy), GetParam().how), GetParam().restarts);
}

INSTANTIATE_TEST_SUITE_P(
    All, RestartPolicyTest,
    testing::Values(PolicyCase{"Always", {.code = 0}, true}, PolicyCase{"Always", {.code = 1}, true},
                    PolicyCase{"", {.code = 0}, true}, PolicyCase{"OnFailure", {.code = 0}, false},
                    PolicyCase{"OnFailure", {.code = 1}, true}, PolicyCase{"OnFailure", {.signal = 9}, true},
                    PolicyCase{"Never", {.code = 1}, false}));

/// The waits after runs of these lengths, in seconds.
std::vector<int> waits(const std::vector<int>& runs) {
  RestartBackoff backoff;
  TimePoint now{std::chrono::hours{1}};
  std::vector<int> out;
  for (const int run : runs) {
    const TimePoint started = now;
    now += seconds{run};
    const Duration wait = backoff.wait_after(started, now);
    out.push_back(static_cast<int>(std::chrono::duration_cast<seconds>(wait).count()));
    now += wait;
  }
  return out;
}

TEST(RestartBackoff, DoublesFromTenSecondsToFiveMinutes) {
  EXPECT_EQ(waits({1, 1, 1, 1, 1, 1, 1, 1, 1}), (std::vector{0, 10, 20, 40, 80, 160, 300, 300, 300}));
}

TEST(RestartBackoff, ForgetsAfterTenMinutesOfRunning) {
  EXPECT_EQ(waits({1, 1, 1, 599, 600, 1}), (std::vector{0, 10, 20, 40, 0, 10}));
}

}  // namespace
}  // namespace dynamo::node
