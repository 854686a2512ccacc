#include "node/pod_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "node/files.h"
#include "process/reaper.h"

// The reaper is this program run again with one argument; constructors run before the test framework's main.
namespace {
int run_reaper_when_asked(int argc, char** argv, char**) {
  if (argc == 2 && std::string_view(argv[1]) == "pod-reaper") std::_Exit(dynamo::process::run_reaper(0));
  return 0;
}
[[gnu::section(".init_array"), gnu::used]] int (*const kReaperEntry)(int, char**,
                                                                     char**) = &run_reaper_when_asked;
}  // namespace

namespace dynamo::node {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;

/// An API server of one pod: keeps what is written, and wakes whoever waits for something to be so.
class FakePodApi final : public PodApi {
 public:
  FakePodApi(net::Loop& loop, kube::Object pod)
      : pod_(std::make_shared<const kube::Object>(std::move(pod))), changed_(loop) {}

  net::Task<Result<Sources>> sources(kube::ObjectPtr) override {
    if (sources_missing > 0 && sources_missing-- > 0) co_return fail(Errc::unavailable, "the server is away");
    co_return given;
  }
  net::Task<Result<ServiceAccountFiles>> account(kube::ObjectPtr) override {
    co_return ServiceAccountFiles{.token = "t0ken", .ca_pem = "CA"};
  }
  net::Task<Result<kube::ObjectPtr>> write_status(kube::ObjectPtr, kube::Object status) override {
    kube::Object next = *pod_;
    next["status"] = std::move(status);
    put(std::move(next));
    co_return pod_;
  }
  net::Task<Result<void>> annotate(kube::ObjectPtr, std::string key, std::string value) override {
    kube::Object next = *pod_;
    kube::set_annotation(next, key, value);
    put(std::move(next));
    co_return Result<void>{};
  }
  net::Task<Result<void>> remove(kube::ObjectPtr) override {
    removed = true;
    changed_.set();
    co_return Result<void>{};
  }
  void tell(const kube::Object&, std::string_view container, PlanNote note) override {
    events.push_back(
        fmt::format("{}{} {}: {}", container, container.empty() ? "" : ":", note.reason, note.message));
  }

  kube::ObjectPtr mark_deleted(std::int64_t grace) {
    kube::Object next = *pod_;
    kube::metadata(next)["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    kube::metadata(next)["deletionGracePeriodSeconds"] = grace;
    put(std::move(next));
    return pod_;
  }

  /// Waits until `holds(pod)`; a test that waits in vain ends with its time limit.
  net::Task<void> until(std::function<bool(const kube::Object&)> holds) {
    while (!holds(*pod_)) {
      changed_.reset();
      co_await changed_.wait();
    }
  }
  const kube::ObjectPtr& pod() const { return pod_; }

  Sources given;
  int sources_missing = 0;
  bool removed = false;
  std::vector<std::string> events;

 private:
  void put(kube::Object next) {
    pod_ = std::make_shared<const kube::Object>(std::move(next));
    changed_.set();
  }
  kube::ObjectPtr pod_;
  net::Event changed_;
};

const json::value& container_status(const kube::Object& pod, std::string_view list = "containerStatuses") {
  static const json::value kNone;
  const json::array& all = kube::array_at(pod, {"status", list});
  return all.empty() ? kNone : all[0];
}
bool is_running(const kube::Object& pod) {
  return json::find(container_status(pod), {"state", "running"}) != nullptr;
}
bool is_ready(const kube::Object& pod) { return json::bool_at(container_status(pod), {"ready"}); }
std::int64_t restarts(const kube::Object& pod) {
  return json::int_at(container_status(pod), {"restartCount"}).value_or(0);
}
bool waits_with(const kube::Object& pod, std::string_view reason) {
  return json::string_at(container_status(pod), {"state", "waiting", "reason"}) == reason;
}

class PodWorkerTest : public testing::Test {
 protected:
  PodWorkerTest()
      : logs_(loop_, root_ + "/logs"),
        prober_(loop_, kReaper),
        services_{loop_, Clock::system(), kReaper, logs_, prober_, [](std::string_view, const Error&) {}} {
    machine_.environment = {{"PATH", "/usr/bin:/bin"}};
    machine_.dynamo = "/opt/dynamo";
    machine_.shim_folder = root_ + "/shims";
    machine_.exists = exists;
  }

  /// Creates the pod whose `main` container runs `script`.
  void make(std::string_view script, std::string_view container_fields = "",
            std::string_view spec_fields = "") {
    json::object main{{"name", "main"}, {"image", "i"}, {"command", {"sh", "-c", script}}};
    const auto fields = json::parse(fmt::format("{{{}}}", container_fields)).value();
    for (const auto& [key, value] : fields.as_object()) main[key] = value;
    auto spec = json::parse(fmt::format("{{{}}}", spec_fields)).value().as_object();
    spec["containers"] = json::array{std::move(main)};
    json::object pod{{"metadata", json::object{{"name", "p"}, {"namespace", "ns"}, {"uid", "u1"}}},
                     {"spec", std::move(spec)}};
    make(std::move(pod));
  }
  void make(kube::Object pod) {
    api_.emplace(loop_, std::move(pod));
    PodSetup setup;
    setup.facts = {.pod_ip = "127.99.0.1", .host_ip = "127.0.0.1", .node_name = "n", .allocatable = {}};
    setup.grant.folder = root_ + "/pods/u1";
    setup.grant.temporary = root_ + "/tmp/u1";
    setup.grant.claims_folder = root_ + "/claims";
    setup.machine = &machine_;
    setup.server = "https://127.0.0.1:1";
    worker_ = std::make_unique<PodWorker>(services_, *api_, api_->pod(), std::move(setup));
  }

  /// Runs the worker beside `body`, which must bring about its end.
  void run(net::Task<void> body) { net::run(loop_, beside(std::move(body))); }
  net::Task<void> beside(net::Task<void> body) {
    net::TaskGroup group(loop_);
    group.spawn(worker_->run());
    co_await std::move(body);
    co_await group.join();
  }
  void remove_pod(std::int64_t grace = 30) { worker_->update(api_->mark_deleted(grace)); }

  std::string log() {
    LogQuery query{.pod_uid = "u1", .container = "main"};
    auto reader = logs_.open(std::move(query));
    if (!reader) return reader.error().message;
    const auto text = net::run(loop_, (*reader)->read());
    return text ? std::string(*text) : text.error().message;
  }

  static inline const std::vector<std::string> kReaper{"/proc/self/exe", "pod-reaper"};
  net::Loop loop_;
  const TestFolder test_folder_;
  const std::string root_ = test_folder_.path();
  LogStore logs_;
  Prober prober_;
  Services services_;
  MachineFacts machine_;
  std::optional<FakePodApi> api_;
  std::unique_ptr<PodWorker> worker_;

 public:
  net::Task<void> runs_and_is_deleted() {
    co_await api_->until(is_ready);
    EXPECT_EQ(json::string_at(*api_->pod(), {"status", "phase"}), "Running");
    EXPECT_EQ(json::string_at(*api_->pod(), {"status", "podIP"}), "127.99.0.1");
    remove_pod();
  }
  net::Task<void> stop_when(std::function<bool(const kube::Object&)> holds) {
    co_await api_->until(std::move(holds));
    text_ = log();
    worker_->stop(seconds{0});
  }
  net::Task<void> delete_when(std::function<bool(const kube::Object&)> holds, std::int64_t grace = 30) {
    co_await api_->until(std::move(holds));
    remove_pod(grace);
  }
  net::Task<void> kill_process_once() {
    co_await api_->until(is_running);
    ::kill(static_cast<pid_t>(worker_->seen().containers[0].pid), SIGKILL);
    co_await api_->until([](const kube::Object& pod) { return restarts(pod) == 1 && is_running(pod); });
    ::kill(static_cast<pid_t>(worker_->seen().containers[0].pid), SIGKILL);
    co_await api_->until([](const kube::Object& pod) { return waits_with(pod, "CrashLoopBackOff"); });
    remove_pod();
  }
  std::string text_;
};

TEST_F(PodWorkerTest, RunsUntilItIsDeleted) {
  make("trap 'exit 0' TERM; touch up; while :; do sleep 0.01; done",
       R"("readinessProbe": {"exec": {"command": ["test", "-e", "up"]}})");
  run(runs_and_is_deleted());
  EXPECT_TRUE(api_->removed);
  EXPECT_EQ(json::string_at(*api_->pod(), {"status", "phase"}), "Succeeded");
  EXPECT_EQ(json::int_at(container_status(*api_->pod()), {"state", "terminated", "exitCode"}), 0);
  EXPECT_THAT(api_->events, Contains("main: Created: Created container main"));
  EXPECT_THAT(api_->events, Contains("main: Started: Started container main"));
  EXPECT_THAT(api_->events, Contains("main: Killing: Stopping container main"));
  EXPECT_FALSE(exists(root_ + "/pods/u1")) << "its folder goes with it";
  EXPECT_FALSE(exists(root_ + "/logs/u1"));
}

TEST_F(PodWorkerTest, KillsWhatOutlivesTheGracePeriod) {
  make("trap '' TERM; echo trapped; while :; do sleep 0.01; done",
       R"("readinessProbe": {"exec": {"command": ["true"]}})");
  run(delete_when(is_ready, 0));
  EXPECT_TRUE(api_->removed);
  EXPECT_FALSE(exists(root_ + "/pods/u1"));
  EXPECT_FALSE(exists(root_ + "/tmp/u1"));
  EXPECT_EQ(json::int_at(container_status(*api_->pod()), {"state", "terminated", "exitCode"}), 137);
  EXPECT_EQ(json::string_at(*api_->pod(), {"status", "phase"}), "Failed");
}

TEST_F(PodWorkerTest, SeesItsVariablesVolumesAndKubeconfig) {
  make("cat $CONF; echo $POD_IP; stat -c %a $KUBECONFIG; grep -c t0ken $KUBECONFIG",
       R"("env": [{"name": "CONF", "value": "$(TMPDIR)/../../pods/u1/volumes/settings/color"}])",
       R"("restartPolicy": "Never", "volumes": [{"name": "settings", "configMap": {"name": "settings"}}])");
  api_->given.config_maps["settings"] = json::parse(R"({"data": {"color": "blue\n"}})")->as_object();
  run(stop_when(
      [](const kube::Object& pod) { return json::string_at(pod, {"status", "phase"}) == "Succeeded"; }));
  EXPECT_EQ(text_, "blue\n127.99.0.1\n600\n1\n");
}

TEST_F(PodWorkerTest, RestartsAtOnceAndThenBacksOff) {
  make("exec sleep 1000");
  run(kill_process_once());
  EXPECT_TRUE(api_->removed);
  EXPECT_THAT(api_->events, Contains("main: BackOff: Back-off restarting failed container main"));
  const json::value& status = container_status(*api_->pod());
  EXPECT_EQ(json::int_at(status, {"lastState", "terminated", "exitCode"}), 137);
  EXPECT_EQ(json::string_at(status, {"lastState", "terminated", "reason"}), "Error");
}

TEST_F(PodWorkerTest, LivenessFailureRestartsTheContainer) {
  make("exec sleep 1000",
       R"("livenessProbe": {"exec": {"command": ["sh", "-c", "echo broken; exit 1"]}, "failureThreshold": 1,
                           "timeoutSeconds": 60})");
  run(delete_when([](const kube::Object& pod) { return restarts(pod) == 1; }));
  EXPECT_THAT(api_->events, Contains("main: Unhealthy: Liveness probe failed: broken\n"));
  EXPECT_THAT(api_->events,
              Contains("main: Killing: Container main failed liveness probe, will be restarted"));
}

TEST_F(PodWorkerTest, StartupComesBeforeReadiness) {
  make("sleep 0.05; touch up; exec sleep 1000",
       R"("startupProbe": {"exec": {"command": ["test", "-e", "up"]}, "failureThreshold": 720},
          "livenessProbe": {"exec": {"command": ["test", "-e", "up"]}, "failureThreshold": 1, "timeoutSeconds": 60},
          "readinessProbe": {"exec": {"command": ["test", "-e", "up"]}})");
  run(delete_when(is_ready));
  EXPECT_EQ(restarts(*api_->pod()), 0) << "liveness waits for startup";
}

TEST_F(PodWorkerTest, InitContainersRunFirstAndInOrder) {
  make("cat order; exec sleep 1000", "",
       R"("initContainers": [{"name": "a", "command": ["sh", "-c", "echo a >> order"]},
                             {"name": "b", "command": ["sh", "-c", "echo b >> order"]}])");
  run(delete_when(is_running));
  const json::array& init = kube::array_at(*api_->pod(), {"status", "initContainerStatuses"});
  EXPECT_EQ(json::string_at(init[1], {"state", "terminated", "reason"}), "Completed");
}

TEST_F(PodWorkerTest, AFailedInitContainerFailsThePodWhenItMayNotRestart) {
  make("true", "", R"("restartPolicy": "Never", "initContainers": [{"name": "a", "command": ["false"]}])");
  run(delete_when(
      [](const kube::Object& pod) { return json::string_at(pod, {"status", "phase"}) == "Failed"; }));
}

TEST_F(PodWorkerTest, ACommandThatDoesNotExistSaysSo) {
  make("", R"("command": ["no-such-engine"])");
  run(delete_when(
      [](const kube::Object& pod) { return restarts(pod) > 0 || waits_with(pod, "CrashLoopBackOff"); }));
  EXPECT_THAT(api_->events,
              Contains(HasSubstr("main: Failed: Error: no-such-engine was not found on the path")));
}

TEST_F(PodWorkerTest, AContainerWithoutACommandIsRefused) {
  make("", R"("command": [])");
  run(delete_when([](const kube::Object& pod) { return waits_with(pod, "CreateContainerConfigError"); }));
  EXPECT_THAT(api_->events, Contains(HasSubstr("Failed: container main: it has no command")));
  EXPECT_TRUE(api_->removed);
}

TEST_F(PodWorkerTest, AMissingSecretIsWaitedFor) {
  make("true", R"("env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])");
  run(delete_when([](const kube::Object& pod) {
    return waits_with(pod, "ContainerCreating") &&
           json::string_at(container_status(pod), {"state", "waiting", "message"})
               .contains("Secret s does not exist");
  }));
}

TEST_F(PodWorkerTest, SaysWhichEngineStandsBehindIt) {
  make("", R"("command": ["sh", "-c", "echo python3 -m dynamo.vllm as $DYNAMO_NODE_ENGINE"])",
       R"("restartPolicy": "Never")");
  run(stop_when(
      [](const kube::Object& pod) { return json::string_at(pod, {"status", "phase"}) == "Succeeded"; }));
  EXPECT_EQ(kube::annotation(*api_->pod(), "dynamo.nvidia.com/engine"), "mock");
  EXPECT_THAT(api_->events, Contains(" EngineSubstituted: the mock engine stands in for vllm"));
  EXPECT_EQ(text_, "python3 -m dynamo.vllm as mock\n");
}

TEST_F(PodWorkerTest, StoppingThePlatformKeepsTheObjectAndTheFolder) {
  make("exec sleep 1000");
  run(stop_when(is_running));
  EXPECT_FALSE(api_->removed);
  EXPECT_EQ(json::string_at(*api_->pod(), {"status", "phase"}), "Running")
      << "it runs again after the next start";
  EXPECT_NE(json::find(container_status(*api_->pod()), {"state", "terminated"}), nullptr);
  EXPECT_TRUE(exists(root_ + "/pods/u1"));
}

TEST_F(PodWorkerTest, ANewPlatformRestartsWhatTheOldOneRan) {
  make("exec sleep 1000");
  kube::Object before = *api_->pod();
  before["status"] = json::parse(R"({"containerStatuses": [{"name": "main", "restartCount": 1,
                                     "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]})")
                         .value();
  make(std::move(before));
  run(delete_when([](const kube::Object& pod) { return restarts(pod) == 2 && is_running(pod); }));
  EXPECT_EQ(json::int_at(container_status(*api_->pod()), {"lastState", "terminated", "exitCode"}), 255);
}

net::Task<void> kill_when_running(FakePodApi& api, PodWorker& worker) {
  co_await api.until(is_running);
  worker.kill();
}

TEST_F(PodWorkerTest, AnObjectThatVanishedTakesItsProcessesWithIt) {
  make("trap '' TERM; exec sleep 1000");
  run(kill_when_running(*api_, *worker_));
  EXPECT_FALSE(api_->removed);
  EXPECT_FALSE(exists(root_ + "/pods/u1"));
  EXPECT_NE(::kill(static_cast<pid_t>(worker_->seen().containers[0].pid), 0), 0);
}

}  // namespace
}  // namespace dynamo::node
