#include "controllers/replica_set_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/test_objects.h"

namespace dynamo::controllers {
namespace {

using testing::kNow;
using testing::make_workload;
using testing::PodSpec;

std::vector<ObjectPtr> pods(int count, PodSpec like = {}) {
  std::vector<ObjectPtr> made;
  for (int i = 0; i < count; ++i) {
    like.name = fmt::format("p{}", i);
    made.push_back(testing::pod(like));
  }
  return made;
}

struct SizeCase {
  std::string_view name;
  std::int64_t replicas;
  std::vector<ObjectPtr> pods;
  std::size_t create;
  std::size_t remove;
};
void PrintTo(const SizeCase& row, std::ostream* out) { *out << row.name; }
class ReplicaSetSizeTest : public ::testing::TestWithParam<SizeCase> {};
TEST_P(ReplicaSetSizeTest, Follows) {
  const auto& row = GetParam();
  const Object set = make_workload(kube::resources::kReplicaSets, "rs", row.replicas);
  const auto plan = plan_replica_set({.set = set, .pods = row.pods, .now = kNow});
  EXPECT_EQ(plan.create, row.create);
  EXPECT_EQ(plan.remove.size(), row.remove);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ReplicaSetSizeTest,
    ::testing::Values(SizeCase{"from_nothing", 3, {}, 3, 0}, SizeCase{"steady", 2, pods(2), 0, 0},
                      SizeCase{"too_many", 1, pods(3), 0, 2}, SizeCase{"to_zero", 0, pods(2), 0, 2},
                      SizeCase{"failed_pods_do_not_count", 1, pods(1, {.phase = "Failed"}), 1, 0},
                      SizeCase{"going_pods_do_not_count", 1, pods(1, {.deleting = true}), 1, 0},
                      SizeCase{"bounded", 10'000, {}, 500, 0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ReplicaSetPlanTest, WritesNothingWhileItsCacheIsBehind) {
  const Object set = make_workload(kube::resources::kReplicaSets, "rs", 3);
  EXPECT_EQ(plan_replica_set({.set = set, .pods = {}, .writable = false, .now = kNow}).create, 0U);
  Object going = set;
  kube::metadata(going)["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_EQ(plan_replica_set({.set = going, .pods = {}, .now = kNow}).create, 0U);
}

TEST(ReplicaSetPlanTest, CountsItsPods) {
  Object set = make_workload(kube::resources::kReplicaSets, "rs", 3);
  set["spec"].as_object()["minReadySeconds"] = 60;
  const auto plan =
      plan_replica_set({.set = set,
                        .pods = {testing::pod({.name = "old", .ready_seconds_ago = 61}),
                                 testing::pod({.name = "new", .ready_seconds_ago = 10}),
                                 testing::pod({.name = "starting", .ready = false, .app = "x"})},
                        .now = kNow});
  EXPECT_EQ(
      json::dump(plan.status),
      R"({"replicas":3,"observedGeneration":1,"fullyLabeledReplicas":2,"readyReplicas":2,"availableReplicas":1})");
  EXPECT_EQ(plan.look_again, std::chrono::seconds{50});
}

TEST(ReplicaSetPlanTest, SaysWhyPodsCannotBeMade) {
  Object set = make_workload(kube::resources::kReplicaSets, "rs", 1);
  auto plan = plan_replica_set({.set = set, .pods = {}, .failure = "quota", .now = kNow});
  const json::array conditions = plan.status["conditions"].as_array();
  EXPECT_EQ(json::string_at(conditions[0], {"type"}), "ReplicaFailure");
  EXPECT_EQ(json::string_at(conditions[0], {"message"}), "quota");
  set["status"] = plan.status;
  EXPECT_FALSE(plan_replica_set({.set = set, .pods = {}, .now = kNow}).status.contains("conditions"));
}

TEST(ReplicaSetPlanTest, PodsComeFromTheTemplate) {
  const Object set = make_workload(kube::resources::kReplicaSets, "rs", 1);
  const Object pod = pod_from_template(set, "rs-abcde");
  EXPECT_EQ(kube::key_of(pod), (kube::NamespacedName{"ns", "rs-abcde"}));
  EXPECT_EQ(kube::label(pod, "app"), "web");
  EXPECT_EQ(kube::annotation(pod, "note"), "x");
  EXPECT_TRUE(kube::is_controlled_by(pod, "uid-rs"));
  EXPECT_EQ(pod.at("spec"), set.at("spec").at("template").at("spec"));
}

}  // namespace
}  // namespace dynamo::controllers
