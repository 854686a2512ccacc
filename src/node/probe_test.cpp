#include "node/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

json::object container(std::string_view probe) {
  return json::parse(fmt::format(R"({{"name": "main", "ports": [{{"name": "system", "containerPort": 9090}}],
                                     "livenessProbe": {}}})",
                                 probe))
      ->as_object();
}

Result<std::optional<ProbeSpec>> parse(std::string_view probe) {
  return parse_probe(container(probe), "livenessProbe", "127.1.2.3");
}

TEST(ParseProbe, TakesDefaultsAndAimsAtThePod) {
  const auto spec = parse(R"({"httpGet": {"path": "/live", "port": "system"}})");
  ASSERT_TRUE(spec && *spec);
  const auto& http = std::get<HttpProbe>((*spec)->action);
  EXPECT_EQ(http.url.authority(), "127.1.2.3:9090");
  EXPECT_EQ(http.url.target, "/live");
  EXPECT_EQ((*spec)->period, seconds{10});
  EXPECT_EQ((*spec)->timeout, seconds{1});
  EXPECT_EQ((*spec)->failure_threshold, 3);
}

TEST(ParseProbe, ReadsEveryField) {
  const auto spec = parse(R"({"tcpSocket": {"host": "127.0.0.1", "port": 80}, "initialDelaySeconds": 3,
                              "periodSeconds": 4, "timeoutSeconds": 5, "successThreshold": 2, "failureThreshold": 6,
                              "terminationGracePeriodSeconds": 7})");
  ASSERT_TRUE(spec && *spec);
  EXPECT_EQ(std::get<TcpProbe>((*spec)->action).host, "127.0.0.1");
  EXPECT_EQ((*spec)->initial_delay, seconds{3});
  EXPECT_EQ((*spec)->period, seconds{4});
  EXPECT_EQ((*spec)->timeout, seconds{5});
  EXPECT_EQ((*spec)->success_threshold, 2);
  EXPECT_EQ((*spec)->failure_threshold, 6);
  EXPECT_EQ((*spec)->termination_grace, seconds{7});
}

TEST(ParseProbe, NoProbeIsNoError) {
  const auto spec = parse_probe(container("null"), "readinessProbe", "127.1.2.3");
  ASSERT_TRUE(spec);
  EXPECT_FALSE(*spec);
}

struct BadProbe {
  const char* name;
  const char* probe;
  const char* message;
};
class ParseProbeRefuses : public testing::TestWithParam<BadProbe> {};

TEST_P(ParseProbeRefuses, WithThisMessage) {
  const auto spec = parse(GetParam().probe);
  ASSERT_FALSE(spec);
  EXPECT_THAT(spec.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ParseProbeRefuses,
    testing::Values(
        BadProbe{"unknown_port", R"({"httpGet": {"port": "http"}})", "no port named http"},
        BadProbe{"no_port", R"({"httpGet": {}})", "port must be 1 to 65535"},
        BadProbe{"port_too_large", R"({"tcpSocket": {"port": 70000}})", "port must be 1 to 65535"},
        BadProbe{"grpc", R"({"grpc": {"port": 1}})", "gRPC probes are not available"},
        BadProbe{"empty_command", R"({"exec": {"command": []}})", "exec.command must not be empty"},
        BadProbe{"no_action", R"({"periodSeconds": 3})", "must have httpGet"}),
    [](const auto& row) { return std::string(row.param.name); });

/// Drives a probe whose target answers from `up` on and no more from `down` on, both after the container's
/// start. Returns when the status changed, in milliseconds, with what it became.
struct Change {
  int at;
  ProbeStatus to;
  friend bool operator==(const Change&, const Change&) = default;
};
void PrintTo(const Change& change, std::ostream* out) {
  *out << change.at << "ms→" << static_cast<int>(change.to);
}

constexpr int kNever = 1'000'000;

std::vector<Change> changes_of(const ProbeSpec& spec, int up, int down, int until) {
  const TimePoint start{std::chrono::hours{1}};
  ProbeState state(spec, start, start);
  std::vector<Change> out;
  while (state.due() <= start + milliseconds{until}) {
    const TimePoint now = state.due();
    const auto at = static_cast<int>(std::chrono::duration_cast<milliseconds>(now - start).count());
    if (state.observe(at >= up && at < down, now).changed) out.push_back({at, state.status()});
  }
  return out;
}

ProbeSpec spec(int delay, int period, int failures, int successes = 1) {
  ProbeSpec out;
  out.initial_delay = seconds{delay};
  out.period = seconds{period};
  out.failure_threshold = failures;
  out.success_threshold = successes;
  return out;
}

struct StateCase {
  const char* name;
  ProbeSpec spec;
  int up, down;
  std::vector<Change> changes;
};
class ProbeStateTest : public testing::TestWithParam<StateCase> {};

TEST_P(ProbeStateTest, ChangesAtTheseTimes) {
  const auto& c = GetParam();
  EXPECT_EQ(changes_of(c.spec, c.up, c.down, 60'000), c.changes);
}

using enum ProbeStatus;
INSTANTIATE_TEST_SUITE_P(
    All, ProbeStateTest,
    testing::Values(
        StateCase{"up_at_once", spec(0, 10, 3), 0, kNever, {{0, success}}},
        StateCase{
            "first_success_does_not_wait_for_the_delay", spec(30, 10, 3), 250, kNever, {{300, success}}},
        StateCase{"never_up_counts_at_the_period", spec(0, 10, 3), kNever, kNever, {{21'000, failure}}},
        StateCase{"never_up_counts_after_the_delay", spec(15, 10, 1), kNever, kNever, {{15'000, failure}}},
        StateCase{
            "fails_after_success_at_the_period", spec(0, 5, 2), 0, 1000, {{0, success}, {10'000, failure}}},
        StateCase{"one_failure_is_forgiven", spec(0, 5, 3), 0, 51'000, {{0, success}}},
        StateCase{"recovers_before_the_threshold", spec(0, 10, 3), 15'000, kNever, {{15'000, success}}},
        StateCase{"recovers_after_the_threshold",
                  spec(0, 1, 2),
                  5'000,
                  kNever,
                  {{2'000, failure}, {5'000, success}}},
        StateCase{"two_successes_wanted", spec(0, 10, 3, 2), 0, kNever, {{100, success}}}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::node
