#include "graph/graph.h"

#include <gtest/gtest.h>

#include "graph/checks.h"
#include "graph/test_support.h"

/// The rows of the operator reference, sections 4.4 and 5.3 to 5.7, and what is refused.
namespace dynamo::graph {
namespace {

using test::at;
using test::make_graph;

struct ComponentCase {
  std::string name;
  std::string spec;     // of the graph; its service is Svc
  std::string pointer;  // into its DynamoComponentDeployment
  std::string value;
};
class GraphComponentTest : public ::testing::TestWithParam<ComponentCase> {};
TEST_P(GraphComponentTest, HasTheField) {
  api::DynamoGraphDeployment dgd = make_graph(GetParam().spec);
  dgd.metadata.annotations = {{"nvidia.com/enable-metrics", "false"}, {"nvidia.com/enable-grove", "false"}};
  const json::object component = test::find_object(test::render(dgd), "DynamoComponentDeployment", "g-svc");
  EXPECT_EQ(at(component, GetParam().pointer), GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, GraphComponentTest,
    ::testing::Values(
        ComponentCase{"namespace", "{services: {Svc: {}}}", "/metadata/namespace", R"("ns")"},
        ComponentCase{
            "labels", "{services: {Svc: {}}}", "/metadata/labels",
            R"({"nvidia.com/dynamo-component":"Svc","nvidia.com/dynamo-graph-deployment-name":"g","nvidia.com/dynamo-namespace":"ns-g"})"},
        ComponentCase{
            "spec_labels", "{services: {Svc: {}}}", "/spec/labels",
            R"({"nvidia.com/dynamo-component":"Svc","nvidia.com/dynamo-graph-deployment-name":"g","nvidia.com/dynamo-namespace":"ns-g"})"},
        ComponentCase{"own_labels_stay", "{services: {Svc: {labels: {team: chat}}}}", "/spec/labels/team",
                      R"("chat")"},
        ComponentCase{
            "owner", "{services: {Svc: {}}}", "/metadata/ownerReferences/0",
            R"({"apiVersion":"nvidia.com/v1alpha1","kind":"DynamoGraphDeployment","name":"g","uid":"uid-g","controller":true,"blockOwnerDeletion":true})"},
        ComponentCase{"service_name", "{services: {Svc: {serviceName: other}}}", "/spec/serviceName",
                      R"("Svc")"},
        ComponentCase{"backend", "{backendFramework: vllm, services: {Svc: {}}}", "/spec/backendFramework",
                      R"("vllm")"},
        ComponentCase{"runtime_namespace", "{services: {Svc: {dynamoNamespace: mine}}}",
                      "/spec/dynamoNamespace", R"("ns-g")"},
        ComponentCase{"global_namespace", "{services: {Svc: {globalDynamoNamespace: true}}}",
                      "/spec/dynamoNamespace", R"("dynamo")"},
        ComponentCase{"type", "{services: {Svc: {componentType: worker}}}", "/spec/componentType",
                      R"("worker")"},
        ComponentCase{
            "envs_are_merged_and_sorted",
            "{envs: [{name: B, value: g}, {name: C, value: g}], services: {Svc: {envs: [{name: A, value: s}, "
            "{name: B, value: s}]}}}",
            "/spec/envs", R"([{"name":"A","value":"s"},{"name":"B","value":"s"},{"name":"C","value":"g"}])"},
        ComponentCase{"annotations_are_passed_on", "{services: {Svc: {annotations: {a: b}}}}",
                      "/spec/annotations", R"({"a":"b","nvidia.com/enable-metrics":"false"})"},
        ComponentCase{"own_annotation_wins",
                      "{services: {Svc: {annotations: {nvidia.com/enable-metrics: 'true'}}}}",
                      "/spec/annotations", R"({"nvidia.com/enable-metrics":"true"})"},
        ComponentCase{"replicas", "{services: {Svc: {replicas: 4}}}", "/spec/replicas", "4"},
        ComponentCase{"no_replicas_is_one", "{services: {Svc: {}}}", "/spec/replicas", "1"},
        ComponentCase{"no_status", "{services: {Svc: {}}}", "/status", "absent"}),
    [](const auto& row) { return row.param.name; });

TEST(GraphAdapterTest, IsMadeWhereItIsWanted) {
  const auto objects =
      test::render(make_graph("{services: {Svc: {replicas: 2, scalingAdapter: {enabled: true}}, B: {}}}"));
  const json::object adapter = test::find_object(objects, "DynamoGraphDeploymentScalingAdapter", "g-svc");
  EXPECT_EQ(at(adapter, "/spec"), R"({"replicas":2,"dgdRef":{"name":"g","serviceName":"Svc"}})");
  EXPECT_EQ(at(adapter, "/metadata/labels"),
            R"({"nvidia.com/dynamo-component":"Svc","nvidia.com/dynamo-graph-deployment-name":"g"})");
  EXPECT_EQ(at(adapter, "/metadata/ownerReferences/0/uid"), R"("uid-g")");
  EXPECT_FALSE(test::has_object(objects, "DynamoGraphDeploymentScalingAdapter", "g-b"));
}

TEST(GraphAdapterTest, OwnsTheReplicas) {
  const auto dgd =
      make_graph("{services: {Svc: {replicas: 2, scalingAdapter: {enabled: true}}, B: {replicas: 2}}}");
  GraphFacts facts;
  facts.adapter_replicas = {{"Svc", 5}, {"B", 7}};
  const auto objects = test::render(dgd, facts);
  EXPECT_EQ(at(test::find_object(objects, "DynamoComponentDeployment", "g-svc"), "/spec/replicas"), "5");
  EXPECT_EQ(at(test::find_object(objects, "DynamoComponentDeployment", "g-b"), "/spec/replicas"), "2");
}

TEST(GraphAdapterTest, IsKeptButForItsReplicas) {
  const auto objects = test::render(make_graph("{services: {Svc: {scalingAdapter: {enabled: true}}}}"));
  ASSERT_EQ(objects.back().rule, WriteRule::keep_but_scale);
  EXPECT_EQ(at(without_replicas(objects.back().object), "/spec"),
            R"({"dgdRef":{"name":"g","serviceName":"Svc"}})");
}

TEST(GraphClaimTest, IsMadeOnceWhenAskedFor) {
  GraphFacts facts;
  facts.claims = {"weights"};
  const auto objects = test::render(make_graph("{pvcs: [{name: weights}, {name: cache, create: true, size: "
                                               "200Gi, storageClass: nfs, volumeAccessMode: "
                                               "ReadWriteMany}], services: {Svc: {}}}"),
                                    facts);
  const json::object claim = test::find_object(objects, "PersistentVolumeClaim", "cache");
  EXPECT_EQ(
      at(claim, "/spec"),
      R"({"accessModes":["ReadWriteMany"],"storageClassName":"nfs","resources":{"requests":{"storage":"200Gi"}}})");
  EXPECT_EQ(at(claim, "/metadata/ownerReferences/0/name"), R"("g")");
  EXPECT_EQ(objects.front().rule, WriteRule::create_only);
  EXPECT_FALSE(test::has_object(objects, "PersistentVolumeClaim", "weights"));
}

TEST(GraphAccessTest, LetsPodsFindEachOther) {
  const auto objects = test::render(make_graph("{services: {Svc: {}}}"));
  const json::object role = test::find_object(objects, "Role", "g-k8s-service-discovery-role");
  EXPECT_EQ(
      at(role, "/rules"),
      R"([{"apiGroups":[""],"resources":["endpoints","pods"],"verbs":["get","list","watch"]},)"
      R"({"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]},)"
      R"({"apiGroups":["nvidia.com"],"resources":["dynamoworkermetadatas"],)"
      R"("verbs":["create","get","list","watch","update","patch","delete"]}])");
  const json::object binding = test::find_object(objects, "RoleBinding", "g-k8s-service-discovery-binding");
  EXPECT_EQ(
      at(binding, "/roleRef"),
      R"({"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"g-k8s-service-discovery-role"})");
  EXPECT_EQ(at(binding, "/subjects"),
            R"([{"kind":"ServiceAccount","name":"g-k8s-service-discovery","namespace":"ns"}])");
  const json::object account = test::find_object(objects, "ServiceAccount", "g-k8s-service-discovery");
  for (const json::object& object : {role, binding, account}) {
    EXPECT_EQ(at(object, "/metadata/labels/app.kubernetes.io~1managed-by"), R"("dynamo-operator")");
    EXPECT_EQ(at(object, "/metadata/labels/app.kubernetes.io~1component"), R"("rbac")");
    EXPECT_EQ(at(object, "/metadata/labels/app.kubernetes.io~1name"), R"("g-k8s-service-discovery")");
    EXPECT_EQ(at(object, "/metadata/ownerReferences/0/name"), R"("g")");
  }
}

TEST(GraphAccessTest, IsNotMadeWithoutKubernetesDiscovery) {
  api::DynamoGraphDeployment dgd = make_graph("{services: {Svc: {}}}");
  dgd.metadata.annotations = {{"nvidia.com/dynamo-discovery-backend", "etcd"}};
  EXPECT_FALSE(test::has_object(test::render(dgd), "ServiceAccount", "g-k8s-service-discovery"));
  dgd.metadata.annotations.clear();
  GraphFacts facts;
  facts.settings.discovery_backend = DiscoveryBackend::etcd;
  EXPECT_FALSE(test::has_object(test::render(dgd, facts), "Role", "g-k8s-service-discovery-role"));
}

struct RefusalCase {
  std::string name;
  std::string spec;
  Errc code;
  std::string path;
  std::string text;
};
class RefusalTest : public ::testing::TestWithParam<RefusalCase> {};
TEST_P(RefusalTest, NamesTheField) {
  const auto objects = render_graph(make_graph(GetParam().spec), {});
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, GetParam().code);
  EXPECT_TRUE(objects.error().message.starts_with(GetParam().path + ": ")) << objects.error().message;
  EXPECT_NE(objects.error().message.find(GetParam().text), std::string::npos) << objects.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, RefusalTest,
    ::testing::Values(
        RefusalCase{"multinode", "{services: {A: {multinode: {nodeCount: 2}}}}", Errc::unsupported,
                    "spec.services[A].multinode", "not supported yet: replicas of 2 nodes"},
        RefusalCase{"planner", "{services: {A: {componentType: planner}}}", Errc::unsupported,
                    "spec.services[A].componentType", "components of type planner; use frontend"},
        RefusalCase{"epp", "{services: {A: {componentType: epp}}}", Errc::unsupported,
                    "spec.services[A].componentType", "components of type epp"},
        RefusalCase{"checkpoint", "{services: {A: {checkpoint: {enabled: true}}}}", Errc::unsupported,
                    "spec.services[A].checkpoint", "checkpoint"},
        RefusalCase{"ingress", "{services: {A: {ingress: {enabled: true, host: h}}}}", Errc::unsupported,
                    "spec.services[A].ingress", "Ingress"},
        RefusalCase{"debug", "{services: {A: {annotations: {nvidia.com/enable-debug-mode: 'true'}}}}",
                    Errc::unsupported, "spec.services[A].annotations[nvidia.com/enable-debug-mode]",
                    "debug modes"},
        RefusalCase{"deployment_config",
                    "{envs: [{name: DYN_DEPLOYMENT_CONFIG, value: '{}'}], services: {A: {}}}",
                    Errc::unsupported, "spec.envs", "DYN_DEPLOYMENT_CONFIG"},
        RefusalCase{"service_config", "{services: {A: {envs: [{name: DYN_DEPLOYMENT_CONFIG}]}}}",
                    Errc::unsupported, "spec.services[A].envs", "DYN_DEPLOYMENT_CONFIG"},
        RefusalCase{"discovery",
                    "{services: {A: {annotations: {nvidia.com/dynamo-discovery-backend: consul}}}}",
                    Errc::invalid, "spec.services[A].annotations[nvidia.com/dynamo-discovery-backend]",
                    "must be kubernetes or etcd"},
        RefusalCase{"name", "{services: {A_B: {}}}", Errc::invalid, "spec.services[A_B]",
                    "the name of a service"},
        RefusalCase{"same_name", "{services: {AB: {}, Ab: {}}}", Errc::invalid, "spec.services[Ab]",
                    "has the same objects as AB"},
        RefusalCase{"image", "{services: {A: {extraPodSpec: {mainContainer: {image: ''}}}}}", Errc::invalid,
                    "spec.services[A].extraPodSpec.mainContainer.image", "there is no default image"},
        RefusalCase{"claim", "{pvcs: [{name: c}], services: {A: {}}}", Errc::not_found, "spec.pvcs[0].name",
                    "set create to true"}),
    [](const auto& row) { return row.param.name; });

TEST(RefusalTest, TellsEverythingAtOnce) {
  const auto objects = render_graph(
      make_graph("{services: {A: {componentType: planner}, B: {multinode: {nodeCount: 2}}}}"), {});
  ASSERT_FALSE(objects);
  EXPECT_NE(objects.error().message.find("spec.services[A].componentType"), std::string::npos);
  EXPECT_NE(objects.error().message.find("spec.services[B].multinode"), std::string::npos);
}

TEST(RefusalTest, ANameThatIsTooLongSaysHowLong) {
  api::DynamoGraphDeployment dgd = make_graph("{services: {A: {}}}");
  dgd.metadata.name = std::string(62, 'g');
  const auto objects = render_graph(dgd, {});
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, Errc::invalid);
  EXPECT_NE(objects.error().message.find("has 64"), std::string::npos) << objects.error().message;
}

TEST(RefusalTest, GroveIsRefusedUnlessTurnedOff) {
  api::DynamoGraphDeployment dgd = make_graph("{services: {A: {}}}");
  GraphFacts facts;
  facts.api_groups = {"apps", "grove.io"};
  const auto objects = render_graph(dgd, facts);
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, Errc::unsupported);
  dgd.metadata.annotations = {{"nvidia.com/enable-grove", "False"}};
  EXPECT_TRUE(render_graph(dgd, facts));
}

TEST(RefusalTest, OneNodeAndDisabledPartsAreFine) {
  const auto dgd = make_graph(
      "{services: {A: {multinode: {nodeCount: 1}, checkpoint: {enabled: false}, ingress: {enabled: false}, "
      "annotations: "
      "{nvidia.com/enable-debug-mode: 'false'}}}}");
  EXPECT_TRUE(check_graph(dgd, {}));
}

}  // namespace
}  // namespace dynamo::graph
