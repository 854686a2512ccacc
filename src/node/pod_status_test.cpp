#include "node/pod_status.h"

#include <gtest/gtest.h>

namespace dynamo::node {
namespace {

using std::chrono::seconds;

const WallTime kNow{seconds{1'700'000'000}};

kube::Object pod(std::string_view policy = "Always", std::string_view extra = "{}") {
  auto out = json::parse(fmt::format(
                             R"({{"metadata": {{"name": "p", "namespace": "ns"}},
                "spec": {{"restartPolicy": "{}", "containers": [{{"name": "main", "image": "i"}}]}}, "status": {}}})",
                             policy, extra))
                 ->as_object();
  return out;
}

ContainerObserved container(std::string name, ContainerState state, bool ready = false) {
  ContainerObserved out;
  out.name = std::move(name);
  out.state = std::move(state);
  out.ready = ready;
  return out;
}
const ContainerState kWaiting = Waiting{};
const ContainerState kRunning = Running{kNow};
const ContainerState kDone = terminated({.code = 0}, kNow, kNow);
const ContainerState kFailed = terminated({.code = 3}, kNow, kNow);

PodObserved seen(std::vector<ContainerState> init, std::vector<ContainerState> main) {
  PodObserved out;
  for (auto& state : init) out.init_containers.push_back(container("init", state));
  for (auto& state : main) out.containers.push_back(container("main", state));
  return out;
}
PodObserved restarting() {
  PodObserved out = seen({}, {Waiting{.reason = "CrashLoopBackOff"}});
  out.containers[0].last = std::get<Terminated>(kFailed);
  return out;
}
PodObserved ended(std::vector<ContainerState> main) {
  PodObserved out = seen({}, std::move(main));
  out.ended = true;
  return out;
}

struct PhaseCase {
  const char* name;
  const char* policy;
  PodObserved seen;
  const char* phase;
};
class PhaseTest : public testing::TestWithParam<PhaseCase> {};

TEST_P(PhaseTest, Is) { EXPECT_EQ(phase_of(pod(GetParam().policy), GetParam().seen), GetParam().phase); }

INSTANTIATE_TEST_SUITE_P(
    All, PhaseTest,
    testing::Values(PhaseCase{"waiting", "Always", seen({}, {kWaiting}), "Pending"},
                    PhaseCase{"one_of_two_waiting", "Always", seen({}, {kRunning, kWaiting}), "Pending"},
                    PhaseCase{"running", "Always", seen({}, {kRunning}), "Running"},
                    PhaseCase{"init_waiting", "Always", seen({kWaiting}, {kWaiting}), "Pending"},
                    PhaseCase{"init_failed_for_good", "Never", seen({kFailed}, {kWaiting}), "Failed"},
                    PhaseCase{"init_failed_retried", "Always", seen({kFailed}, {kWaiting}), "Pending"},
                    PhaseCase{"init_done", "Always", seen({kDone}, {kRunning}), "Running"},
                    PhaseCase{"stopped_always", "Always", seen({}, {kFailed}), "Running"},
                    PhaseCase{"crash_loop", "Always", restarting(), "Running"},
                    PhaseCase{"done_on_failure", "OnFailure", seen({}, {kDone}), "Succeeded"},
                    PhaseCase{"failed_on_failure", "OnFailure", seen({}, {kFailed}), "Running"},
                    PhaseCase{"done_never", "Never", seen({}, {kDone, kDone}), "Succeeded"},
                    PhaseCase{"failed_never", "Never", seen({}, {kDone, kFailed}), "Failed"},
                    PhaseCase{"one_still_runs", "Never", seen({}, {kFailed, kRunning}), "Running"},
                    PhaseCase{"deleted_in_peace", "Always", ended({kDone}), "Succeeded"},
                    PhaseCase{"deleted_killed", "Always", ended({kDone, kFailed}), "Failed"}),
    [](const auto& row) { return std::string(row.param.name); });

const json::object& condition(const kube::Object& status, std::string_view type) {
  for (const json::value& entry : kube::array_at(status, {"conditions"})) {
    if (json::string_at(entry, {"type"}) == type) return entry.as_object();
  }
  static const json::object kNone;
  return kNone;
}

TEST(PodStatus, SaysWhatRunsAndIsReady) {
  PodObserved now = seen({}, {kRunning});
  now.containers[0].ready = true;
  now.containers[0].started = true;
  now.containers[0].pid = 42;
  now.pod_ip = "127.1.0.1";
  now.host_ip = "127.0.0.1";
  now.started = kNow;
  const kube::Object status = pod_status(pod(), now, kNow);
  EXPECT_EQ(json::string_at(condition(status, "Ready"), {"status"}), "True");
  EXPECT_EQ(json::string_at(condition(status, "ContainersReady"), {"status"}), "True");
  EXPECT_EQ(json::string_at(status, {"podIP"}), "127.1.0.1");
  EXPECT_EQ(json::string_at(status, {"startTime"}), "2023-11-14T22:13:20Z");
  const json::value& main = kube::array_at(status, {"containerStatuses"})[0];
  EXPECT_EQ(json::string_at(main, {"containerID"}), "process://42");
  EXPECT_EQ(json::string_at(main, {"state", "running", "startedAt"}), "2023-11-14T22:13:20Z");
}

TEST(PodStatus, SaysHowAContainerEnded) {
  PodObserved now = restarting();
  now.containers[0].last = terminated({.signal = SIGKILL}, kNow, kNow + seconds{5});
  now.containers[0].restarts = 2;
  const kube::Object status = pod_status(pod(), now, kNow);
  const json::value& main = kube::array_at(status, {"containerStatuses"})[0];
  EXPECT_EQ(json::string_at(main, {"state", "waiting", "reason"}), "CrashLoopBackOff");
  EXPECT_EQ(json::int_at(main, {"lastState", "terminated", "exitCode"}), 137);
  EXPECT_EQ(json::int_at(main, {"lastState", "terminated", "signal"}), 9);
  EXPECT_EQ(json::string_at(main, {"lastState", "terminated", "reason"}), "Error");
  EXPECT_EQ(json::string_at(main, {"lastState", "terminated", "finishedAt"}), "2023-11-14T22:13:25Z");
  EXPECT_EQ(json::int_at(main, {"restartCount"}), 2);
  EXPECT_EQ(json::string_at(condition(status, "Ready"), {"message"}),
            "containers with unready status: [main]");
}

TEST(PodStatus, KeepsTransitionTimesAndForeignConditions) {
  const kube::Object first =
      pod_status(pod("Always", R"({"conditions": [{"type": "PodScheduled", "status": "True"}]})"),
                 seen({}, {kRunning}), kNow);
  kube::Object again = pod();
  again["status"] = first;
  EXPECT_EQ(pod_status(again, seen({}, {kRunning}), kNow + seconds{60}), first);
  EXPECT_EQ(json::string_at(condition(first, "PodScheduled"), {"status"}), "True");

  PodObserved ready = seen({}, {kRunning});
  ready.containers[0].ready = true;
  const kube::Object later = pod_status(again, ready, kNow + seconds{60});
  EXPECT_EQ(json::string_at(condition(later, "Ready"), {"lastTransitionTime"}), "2023-11-14T22:14:20Z");
  EXPECT_EQ(json::string_at(condition(later, "Initialized"), {"lastTransitionTime"}), "2023-11-14T22:13:20Z");
}

TEST(PodStatus, WaitsForReadinessGates) {
  kube::Object gated = pod();
  gated["spec"].as_object()["readinessGates"] =
      json::array{json::object{{"conditionType", "example.com/ok"}}};
  PodObserved ready = seen({}, {kRunning});
  ready.containers[0].ready = true;
  const kube::Object closed = pod_status(gated, ready, kNow);
  EXPECT_EQ(json::string_at(condition(closed, "Ready"), {"reason"}), "ReadinessGatesNotReady");
  gated["status"] = json::parse(R"({"conditions": [{"type": "example.com/ok", "status": "True"}]})").value();
  const kube::Object open = pod_status(gated, ready, kNow);
  EXPECT_EQ(json::string_at(condition(open, "Ready"), {"status"}), "True");
}

TEST(ObservedBefore, ARunningContainerWasLost) {
  const kube::Object before = pod("Always", R"({"containerStatuses": [{"name": "main", "restartCount": 4,
                        "state": {"running": {"startedAt": "2023-11-14T22:00:00Z"}}}]})");
  const auto containers = observed_before(before, "containers", "containerStatuses", kNow);
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].restarts, 4);
  const auto& end = std::get<Terminated>(containers[0].state);
  EXPECT_EQ(end.how.code, 255);
  EXPECT_EQ(end.reason, "Unknown");
  EXPECT_EQ(end.finished, kNow);
}

TEST(ObservedBefore, ANewPodStartsFresh) {
  const auto containers = observed_before(pod(), "containers", "containerStatuses", kNow);
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].state, ContainerState(Waiting{}));
  EXPECT_EQ(containers[0].image, "i");
}

}  // namespace
}  // namespace dynamo::node
