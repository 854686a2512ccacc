#include <gmock/gmock.h>

#include "operator/operator_fixture.h"

namespace dynamo::operators {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace builtin = kube::resources;

const std::string kTwoServices =
    "{Frontend: {componentType: frontend}, Worker: {componentType: worker, replicas: 2, scalingAdapter: "
    "{enabled: true}, "
    "extraPodSpec: {mainContainer: {command: [python3, -m, dynamo.vllm], image: i}}}}";

TEST_F(OperatorTest, MakesTheObjectsOfAGraph) {
  apply_graph(kTwoServices);
  wait_for_state("pending");
  settle();
  const kube::Object graph = get(resources::kGraphs, "g");
  EXPECT_TRUE(kube::has_finalizer(graph, "nvidia.com/finalizer"));
  for (const char* name : {"g-frontend", "g-worker"}) {
    const kube::Object component = get(resources::kComponents, name);
    EXPECT_TRUE(kube::is_controlled_by(component, kube::uid_of(graph)));
    EXPECT_TRUE(kube::has_finalizer(component, "nvidia.com/finalizer"));
    EXPECT_TRUE(kube::is_controlled_by(get(builtin::kDeployments, name), kube::uid_of(component)));
    EXPECT_TRUE(kube::is_controlled_by(get(builtin::kServices, name), kube::uid_of(component)));
  }
  EXPECT_TRUE(kube::is_controlled_by(get(resources::kAdapters, "g-worker"), kube::uid_of(graph)));
  EXPECT_FALSE(find(resources::kAdapters, "g-frontend"));
  EXPECT_TRUE(find(builtin::kServiceAccounts, "g-k8s-service-discovery"));
  EXPECT_TRUE(find(builtin::kRoles, "g-k8s-service-discovery-role"));
  EXPECT_TRUE(find(builtin::kRoleBindings, "g-k8s-service-discovery-binding"));
  EXPECT_THAT(ready_condition(),
              StartsWith("False some_resources_are_not_ready: Resources not ready: g-frontend: "));
  const auto reasons = event_reasons();
  for (const char* reason : {"CreateDynamoComponentDeployment", "CreateDeployment", "CreateService",
                             "Reconciling", "CreateDynamoGraphDeploymentScalingAdapter"}) {
    EXPECT_THAT(reasons, Contains(reason));
  }
}

TEST_F(OperatorTest, SaysWhenAllIsThere) {
  apply_graph(kTwoServices);
  wait_for(builtin::kDeployments, "g-frontend");
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  complete_deployment("g-frontend");
  complete_deployment("g-worker");
  wait_for_state("successful");
  EXPECT_EQ(ready_condition(), "True all_resources_are_ready: All resources are ready");
  const kube::Object graph = get(resources::kGraphs, "g");
  const kube::Object* ready = kube::find_condition(kube::array_at(graph, {"status", "conditions"}), "Ready");
  EXPECT_EQ(kube::int_at(*ready, {"observedGeneration"}), kube::generation_of(graph));
  const kube::Object& worker = kube::object_at(graph, {"status", "services", "Worker"});
  EXPECT_EQ(json::string_at(worker, {"componentKind"}), "Deployment");
  EXPECT_EQ(json::string_at(worker, {"componentName"}), "g-worker");
  for (const char* field : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"}) {
    EXPECT_EQ(kube::int_at(worker, {field}), 2) << field;
  }
  const kube::Object component = get(resources::kComponents, "g-worker");
  for (const char* type : {"Available", "DynamoComponentReady", "Valid"}) {
    EXPECT_TRUE(kube::is_condition_true(kube::array_at(component, {"status", "conditions"}), type)) << type;
  }
}

TEST_F(OperatorTest, WritesNothingInSteadyState) {
  apply_graph(kTwoServices);
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  complete_deployment("g-frontend");
  complete_deployment("g-worker");
  wait_for_state("successful");
  settle();
  const std::size_t before = writes();
  const std::uint64_t reconciled = manager_->reconciliations();
  ASSERT_GT(before, 10U);
  for (int i = 0; i < 3; ++i) {
    manager_->resync_now();
    settle();
  }
  EXPECT_GE(manager_->reconciliations(), reconciled + 3 * 4)
      << "a graph, two components and an adapter, three times";
  EXPECT_EQ(writes(), before);
}

TEST_F(OperatorTest, WritesNothingAfterARestart) {
  apply_graph(kTwoServices);
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  stop_operator();
  const std::size_t before = writes();
  start_operator();
  settle();
  EXPECT_EQ(writes(), before);
}

TEST_F(OperatorTest, ScalesThroughTheAdapter) {
  apply_graph(kTwoServices);
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  const auto scaled = net::run(loop_, user_->scale(resources::kAdapters, key("g-worker"), 5));
  ASSERT_TRUE(scaled) << scaled.error().message;
  until([&] { return kube::int_at(get(builtin::kDeployments, "g-worker"), {"spec", "replicas"}) == 5; },
        "5 replicas");
  settle();
  EXPECT_EQ(kube::int_at(get(resources::kGraphs, "g"), {"spec", "services", "Worker", "replicas"}), 5);
  const kube::Object adapter = get(resources::kAdapters, "g-worker");
  EXPECT_EQ(kube::int_at(adapter, {"status", "replicas"}), 5);
  EXPECT_EQ(json::string_at(adapter, {"status", "selector"}),
            "nvidia.com/dynamo-graph-deployment-name=g,nvidia.com/dynamo-component=Worker");
  EXPECT_FALSE(json::string_at(adapter, {"status", "lastScaleTime"}).empty());
  EXPECT_THAT(event_reasons(), Contains("Scaled"));
}

TEST_F(OperatorTest, AGraphAppliedAgainDoesNotUndoTheAdapter) {
  apply_graph(kTwoServices);
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  const auto scaled = net::run(loop_, user_->scale(resources::kAdapters, key("g-worker"), 5));
  ASSERT_TRUE(scaled) << scaled.error().message;
  settle();
  apply_graph(kTwoServices);
  settle();
  EXPECT_EQ(kube::int_at(get(resources::kGraphs, "g"), {"spec", "services", "Worker", "replicas"}), 5);
  EXPECT_EQ(kube::int_at(get(resources::kAdapters, "g-worker"), {"spec", "replicas"}), 5);
  const kube::Object deployment = get(builtin::kDeployments, "g-worker");
  EXPECT_EQ(kube::int_at(deployment, {"spec", "replicas"}), 5);
  EXPECT_EQ(kube::generation_of(deployment), 2) << "the Deployment must not have been scaled back in between";
}

TEST_F(OperatorTest, RemovesAnAdapterThatIsNoLongerWanted) {
  apply_graph("{Worker: {componentType: worker, scalingAdapter: {enabled: true}}}");
  wait_for(resources::kAdapters, "g-worker");
  settle();
  apply_graph("{Worker: {componentType: worker, scalingAdapter: {enabled: false}}}");
  until([&] { return !find(resources::kAdapters, "g-worker"); }, "no adapter");
  settle();
  EXPECT_THAT(event_reasons(), Contains("AdapterDeleted"));
}

TEST_F(OperatorTest, CarriesChangesToThePods) {
  apply_graph("{Worker: {componentType: worker, envs: [{name: A, value: '1'}], labels: {team: x}}}");
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  apply_graph("{Worker: {componentType: worker, envs: [{name: A, value: '2'}], labels: {team: blue}}}");
  settle();
  const kube::Object deployment = get(builtin::kDeployments, "g-worker");
  const auto& containers = kube::array_at(deployment, {"spec", "template", "spec", "containers"});
  EXPECT_EQ(json::string_at(containers.at(0).at("env").at(0), {"value"}), "2");
  EXPECT_EQ(kube::label(deployment, "team"), "blue");
}

TEST_F(OperatorTest, DropsWhatIsNoLongerSaid) {
  apply_graph("{Worker: {componentType: worker, envs: [{name: A, value: '1'}], labels: {team: x}}}");
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  apply_graph("{Worker: {componentType: worker}}");
  settle();
  const kube::Object deployment = get(builtin::kDeployments, "g-worker");
  const auto& containers = kube::array_at(deployment, {"spec", "template", "spec", "containers"});
  EXPECT_NE(json::string_at(containers.at(0).at("env").at(0), {"name"}), "A");
  EXPECT_EQ(kube::label(deployment, "team"), "");
}

TEST_F(OperatorTest, PutsBackWhatIsOursAndLeavesWhatIsNot) {
  apply_graph("{Worker: {componentType: worker, replicas: 2}}");
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  patch(builtin::kDeployments, "g-worker", "{metadata: {labels: {mine: kept}}, spec: {replicas: 7}}");
  until([&] { return kube::int_at(get(builtin::kDeployments, "g-worker"), {"spec", "replicas"}) == 2; },
        "2 replicas");
  EXPECT_EQ(kube::label(get(builtin::kDeployments, "g-worker"), "mine"), "kept");
}

TEST_F(OperatorTest, MakesAgainWhatWasRemoved) {
  apply_graph("{Worker: {componentType: worker}}");
  wait_for(builtin::kDeployments, "g-worker");
  settle();
  remove(builtin::kDeployments, "g-worker");
  remove(builtin::kRoles, "g-k8s-service-discovery-role");
  wait_for(builtin::kDeployments, "g-worker");
  wait_for(builtin::kRoles, "g-k8s-service-discovery-role");
}

TEST_F(OperatorTest, RefusesByNameAndGoesOnWhenCorrected) {
  apply_graph("{Worker: {componentType: worker, multinode: {nodeCount: 2}}}");
  wait_for_state("failed");
  EXPECT_THAT(ready_condition(),
              StartsWith("False ValidationFailed: spec.services[Worker].multinode: Forbidden: not "
                         "supported yet: replicas of 2 nodes"));
  settle();
  EXPECT_THAT(event_reasons(), Contains("ValidationFailed"));
  const std::size_t before = writes();
  manager_->resync_now();
  settle();
  EXPECT_EQ(writes(), before);
  EXPECT_FALSE(find(resources::kComponents, "g-worker"));
  patch(resources::kGraphs, "g", "{spec: {services: {Worker: {multinode: null}}}}");
  wait_for(builtin::kDeployments, "g-worker");
  wait_for_state("pending");
}

TEST_F(OperatorTest, WaitsForAClaimThatIsMissing) {
  apply_graph("{Worker: {componentType: worker, volumeMounts: [{name: weights, mountPoint: /w}]}}",
              "  pvcs: [{name: weights}]\n");
  wait_for_state("failed");
  EXPECT_THAT(ready_condition(), HasSubstr("spec.pvcs[0].name: Not found: \"weights\""));
  create(builtin::kPersistentVolumeClaims,
         "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: weights}, spec: {accessModes: "
         "[ReadWriteOnce], "
         "resources: {requests: {storage: 1Gi}}}}");
  wait_for_state("pending");
}

TEST_F(OperatorTest, MakesAClaimOnceAndKeepsIt) {
  const std::string claim =
      "  pvcs: [{name: cache, create: true, size: 1Gi, storageClass: s, volumeAccessMode: ReadWriteOnce}]\n";
  apply_graph("{Worker: {componentType: worker}}", claim);
  wait_for(builtin::kPersistentVolumeClaims, "cache");
  settle();
  apply_graph("{Worker: {componentType: worker}}");
  settle();
  EXPECT_TRUE(find(builtin::kPersistentVolumeClaims, "cache"));
}

TEST_F(OperatorTest, LeavesObjectsOfOthersAlone) {
  create(builtin::kDeployments,
         "{apiVersion: apps/v1, kind: Deployment, metadata: {name: g-worker, ownerReferences: [{apiVersion: "
         "v1, kind: "
         "ConfigMap, name: other, uid: other-uid, controller: true}]}, spec: {selector: {matchLabels: {a: "
         "b}}, template: "
         "{metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}");
  apply_graph("{Worker: {componentType: worker}}");
  until(
      [&] {
        const auto component = find(resources::kComponents, "g-worker");
        if (!component) return false;
        const auto* available =
            kube::find_condition(kube::array_at(*component, {"status", "conditions"}), "Available");
        return available && json::string_at(*available, {"message"}).find("controlled by ConfigMap other") !=
                                std::string_view::npos;
      },
      "the component says who has its Deployment");
}

TEST_F(OperatorTest, LetsAGraphGo) {
  apply_graph("{Worker: {componentType: worker}}");
  apply(
      "{apiVersion: nvidia.com/v1alpha1, kind: DynamoGraphDeployment, metadata: {name: other}, spec: "
      "{services: "
      "{Worker: {componentType: worker}}}}");
  wait_for(builtin::kDeployments, "g-worker");
  wait_for(builtin::kDeployments, "other-worker");
  settle();
  remove(resources::kGraphs, "g");
  until([&] { return !find(resources::kGraphs, "g"); }, "no graph g");
  remove(resources::kComponents, "g-worker");  // what the garbage collector does
  until([&] { return !find(resources::kComponents, "g-worker"); }, "no component g-worker");
  EXPECT_TRUE(find(resources::kComponents, "other-worker"));
}

TEST_F(OperatorTest, RestartsServicesOneAfterTheOther) {
  apply_graph("{A: {componentType: worker}, B: {componentType: worker}}");
  wait_for(builtin::kDeployments, "g-a");
  wait_for(builtin::kDeployments, "g-b");
  settle();
  complete_deployment("g-a");
  complete_deployment("g-b");
  wait_for_state("successful");
  const auto stamp = [&](const std::string& name) {
    const kube::Object deployment = get(builtin::kDeployments, name);
    return std::string(
        json::string_at(deployment, {"spec", "template", "metadata", "annotations", "nvidia.com/restartAt"}));
  };
  apply_graph("{A: {componentType: worker}, B: {componentType: worker}}", "  restart: {id: once}\n");
  until([&] { return stamp("g-a") == "once"; }, "g-a restarts");
  settle();
  EXPECT_EQ(stamp("g-b"), "");
  complete_deployment("g-a");
  until([&] { return stamp("g-b") == "once"; }, "g-b restarts");
  settle();
  complete_deployment("g-b");
  until(
      [&] {
        return json::string_at(get(resources::kGraphs, "g"), {"status", "restart", "phase"}) == "Completed";
      },
      "the restart is completed");
}

TEST_F(OperatorTest, GivesPodsTheSecretsOfTheirRegistry) {
  create(builtin::kSecrets,
         // {"auths":{"nvcr.io":{}}}
         "{apiVersion: v1, kind: Secret, metadata: {name: ngc}, type: kubernetes.io/dockerconfigjson, data: "
         "{.dockerconfigjson: eyJhdXRocyI6eyJudmNyLmlvIjp7fX19}}");
  apply_graph("{Worker: {componentType: worker, extraPodSpec: {mainContainer: {image: nvcr.io/a}}}}");
  until(
      [&] {
        const auto deployment = find(builtin::kDeployments, "g-worker");
        if (!deployment) return false;
        const auto& secrets = kube::array_at(*deployment, {"spec", "template", "spec", "imagePullSecrets"});
        return !secrets.empty() && json::string_at(secrets.at(0), {"name"}) == "ngc";
      },
      "the pods have the secret");
}

}  // namespace
}  // namespace dynamo::operators
