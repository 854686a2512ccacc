#include "controllers/schedule_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/test_objects.h"

namespace dynamo::controllers {
namespace {

using testing::object;
using testing::share;

ObjectPtr node(std::string_view allocatable = R"({"cpu":"2","memory":"4Gi","nvidia.com/gpu":"2"})") {
  Object made = kube::make_object(kube::resources::kNodes, {"", "n1"});
  made["status"] = object(R"({"conditions":[{"type":"Ready","status":"True"}]})");
  made["status"].as_object()["allocatable"] = object(allocatable);
  return share(std::move(made));
}

ObjectPtr pod(std::string_view resources, std::string name = "p", std::string on = "") {
  Object made = testing::make_pod({.name = std::move(name), .phase = "Pending", .node = on});
  made["spec"].as_object()["containers"] =
      json::array{Object{{"name", "main"}, {"resources", object(resources)}}};
  return share(std::move(made));
}

struct PlaceCase {
  std::string_view name;
  ObjectPtr pod;
  std::vector<ObjectPtr> nodes;
  std::vector<ObjectPtr> bound;
  std::optional<std::string> node;
  std::string_view missing;
  std::size_t warnings;
};
void PrintTo(const PlaceCase& row, std::ostream* out) { *out << row.name; }
class PlaceTest : public ::testing::TestWithParam<PlaceCase> {};
TEST_P(PlaceTest, Decides) {
  const auto& row = GetParam();
  const Placement placement = place_pod(*row.pod, row.nodes, row.bound);
  EXPECT_EQ(placement.node, row.node);
  EXPECT_EQ(placement.missing, row.missing);
  EXPECT_EQ(placement.warnings.size(), row.warnings);
}
const ObjectPtr kOneGpu = pod(R"({"limits":{"nvidia.com/gpu":1}})");
const ObjectPtr kTwoGpus = pod(R"({"limits":{"nvidia.com/gpu":"2"}})");
const ObjectPtr kOnNode = pod(R"({"limits":{"nvidia.com/gpu":1}})", "q", "n1");
INSTANTIATE_TEST_SUITE_P(
    Rows, PlaceTest,
    ::testing::Values(PlaceCase{"fits", kTwoGpus, {node()}, {}, "n1", "", 0},
                      PlaceCase{"fits_beside_another", kOneGpu, {node()}, {kOnNode}, "n1", "", 0},
                      PlaceCase{"gpus_are_taken",
                                kTwoGpus,
                                {node()},
                                {kOnNode},
                                std::nullopt,
                                "needs 2 nvidia.com/gpu, 1 of 2 free on node n1",
                                0},
                      PlaceCase{"no_gpus_at_all",
                                kOneGpu,
                                {node("{}")},
                                {},
                                std::nullopt,
                                "needs 1 nvidia.com/gpu, 0 of 0 free on node n1",
                                0},
                      PlaceCase{"finished_pods_leave_room",
                                kTwoGpus,
                                {node()},
                                {share(testing::make_pod({.name = "done", .phase = "Succeeded"}))},
                                "n1",
                                "",
                                0},
                      PlaceCase{"cpu_is_only_warned_about",
                                pod(R"({"requests":{"cpu":"8","memory":"64Gi"}})"),
                                {node()},
                                {},
                                "n1",
                                "",
                                2},
                      PlaceCase{"no_node", kOneGpu, {}, {}, std::nullopt, "there is no node yet", 0},
                      PlaceCase{"node_not_ready",
                                kOneGpu,
                                {share(kube::make_object(kube::resources::kNodes, {"", "n1"}))},
                                {},
                                std::nullopt,
                                "node n1 does not take pods now",
                                0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RequestsTest, ContainersAddUpAndInitContainersCompete) {
  Object made = testing::make_pod({.name = "p"});
  made["spec"] =
      object(R"({"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2","memory":"1Gi"}}},
                                          {"resources":{"requests":{"cpu":"500m"}}}],
    "initContainers":[{"resources":{"requests":{"cpu":"250m"}},"restartPolicy":"Always"},
                      {"resources":{"requests":{"cpu":"3"}}}]})");
  const Amounts amounts = requests_of(made);
  EXPECT_EQ(amounts.at("cpu").to_string(), "3250m");
  EXPECT_EQ(amounts.at("memory").to_string(), "1Gi");
}

TEST(WantsSchedulingTest, SkipsWhatIsNotOurs) {
  EXPECT_TRUE(wants_scheduling(testing::make_pod({.name = "p", .phase = "Pending", .node = ""})));
  EXPECT_FALSE(wants_scheduling(testing::make_pod({.name = "p", .node = "n1"})));
  EXPECT_FALSE(wants_scheduling(testing::make_pod({.name = "p", .node = "", .deleting = true})));
  Object gated = testing::make_pod({.name = "p", .node = ""});
  gated["spec"].as_object()["schedulingGates"] = json::array{Object{{"name", "wait"}}};
  EXPECT_FALSE(wants_scheduling(gated));
  Object foreign = testing::make_pod({.name = "p", .node = ""});
  foreign["spec"].as_object()["schedulerName"] = "kai";
  EXPECT_FALSE(wants_scheduling(foreign));
}

}  // namespace
}  // namespace dynamo::controllers
