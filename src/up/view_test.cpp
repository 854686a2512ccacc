#include "up/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "up/display.h"

namespace dynamo::up {
namespace {

using testing::ElementsAre;

kube::ObjectPtr object(std::string_view text) {
  return std::make_shared<const kube::Object>(json::parse(text)->as_object());
}

/// A pod of the graph `g` with one container; `fields` go beside metadata and spec, `labels` and `meta` into
/// it.
kube::ObjectPtr pod(std::string_view name, std::string_view status, std::string_view type = "worker",
                    std::string_view meta = "") {
  return object(fmt::format(
      R"({{"metadata": {{"name": "{}", "namespace": "ns", "uid": "uid-{}", "creationTimestamp": "2023-11-14T22:13:00Z",
            "labels": {{"nvidia.com/dynamo-graph-deployment-name": "g", "nvidia.com/dynamo-component-type": "{}"}}{}}},
          "spec": {{"containers": [{{"name": "main", "ports": [{{"name": "http", "containerPort": 8080}}]}}]}},
          "status": {}}})",
      name, name, type, meta, status));
}

constexpr const char* kReady = R"({"phase": "Running", "podIP": "127.1.0.1",
  "conditions": [{"type": "Ready", "status": "True"}],
  "containerStatuses": [{"name": "main", "ready": true, "restartCount": 2, "containerID": "process://77",
                         "state": {"running": {}}}]})";
constexpr const char* kNotReady = R"({"phase": "Running", "podIP": "127.1.0.1"})";
constexpr const char* kDeleting = R"(, "deletionTimestamp": "2023-11-14T22:13:20Z")";

struct StateCase {
  const char* name;
  const char* status;
  const char* meta;
  const char* state;
};
class PodStateTest : public testing::TestWithParam<StateCase> {};

TEST_P(PodStateTest, Is) {
  EXPECT_EQ(pod_state(*pod("p", GetParam().status, "worker", GetParam().meta)), GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(
    All, PodStateTest,
    testing::Values(
        StateCase{"nothing_known", "{}", "", "Pending"}, StateCase{"running", kReady, "", "Running"},
        StateCase{"terminating", kReady, kDeleting, "Terminating"},
        StateCase{"waiting",
                  R"({"containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]})", "",
                  "CrashLoopBackOff"},
        StateCase{"ended", R"({"containerStatuses": [{"state": {"terminated": {"reason": "Error"}}}]})", "",
                  "Error"},
        StateCase{"rejected", R"({"phase": "Failed", "reason": "OutOfnvidia.com/gpu"})", "",
                  "OutOfnvidia.com/gpu"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PodState, CountsInitContainers) {
  const auto waiting = object(R"({"spec": {"initContainers": [{}, {}]},
      "status": {"initContainerStatuses": [{"state": {"terminated": {"exitCode": 0}}}, {"state": {"running": {}}}]}})");
  EXPECT_EQ(pod_state(*waiting), "Init:1/2");
}

TEST(FrontendsOf, TakesReadyFrontendsOfTheGraph) {
  const std::vector<kube::ObjectPtr> pods{pod("a", kReady, "frontend"), pod("b", kNotReady, "frontend"),
                                          pod("c", kReady, "worker"),
                                          pod("d", kReady, "frontend", kDeleting)};
  EXPECT_THAT(frontends_of({"ns", "g"}, pods), ElementsAre(net::Endpoint{"127.1.0.1", 8080}));
  EXPECT_THAT(frontends_of({"ns", "other"}, pods), ElementsAre());
  EXPECT_THAT(frontends_of({"elsewhere", "g"}, pods), ElementsAre());
}

const kube::ObjectPtr kGraph = object(
    R"({"metadata": {"name": "g", "namespace": "ns", "uid": "uid-g", "creationTimestamp": "2023-11-14T22:12:20Z"},
               "status": {"state": "successful"}})");
const PublishedUrls kUrls{{{"ns", "g"}, "http://127.0.0.1:8000"}};

TEST(Overview, ShowsGraphsAndPods) {
  const std::vector<kube::ObjectPtr> graphs{kGraph};
  const std::vector<kube::ObjectPtr> pods{
      pod("w", kReady, "worker", R"(, "annotations": {"dynamo.nvidia.com/engine": "mock"})"), pod("x", "{}")};
  EXPECT_EQ(overview(graphs, pods, kUrls, WallTime{std::chrono::seconds{1'700'000'000}}),
            "NAMESPACE   GRAPH   STATE        URL                     AGE\n"
            "ns          g       successful   http://127.0.0.1:8000   60s\n"
            "\n"
            "POD   READY   STATUS    RESTARTS   PID   ADDRESS     ENGINE   AGE\n"
            "w     1/1     Running   2          77    127.1.0.1   mock     20s\n"
            "x     0/1     Pending   0          -     -           -        20s\n");
}

TEST(Overview, OfNothingIsEmpty) { EXPECT_EQ(overview({}, {}, {}, WallTime{}), ""); }

TEST(LineDiff, TellsEachChangeOnce) {
  LineDiff diff;
  const std::vector<kube::ObjectPtr> graphs{kGraph};
  const std::vector<kube::ObjectPtr> before{pod("w", kNotReady)};
  const std::vector<kube::ObjectPtr> after{pod("w", kReady)};
  EXPECT_THAT(diff.next(graphs, before, kUrls),
              ElementsAre("graph ns/g: successful at http://127.0.0.1:8000", "pod ns/w: Running, 0/1 ready"));
  EXPECT_THAT(diff.next(graphs, before, kUrls), ElementsAre());
  EXPECT_THAT(diff.next(graphs, after, kUrls),
              ElementsAre("pod ns/w: Running, 1/1 ready, process 77, 2 restarts"));
  EXPECT_THAT(diff.next({}, after, {}), ElementsAre("graph ns/g: gone"));
}

}  // namespace
}  // namespace dynamo::up
