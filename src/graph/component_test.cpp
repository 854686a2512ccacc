#include "graph/component.h"

#include <gtest/gtest.h>

#include "graph/test_support.h"

/// The rows of the operator reference, sections 6.2 (Deployment), 6.5 (Services) and 10 (model Services).
namespace dynamo::graph {
namespace {

using test::at;
using test::make_component;

struct FieldCase {
  std::string name;
  std::string spec;
  std::string pointer;
  std::string value;
};
std::string name_of(const ::testing::TestParamInfo<FieldCase>& row) { return row.param.name; }

class DeploymentTest : public ::testing::TestWithParam<FieldCase> {};
TEST_P(DeploymentTest, HasTheField) {
  EXPECT_EQ(at(test::deployment_of(make_component(GetParam().spec)), GetParam().pointer), GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, DeploymentTest,
    ::testing::Values(
        FieldCase{"api_version", "{}", "/apiVersion", R"("apps/v1")"},
        FieldCase{"name", "{}", "/metadata/name", R"("g-svc")"},
        FieldCase{"namespace", "{}", "/metadata/namespace", R"("ns")"},
        FieldCase{"owner_kind", "{}", "/metadata/ownerReferences/0/kind", R"("DynamoComponentDeployment")"},
        FieldCase{"owner_uid", "{}", "/metadata/ownerReferences/0/uid", R"("uid-g-svc")"},
        FieldCase{"owner_controls", "{}", "/metadata/ownerReferences/0/controller", "true"},
        FieldCase{"selector", "{}", "/spec/selector", R"({"matchLabels":{"nvidia.com/selector":"g-svc"}})"},
        FieldCase{"replicas", "{replicas: 3}", "/spec/replicas", "3"},
        FieldCase{"no_replicas_is_one", "{}", "/spec/replicas", "1"},
        FieldCase{"zero_replicas", "{replicas: 0}", "/spec/replicas", "0"},
        FieldCase{"graph_label", "{}", "/metadata/labels/nvidia.com~1dynamo-graph-deployment-name", R"("g")"},
        FieldCase{"no_selector_label", "{}", "/metadata/labels/nvidia.com~1selector", "absent"},
        FieldCase{"model_hash", "{modelRef: {name: abc}}",
                  "/metadata/labels/nvidia.com~1dynamo-base-model-hash", R"("ba7816bf")"},
        FieldCase{"model", "{modelRef: {name: abc}}", "/metadata/annotations/nvidia.com~1dynamo-base-model",
                  R"("abc")"},
        FieldCase{"annotation_of_the_component", "{annotations: {a: b}}", "/metadata/annotations/a",
                  R"("b")"},
        FieldCase{"annotation_of_the_pods", "{extraPodMetadata: {annotations: {a: b}}}",
                  "/metadata/annotations/a", R"("b")"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Strategies, DeploymentTest,
    ::testing::Values(
        FieldCase{"usual", "{}", "/spec/strategy",
                  R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}})"},
        FieldCase{"recreate", "{annotations: {nvidia.com/deployment-strategy: Recreate}}", "/spec/strategy",
                  R"({"type":"Recreate"})"},
        FieldCase{"ramped", "{annotations: {nvidia.com/deployment-strategy: RampedSlowRollout}}",
                  "/spec/strategy/rollingUpdate", R"({"maxSurge":1,"maxUnavailable":0})"},
        FieldCase{"best_effort",
                  "{annotations: {nvidia.com/deployment-strategy: BestEffortControlledRollout}}",
                  "/spec/strategy/rollingUpdate", R"({"maxSurge":0,"maxUnavailable":"20%"})"},
        FieldCase{"surge", "{annotations: {nvidia.com/deployment-rolling-update-max-surge: '2'}}",
                  "/spec/strategy/rollingUpdate", R"({"maxSurge":2,"maxUnavailable":"25%"})"},
        FieldCase{"unavailable", "{annotations: {nvidia.com/deployment-rolling-update-max-unavailable: 50%}}",
                  "/spec/strategy/rollingUpdate", R"({"maxSurge":"25%","maxUnavailable":"50%"})"}),
    name_of);

class ServiceTest : public ::testing::TestWithParam<FieldCase> {};
TEST_P(ServiceTest, HasTheField) {
  const json::object service =
      test::find_object(test::render(make_component(GetParam().spec)), "Service", "g-svc");
  EXPECT_EQ(at(service, GetParam().pointer), GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ServiceTest,
    ::testing::Values(
        FieldCase{"type", "{}", "/spec/type", R"("ClusterIP")"},
        FieldCase{"frontend_port", "componentType: frontend", "/spec/ports",
                  R"([{"name":"http","port":8000,"targetPort":"http","protocol":"TCP"}])"},
        FieldCase{"worker_port", "componentType: worker", "/spec/ports",
                  R"([{"name":"system","port":9090,"targetPort":"system","protocol":"TCP"}])"},
        FieldCase{"other_port", "componentType: default", "/spec/ports/0/name", R"("system")"},
        FieldCase{
            "selector", "componentType: worker", "/spec/selector",
            R"({"nvidia.com/dynamo-component":"Svc","nvidia.com/dynamo-component-type":"worker","nvidia.com/dynamo-namespace":"ns-g"})"},
        FieldCase{"component_labels", "{}", "/metadata/labels/nvidia.com~1dynamo-component", R"("Svc")"},
        FieldCase{"discovery_backend", "{}", "/metadata/labels/nvidia.com~1dynamo-discovery-backend",
                  R"("kubernetes")"},
        FieldCase{"discovery_enabled", "{}", "/metadata/labels/nvidia.com~1dynamo-discovery-enabled",
                  R"("true")"},
        FieldCase{"no_discovery", "{annotations: {nvidia.com/dynamo-discovery-backend: etcd}}",
                  "/metadata/labels/nvidia.com~1dynamo-discovery-enabled", "absent"},
        FieldCase{"owner", "{}", "/metadata/ownerReferences/0/name", R"("g-svc")"}),
    name_of);

TEST(ComponentTest, ConsistsOfADeploymentAndAService) {
  EXPECT_EQ(test::render(make_component("componentType: frontend")).size(), 2U);
}

TEST(ComponentTest, OfABaseModelHasAHeadlessServiceThatBelongsToNobody) {
  const auto objects = test::render(make_component("{componentType: worker, modelRef: {name: abc}}"));
  ASSERT_EQ(objects.size(), 3U);
  const json::object service = test::find_object(objects, "Service", "dynamo-model-ba7816bf");
  EXPECT_EQ(objects[2].rule, WriteRule::create_only);
  EXPECT_EQ(at(service, "/metadata/ownerReferences"), "absent");
  EXPECT_EQ(at(service, "/metadata/labels"),
            R"({"nvidia.com/dynamo-base-model-hash":"ba7816bf","nvidia.com/managed-by":"dynamo-operator"})");
  EXPECT_EQ(at(service, "/metadata/annotations"), R"({"nvidia.com/dynamo-base-model":"abc"})");
  EXPECT_EQ(
      at(service, "/spec"),
      R"({"type":"ClusterIP","clusterIP":"None","selector":{"nvidia.com/dynamo-base-model-hash":"ba7816bf"},)"
      R"("ports":[{"name":"system","port":9090,"targetPort":"system","protocol":"TCP"}]})");
}

TEST(ComponentTest, OutsideOfAGraphNeedsItsRuntimeNamespace) {
  api::DynamoComponentDeployment alone = make_component("{}");
  alone.metadata.labels.clear();
  alone.spec.labels.clear();
  alone.spec.dynamo_namespace.clear();
  const auto objects = render_component(alone, {});
  ASSERT_FALSE(objects);
  EXPECT_TRUE(objects.error().message.starts_with("spec.dynamoNamespace must be given"))
      << objects.error().message;
}

TEST(ComponentTest, KnowsItsGraphByItsOwner) {
  api::DynamoComponentDeployment owned = make_component("{}");
  owned.metadata.labels.clear();
  owned.spec.labels.clear();
  owned.spec.dynamo_namespace.clear();
  owned.metadata.owner_references.push_back({.kind = "DynamoGraphDeployment", .name = "g"});
  EXPECT_EQ(test::env_entry(test::main_of(owned), "DYN_PARENT_DGD_K8S_NAME"), "g");
  EXPECT_EQ(test::env_entry(test::main_of(owned), "DYN_NAMESPACE"), "ns-g");
}

TEST(ComponentTest, RenderedOfflineRefersToNoOwner) {
  api::DynamoComponentDeployment dcd = make_component("{}");
  dcd.metadata.uid.clear();
  EXPECT_EQ(at(test::deployment_of(dcd), "/metadata/ownerReferences"), "absent");
}

}  // namespace
}  // namespace dynamo::graph
