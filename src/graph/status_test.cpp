#include "graph/status.h"

#include <gtest/gtest.h>

#include "graph/readiness.h"
#include "graph/test_support.h"

/// The rows of the operator reference, sections 5.1, 5.11, 6.1, 6.2 and 12.
namespace dynamo::graph {
namespace {

const WallTime kThen{std::chrono::seconds{1'700'000'000}};
const WallTime kNow = kThen + std::chrono::seconds{60};

json::object deployment(std::string_view status, std::string_view spec = "{replicas: 2}") {
  return {{"metadata", {{"name", "g-svc"}, {"generation", 3}}},
          {"spec", test::yaml(spec)},
          {"status", test::yaml(status)}};
}
const std::string kAllThere =
    "{observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, "
    "conditions: [{type: "
    "Available, status: 'True'}]}";

struct ReadyCase {
  std::string name;
  std::string spec;
  std::string status;
  std::string reason;  // empty = ready
};
class DeploymentReadinessTest : public ::testing::TestWithParam<ReadyCase> {};
TEST_P(DeploymentReadinessTest, SaysWhy) {
  EXPECT_EQ(not_ready_reason(deployment(GetParam().status, GetParam().spec)).value_or(""), GetParam().reason);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, DeploymentReadinessTest,
    ::testing::Values(
        ReadyCase{"all_there", "{replicas: 2}", kAllThere, ""},
        ReadyCase{"paused", "{replicas: 2, paused: true}", kAllThere, "the Deployment is paused"},
        ReadyCase{"none_wanted", "{replicas: 0}", "{}", ""},
        ReadyCase{"not_observed", "{replicas: 2}", "{observedGeneration: 2, replicas: 2}",
                  "the Deployment's latest generation is not observed yet"},
        ReadyCase{"not_updated", "{replicas: 2}", "{observedGeneration: 3, replicas: 2, updatedReplicas: 1}",
                  "1 of 2 replicas updated"},
        ReadyCase{"not_available", "{replicas: 2}",
                  "{observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 1}",
                  "1 of 2 replicas available"},
        ReadyCase{"old_ones_left", "{replicas: 2}",
                  "{observedGeneration: 3, replicas: 3, updatedReplicas: 2, availableReplicas: 3}",
                  "1 replicas of an older version still there"},
        ReadyCase{"not_available_by_condition", "{replicas: 2}",
                  "{observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2}",
                  "the Deployment is not available"},
        ReadyCase{"one_replica_when_not_said", "{}", "{observedGeneration: 3}", "0 of 1 replicas updated"}),
    [](const auto& row) { return row.param.name; });

const api::Condition& condition(const std::vector<api::Condition>& conditions, std::string_view type) {
  static const api::Condition kNone;
  const auto found = std::ranges::find(conditions, type, &api::Condition::type);
  return found == conditions.end() ? kNone : *found;
}
/// "True DeploymentReady"
std::string summary(const std::vector<api::Condition>& conditions, std::string_view type) {
  return condition(conditions, type).status + " " + condition(conditions, type).reason;
}

struct ComponentCase {
  std::string name;
  ComponentObserved observed;
  std::string available;
  std::string ready;
  std::string valid;
};
class ComponentStatusTest : public ::testing::TestWithParam<ComponentCase> {};
TEST_P(ComponentStatusTest, HasTheConditions) {
  const auto status = component_status(test::make_component("{replicas: 2}"), GetParam().observed);
  EXPECT_EQ(summary(status.conditions, "Available"), GetParam().available);
  EXPECT_EQ(summary(status.conditions, "DynamoComponentReady"), GetParam().ready);
  EXPECT_EQ(summary(status.conditions, "Valid"), GetParam().valid);
  EXPECT_EQ(status.observed_generation, 1);
  for (const api::Condition& one : status.conditions) EXPECT_EQ(one.observed_generation, 1) << one.type;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ComponentStatusTest,
    ::testing::Values(ComponentCase{"ready",
                                    {.deployment = deployment(kAllThere)},
                                    "True DeploymentReady",
                                    "True ComponentReady",
                                    "True ValidationPassed"},
                      ComponentCase{"starting",
                                    {.deployment = deployment("{}")},
                                    "False DeploymentNotReady",
                                    "False ComponentNotReady",
                                    "True ValidationPassed"},
                      ComponentCase{"nothing_yet",
                                    {},
                                    "False DeploymentNotReady",
                                    "False ComponentNotReady",
                                    "True ValidationPassed"},
                      ComponentCase{"written_just_now",
                                    {.deployment = deployment(kAllThere), .written = true},
                                    "False DeploymentNotReady",
                                    "False ComponentNotReady",
                                    "True ValidationPassed"},
                      ComponentCase{"failed",
                                    {.deployment = deployment(kAllThere),
                                     .failure = Failure{"failed_to_reconcile_the_resources", "no"}},
                                    "False Reconciling",
                                    "False ComponentNotReady",
                                    "True ValidationPassed"},
                      ComponentCase{"invalid",
                                    {.failure = Failure{"ValidationFailed", "replicas must be 0 or more"}},
                                    "False Reconciling",
                                    "False ComponentNotReady",
                                    "False ValidationFailed"}),
    [](const auto& row) { return row.param.name; });

TEST(ComponentStatusTest, CountsTheReplicas) {
  const auto status =
      component_status(test::make_component("{}"), {.deployment = deployment(kAllThere), .now = kNow});
  ASSERT_TRUE(status.service);
  const api::ServiceReplicaStatus expected{.component_kind = "Deployment",
                                           .component_name = "g-svc",
                                           .replicas = 2,
                                           .updated_replicas = 2,
                                           .ready_replicas = 2,
                                           .available_replicas = 2};
  EXPECT_EQ(*status.service, expected);
  EXPECT_EQ(status.pod_selector, (std::map<std::string, std::string>{{"nvidia.com/selector", "g-svc"}}));
}

TEST(ComponentStatusTest, TimesMoveOnlyWithTheStatus) {
  auto dcd = test::make_component("{}");
  dcd.status = component_status(dcd, {.deployment = deployment("{}"), .now = kThen});
  EXPECT_EQ(component_status(dcd, {.deployment = deployment("{}"), .now = kNow}), dcd.status);
  const auto next = component_status(dcd, {.deployment = deployment(kAllThere), .now = kNow});
  EXPECT_EQ(condition(next.conditions, "Available").last_transition_time, kNow);
  EXPECT_EQ(condition(next.conditions, "Valid").last_transition_time, kThen);
}

api::DynamoComponentDeployment component(bool available, std::int64_t observed = 1) {
  api::DynamoComponentDeployment dcd;
  dcd.metadata.generation = 1;
  dcd.status.observed_generation = observed;
  dcd.status.conditions.push_back({.type = "Available", .status = available ? "True" : "False"});
  return dcd;
}

struct GraphCase {
  std::string name;
  GraphObserved observed;
  std::string state;
  std::string ready;
  std::string message;
};
class GraphStatusTest : public ::testing::TestWithParam<GraphCase> {};
TEST_P(GraphStatusTest, HasStateAndCondition) {
  const auto status = graph_status(test::make_graph("{services: {B: {}, A: {}}}"), GetParam().observed);
  EXPECT_EQ(status.state, GetParam().state);
  EXPECT_EQ(summary(status.conditions, "Ready"), GetParam().ready);
  EXPECT_EQ(condition(status.conditions, "Ready").message, GetParam().message);
  EXPECT_EQ(condition(status.conditions, "Ready").observed_generation, 1);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, GraphStatusTest,
    ::testing::Values(
        GraphCase{"ready",
                  {.components = {{"A", component(true)}, {"B", component(true)}}},
                  "successful",
                  "True all_resources_are_ready",
                  "All resources are ready"},
        GraphCase{"one_is_not",
                  {.components = {{"A", component(true)}, {"B", component(false)}}},
                  "pending",
                  "False some_resources_are_not_ready",
                  "Resources not ready: g-b: Component deployment not ready - Available condition not true"},
        GraphCase{
            "both_are_not",
            {.components = {{"A", component(false)}}},
            "pending",
            "False some_resources_are_not_ready",
            "Resources not ready: g-a: Component deployment not ready - Available condition not true; g-b: "
            "Component deployment not ready - not created yet"},
        GraphCase{
            "outdated",
            {.components = {{"A", component(true)}, {"B", component(true, 0)}}},
            "pending",
            "False some_resources_are_not_ready",
            "Resources not ready: g-b: Component deployment not ready - latest generation not observed yet"},
        GraphCase{"written_just_now",
                  {.components = {{"A", component(true)}, {"B", component(true)}}, .written = {"A"}},
                  "pending",
                  "False some_resources_are_not_ready",
                  "Resources not ready: g-a: Component deployment not ready - changed just now"},
        GraphCase{"failed",
                  {.components = {{"A", component(true)}, {"B", component(true)}},
                   .failure = Failure{"failed_to_reconcile_the_resources", "no such claim"}},
                  "failed",
                  "False failed_to_reconcile_the_resources",
                  "no such claim"},
        GraphCase{"invalid",
                  {.failure = Failure{"ValidationFailed", "wrong"}},
                  "failed",
                  "False ValidationFailed",
                  "wrong"}),
    [](const auto& row) { return row.param.name; });

TEST(GraphStatusTest, CollectsTheReplicasOfItsServices) {
  GraphObserved observed{.components = {{"A", component(true)}, {"Stray", component(true)}}, .now = kNow};
  observed.components["A"].status.service =
      api::ServiceReplicaStatus{.component_kind = "Deployment", .replicas = 2};
  observed.components["Stray"].status.service = api::ServiceReplicaStatus{.component_kind = "Deployment"};
  const auto status = graph_status(test::make_graph("{services: {A: {}, B: {}}}"), observed);
  ASSERT_EQ(status.services.size(), 1U);
  EXPECT_EQ(status.services.at("A").replicas, 2);
}

TEST(GraphStatusTest, EqualObservationsGiveEqualStatuses) {
  auto dgd = test::make_graph("{services: {A: {}}}");
  dgd.status = graph_status(dgd, {.components = {{"A", component(false)}}, .now = kThen});
  EXPECT_EQ(graph_status(dgd, {.components = {{"A", component(false)}}, .now = kNow}), dgd.status);
  const auto next = graph_status(dgd, {.components = {{"A", component(true)}}, .now = kNow});
  EXPECT_EQ(condition(next.conditions, "Ready").last_transition_time, kNow);
}

TEST(AdapterStatusTest, TellsReplicasAndSelector) {
  api::DynamoGraphDeploymentScalingAdapter adapter;
  adapter.spec = {.replicas = 3, .dgd_ref = {.name = "g", .service_name = "Svc"}};
  adapter.status.last_scale_time = kThen;
  const auto status = adapter_status(adapter, false, kNow);
  EXPECT_EQ(status.replicas, 3);
  EXPECT_EQ(status.selector, "nvidia.com/dynamo-graph-deployment-name=g,nvidia.com/dynamo-component=Svc");
  EXPECT_EQ(status.last_scale_time, kThen);
  EXPECT_EQ(adapter_status(adapter, true, kNow).last_scale_time, kNow);
}

}  // namespace
}  // namespace dynamo::graph
