#include "controllers/deployment_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/rollout.h"
#include "controllers/test_objects.h"
#include "kube/conditions.h"
#include "kube/merge_diff.h"

namespace dynamo::controllers {
namespace {

using testing::kNow;
using testing::make_workload;
using testing::share;

/// A deployment with its sets, on which plans are carried out as an API server and ready pods would.
class World {
 public:
  explicit World(std::int64_t replicas, std::string_view strategy = R"({"type":"RollingUpdate"})") {
    deployment_ = make_workload(kube::resources::kDeployments, "web", replicas);
    deployment_["spec"].as_object()["strategy"] = json::parse(strategy).value();
  }

  Object& spec() { return deployment_["spec"].as_object(); }
  void set_image(std::string_view image) {
    spec()["template"].at("spec").at("containers").as_array()[0].as_object()["image"] = image;
  }
  Object& set(std::size_t i) { return sets_.at(i); }
  std::size_t sets() const { return sets_.size(); }

  DeploymentPlan plan() const {
    std::vector<ObjectPtr> shared;
    for (const Object& one : sets_) shared.push_back(share(one));
    return plan_deployment(
        {.deployment = deployment_, .sets = std::move(shared), .pods = pods_, .now = now_});
  }

  /// Carries one plan out; false when it asked for nothing.
  bool step() {
    DeploymentPlan next = plan();
    if (next.revision) kube::set_annotation(deployment_, kRevision, *next.revision);
    deployment_["status"] = next.status;
    if (next.create) add(std::move(*next.create));
    for (const ReplicaSetChange& change : next.changes) merge(change);
    for (const ObjectPtr& gone : next.remove) {
      std::erase_if(sets_, [&](const Object& one) { return kube::name_of(one) == kube::name_of(*gone); });
    }
    return next.create || !next.changes.empty() || !next.remove.empty();
  }
  /// All pods that sets want are there; they are ready when `available`.
  void settle(bool available = true) {
    for (Object& one : sets_) {
      const auto wanted = kube::int_at(one, {"spec", "replicas"}).value_or(0);
      const auto before = kube::int_at(one, {"status", "availableReplicas"}).value_or(0);
      const auto ready = available ? wanted : std::min(before, wanted);
      one["status"] = Object{{"replicas", wanted},
                             {"readyReplicas", ready},
                             {"availableReplicas", ready},
                             {"observedGeneration", 1}};
    }
  }
  void run_to_the_end() {
    for (int i = 0; i < 100; ++i) {
      const bool moved = step();
      settle();
      if (!moved) return;
    }
    FAIL() << "the rollout does not end";
  }

  std::vector<std::int64_t> sizes() const {
    std::vector<std::int64_t> out;
    for (const Object& one : sets_) out.push_back(kube::int_at(one, {"spec", "replicas"}).value_or(0));
    return out;
  }
  std::int64_t available() const {
    std::int64_t sum = 0;
    for (const Object& one : sets_) sum += kube::int_at(one, {"status", "availableReplicas"}).value_or(0);
    return sum;
  }
  std::int64_t wanted() const {
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes()) sum += size;
    return sum;
  }
  std::string reason(std::string_view type) const {
    const Object* found = kube::find_condition(kube::array_at(deployment_, {"status", "conditions"}), type);
    return found == nullptr ? "" : std::string(json::string_at(*found, {"reason"}));
  }
  const Object& deployment() const { return deployment_; }
  void advance(std::chrono::seconds by) { now_ += by; }
  void set_pods(std::vector<ObjectPtr> pods) { pods_ = std::move(pods); }

 private:
  void add(Object set) {
    kube::metadata(set)["uid"] = "uid-" + std::string(kube::name_of(set));
    kube::metadata(set)["generation"] = 1;
    kube::metadata(set)["creationTimestamp"] = format_rfc3339(kNow + std::chrono::seconds{created_++});
    sets_.push_back(std::move(set));
  }
  void merge(const ReplicaSetChange& change) {
    for (Object& one : sets_) {
      if (kube::name_of(one) != kube::name_of(*change.set)) continue;
      if (const auto replicas = kube::int_at(change.patch, {"spec", "replicas"}))
        one["spec"].as_object()["replicas"] = *replicas;
      for (const auto& entry : kube::annotations_of(change.patch)) {
        kube::set_annotation(one, kube::view(entry.key()), json::string_at(entry.value(), {}));
      }
    }
  }
  Object deployment_;
  std::vector<Object> sets_;
  std::vector<ObjectPtr> pods_;
  WallTime now_ = kNow;
  int created_ = 0;
};

using ::testing::ElementsAre;

TEST(DeploymentPlanTest, MakesASetOfTheTemplate) {
  const World world(3);
  const auto plan = world.plan();
  ASSERT_TRUE(plan.create);
  const Object& set = *plan.create;
  const std::string hash(kube::label(set, kHashLabel));
  EXPECT_EQ(kube::name_of(set), "web-" + hash);
  EXPECT_EQ(kube::int_at(set, {"spec", "replicas"}), 3);
  EXPECT_EQ(json::string_at(set, {"spec", "selector", "matchLabels", kHashLabel}), hash);
  EXPECT_EQ(json::string_at(set, {"spec", "template", "metadata", "labels", kHashLabel}), hash);
  EXPECT_EQ(kube::annotation(set, kRevision), "1");
  EXPECT_EQ(kube::annotation(set, kDesiredReplicas), "3");
  EXPECT_EQ(kube::annotation(set, kMaxReplicas), "4");
  EXPECT_TRUE(kube::is_controlled_by(set, "uid-web"));
  EXPECT_TRUE(has_template_of(set, world.deployment()));
  EXPECT_EQ(plan.revision, "1");
}

TEST(DeploymentPlanTest, TheHashFollowsTheContentOnly) {
  World a(1);
  World b(1);
  Object& pod_template = b.spec()["template"].as_object();
  json::value spec = pod_template["spec"];
  pod_template.erase("spec");
  pod_template["spec"] = spec;
  EXPECT_EQ(template_hash(a.deployment()), template_hash(b.deployment()));
  b.set_image("web:2");
  EXPECT_NE(template_hash(a.deployment()), template_hash(b.deployment()));
  Object taken = a.deployment();
  taken["status"] = Object{{"collisionCount", 1}};
  EXPECT_NE(template_hash(a.deployment()), template_hash(taken));
}

TEST(DeploymentPlanTest, DoesNothingInSteadyState) {
  World world(2);
  world.run_to_the_end();
  ASSERT_FALSE(world.step());
  const auto plan = world.plan();
  EXPECT_FALSE(plan.create || plan.revision || !plan.changes.empty() || !plan.remove.empty());
  EXPECT_TRUE(kube::merge_diff(kube::object_at(world.deployment(), {"status"}), plan.status).empty());
  EXPECT_EQ(world.reason("Available"), "MinimumReplicasAvailable");
  EXPECT_EQ(world.reason("Progressing"), "NewReplicaSetAvailable");
}

struct RollCase {
  std::string_view name;
  std::int64_t replicas;
  std::string_view surge;
  std::string_view unavailable;
};
class RollTest : public ::testing::TestWithParam<RollCase> {};
TEST_P(RollTest, NeverLeavesItsLeeway) {
  const auto& row = GetParam();
  World world(row.replicas);
  world.spec()["strategy"] =
      Object{{"type", "RollingUpdate"},
             {"rollingUpdate", Object{{"maxSurge", json::parse(row.surge).value()},
                                      {"maxUnavailable", json::parse(row.unavailable).value()}}}};
  world.run_to_the_end();
  const Leeway leeway = resolve_leeway(
      json::find(world.deployment(), {"spec", "strategy", "rollingUpdate", "maxSurge"}),
      json::find(world.deployment(), {"spec", "strategy", "rollingUpdate", "maxUnavailable"}), row.replicas);
  world.set_image("web:2");
  for (int i = 0; i < 100 && world.step(); ++i) {
    EXPECT_LE(world.wanted(), row.replicas + leeway.surge);
    world.settle(false);  // what shrank is gone, what grew is not ready yet
    EXPECT_GE(world.available(), row.replicas - leeway.unavailable);
    world.step();
    EXPECT_GE(world.available(), row.replicas - leeway.unavailable);
    world.settle();
  }
  world.run_to_the_end();
  EXPECT_THAT(world.sizes(), ElementsAre(0, row.replicas));
  EXPECT_EQ(kube::annotation(world.deployment(), kRevision), "2");
}
INSTANTIATE_TEST_SUITE_P(Rows, RollTest,
                         ::testing::Values(RollCase{"one", 1, "1", "0"},
                                           RollCase{"ten", 10, R"("25%")", R"("25%")"},
                                           RollCase{"no_surge", 4, "0", "1"},
                                           RollCase{"all_at_once", 5, R"("100%")", "0"},
                                           RollCase{"zero", 0, "1", "0"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DeploymentPlanTest, RollingBackUsesTheOldSetAgain) {
  World world(2);
  world.run_to_the_end();
  world.set_image("web:2");
  world.run_to_the_end();
  world.set_image("web:1");
  world.run_to_the_end();
  EXPECT_THAT(world.sizes(), ElementsAre(2, 0));
  EXPECT_EQ(kube::annotation(world.set(0), kRevision), "3");
}

TEST(DeploymentPlanTest, RecreateWaitsForTheLastOldPod) {
  World world(2, R"({"type":"Recreate"})");
  world.run_to_the_end();
  world.set_image("web:2");
  world.set_pods({testing::pod({.name = "old-1"}), testing::pod({.name = "old-2"})});
  EXPECT_TRUE(world.step());
  EXPECT_THAT(world.sizes(), ElementsAre(0));
  world.settle();
  EXPECT_FALSE(world.step());
  world.set_pods({});
  EXPECT_TRUE(world.step());
  EXPECT_THAT(world.sizes(), ElementsAre(0, 2));
}

TEST(DeploymentPlanTest, APausedDeploymentScalesButDoesNotRoll) {
  World world(2);
  world.run_to_the_end();
  world.spec()["paused"] = true;
  world.set_image("web:2");
  world.spec()["replicas"] = 5;
  world.run_to_the_end();
  EXPECT_THAT(world.sizes(), ElementsAre(5));
  EXPECT_EQ(world.reason("Progressing"), "DeploymentPaused");
  world.spec()["paused"] = false;
  world.run_to_the_end();
  EXPECT_THAT(world.sizes(), ElementsAre(0, 5));
  EXPECT_EQ(world.reason("Progressing"), "NewReplicaSetAvailable");
}

TEST(DeploymentPlanTest, ResizingInMidRolloutKeepsProportions) {
  World world(10, R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,"maxUnavailable":5}})");
  world.run_to_the_end();
  world.set_image("web:2");
  world.step();
  world.step();
  world.settle(false);
  world.step();
  ASSERT_THAT(world.sizes(), ElementsAre(5, 5));
  world.spec()["replicas"] = 20;
  world.step();
  EXPECT_THAT(world.sizes(), ElementsAre(10, 10));
}

TEST(DeploymentPlanTest, KeepsOnlySoMuchHistory) {
  World world(1);
  world.spec()["revisionHistoryLimit"] = 2;
  for (int i = 0; i < 5; ++i) {
    world.set_image(fmt::format("web:{}", i));
    world.run_to_the_end();
  }
  EXPECT_EQ(world.sets(), 3U);
  EXPECT_EQ(kube::annotation(world.set(0), kRevision), "3");
}

TEST(DeploymentPlanTest, SaysWhenItGetsNowhere) {
  World world(1);
  world.spec()["progressDeadlineSeconds"] = 60;
  world.step();
  world.settle(false);
  world.step();
  EXPECT_EQ(world.reason("Available"), "MinimumReplicasUnavailable");
  EXPECT_EQ(world.reason("Progressing"), "ReplicaSetUpdated");
  EXPECT_EQ(world.plan().look_again, std::chrono::seconds{61});
  world.advance(std::chrono::seconds{61});
  world.step();
  EXPECT_EQ(world.reason("Progressing"), "ProgressDeadlineExceeded");
  EXPECT_EQ(world.plan().look_again, std::nullopt);
  world.settle();
  world.step();
  EXPECT_EQ(world.reason("Progressing"), "NewReplicaSetAvailable");
}

TEST(DeploymentPlanTest, TheSetFollowsMinReadySeconds) {
  World world(1);
  world.run_to_the_end();
  world.spec()["minReadySeconds"] = 7;
  const auto plan = world.plan();
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(json::dump(plan.changes[0].patch), R"({"spec":{"minReadySeconds":7}})");
}

TEST(DeploymentPlanTest, NotesOfPeopleStayWithTheRevision) {
  World world(1);
  Object deployment = world.deployment();
  kube::set_annotation(deployment, "kubernetes.io/change-cause", "new model");
  kube::set_annotation(deployment, "kubectl.kubernetes.io/last-applied-configuration", "{}");
  const auto plan = plan_deployment({.deployment = deployment, .sets = {}, .pods = {}, .now = kNow});
  EXPECT_EQ(kube::annotation(*plan.create, "kubernetes.io/change-cause"), "new model");
  EXPECT_FALSE(
      kube::annotations_of(*plan.create).contains("kubectl.kubernetes.io/last-applied-configuration"));
}

TEST(DeploymentPlanTest, CountsInItsStatus) {
  World world(3);
  world.step();
  world.set(0)["status"] = Object{{"replicas", 3}, {"readyReplicas", 2}, {"availableReplicas", 1}};
  const Object status = world.plan().status;
  EXPECT_EQ(kube::int_at(status, {"replicas"}), 3);
  EXPECT_EQ(kube::int_at(status, {"updatedReplicas"}), 3);
  EXPECT_EQ(kube::int_at(status, {"readyReplicas"}), 2);
  EXPECT_EQ(kube::int_at(status, {"availableReplicas"}), 1);
  EXPECT_EQ(kube::int_at(status, {"unavailableReplicas"}), 2);
  EXPECT_EQ(kube::int_at(status, {"observedGeneration"}), 1);
}

TEST(DeploymentPlanTest, ADeploymentThatGoesOnlyReports) {
  World world(1);
  world.run_to_the_end();
  Object going = world.deployment();
  kube::metadata(going)["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  const auto plan = plan_deployment({.deployment = going, .sets = {}, .pods = {}, .now = kNow});
  EXPECT_FALSE(plan.create);
}

}  // namespace
}  // namespace dynamo::controllers
