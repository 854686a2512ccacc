#include "api/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "api/scaling_adapter.h"
#include "api/worker_metadata.h"

namespace dynamo::api {
namespace {

using ::testing::HasSubstr;

json::value parsed(std::string_view text) { return json::parse(text).value(); }

/// Every field of a DynamoGraphDeployment, each with a value that is not its default.
constexpr std::string_view kFullGraph = R"({
  "apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment",
  "metadata": {
    "name": "g", "generateName": "g-", "namespace": "ns", "uid": "u-1", "resourceVersion": "7", "generation": 3,
    "creationTimestamp": "2026-02-03T04:05:06Z", "deletionTimestamp": "2026-02-03T05:05:06Z",
    "labels": {"a": "b"}, "annotations": {"nvidia.com/enable-grove": "false"},
    "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u-2", "controller": true,
                         "blockOwnerDeletion": false}],
    "finalizers": ["nvidia.com/finalizer"],
    "managedFields": [{"manager": "kubectl", "operation": "Apply"}]},
  "spec": {
    "pvcs": [{"create": true, "name": "cache", "storageClass": "fast", "size": "200Gi",
              "volumeAccessMode": "ReadWriteMany"}],
    "services": {
      "Worker": {
        "annotations": {"x": "y"}, "labels": {"l": "m"}, "serviceName": "Worker", "componentType": "worker",
        "subComponentType": "decode", "dynamoNamespace": "old", "globalDynamoNamespace": true,
        "resources": {
          "requests": {"cpu": "2", "memory": "4Gi", "gpu": "1", "gpuType": "gpu.intel.com/xe",
                       "custom": {"rdma/ib": "8"}},
          "limits": {"cpu": "3", "memory": "5Gi", "gpu": "1", "gpuType": "g", "custom": {"a": "1"}},
          "claims": [{"name": "c", "request": "r"}]},
        "autoscaling": {"enabled": true, "minReplicas": 1, "maxReplicas": 4, "behavior": {"scaleUp": {}},
                        "metrics": [{"type": "Resource"}]},
        "envs": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}],
        "envFromSecret": "hf", "volumeMounts": [{"name": "cache", "mountPoint": "/c",
                                                 "useAsCompilationCache": true}],
        "ingress": {"enabled": true, "host": "h", "useVirtualService": true, "virtualServiceGateway": "gw",
                    "hostPrefix": "p-", "annotations": {"i": "j"}, "labels": {"k": "l"},
                    "tls": {"secretName": "t"}, "hostSuffix": "example.com",
                    "ingressControllerClassName": "nginx"},
        "modelRef": {"name": "Qwen/Qwen3-8B", "revision": "main"},
        "sharedMemory": {"disabled": true, "size": "16Gi"},
        "extraPodMetadata": {"annotations": {"a": "1"}, "labels": {"b": "2"}},
        "extraPodSpec": {"mainContainer": {"image": "i", "args": ["--model", "m"]},
                         "tolerations": [{"operator": "Exists"}], "newPodField": {"kept": [1, 2.5, null]}},
        "livenessProbe": {"httpGet": {"path": "/live", "port": "system"}},
        "readinessProbe": {"tcpSocket": {"port": 2222}},
        "replicas": 0, "multinode": {"nodeCount": 3}, "scalingAdapter": {"enabled": true},
        "eppConfig": {"configMapRef": {"key": "k", "name": "n", "optional": true}, "config": {"any": {}}},
        "checkpoint": {"enabled": true, "mode": "Manual", "checkpointRef": "ref",
                       "identity": {"model": "m", "backendFramework": "vllm", "dynamoVersion": "1",
                                    "tensorParallelSize": 2, "pipelineParallelSize": 3, "dtype": "fp8",
                                    "maxModelLen": 4096, "extraParameters": {"q": "r"}}}}},
    "envs": [{"name": "HF_HOME", "value": "/tmp"}], "backendFramework": "sglang",
    "restart": {"id": "1", "strategy": {"type": "Parallel", "order": ["Worker"]}}},
  "status": {
    "state": "pending",
    "conditions": [{"type": "Ready", "status": "False", "observedGeneration": 2,
                    "lastTransitionTime": "2026-02-03T04:05:06Z", "reason": "some_resources_are_not_ready",
                    "message": "waiting"}],
    "services": {"Worker": {"componentKind": "Deployment", "componentName": "g-worker",
                            "componentNames": ["g-worker"], "replicas": 2, "updatedReplicas": 1,
                            "readyReplicas": 0, "availableReplicas": 1}},
    "restart": {"observedID": "1", "phase": "Restarting", "inProgress": ["Worker"]},
    "checkpoints": {"Worker": {"checkpointName": "c", "identityHash": "0123456789abcdef", "ready": true}},
    "rollingUpdate": {"phase": "InProgress", "startTime": "2026-02-03T04:05:06Z",
                      "endTime": "2026-02-03T04:05:07Z", "updatedServices": ["Worker"]}}
})";

TEST(Codec, KeepsEveryFieldOfAGraph) {
  const auto document = parsed(kFullGraph);
  const auto graph = from_json<DynamoGraphDeployment>(document);
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(json::dump_pretty(to_json(*graph)), json::dump_pretty(document));
}

/// Walks the field lists: a list with a field that the document above lacks makes this fail.
void expect_present(const StructInfo& info, const json::value& v, const std::string& at) {
  for (const auto& field : info.fields) {
    const json::value* member = v.is_object() ? v.get_object().if_contains(field.name) : nullptr;
    const std::string path = at + "." + field.name;
    ASSERT_NE(member, nullptr) << path << " is missing in the sample";
    if (field.codec->nested() == nullptr) continue;
    const json::value* inner = member;
    if (const auto* list = member->if_array()) inner = &list->at(0);
    if (field.codec->type_text().starts_with("map of")) inner = &member->get_object().begin()->value();
    expect_present(*field.codec->nested(), *inner, path);
  }
}

TEST(Codec, TheSampleOfTheTestAboveHasEveryField) {
  expect_present(describe(Type<DynamoGraphDeployment>{}), parsed(kFullGraph), "");
}

TEST(Codec, LeavesOutWhatIsAbsent) {
  DynamoGraphDeployment graph;
  graph.metadata.name = "g";
  graph.spec.services["Frontend"].component_type = component_type::kFrontend;
  EXPECT_EQ(json::dump(to_json(graph)),
            R"({"apiVersion":"nvidia.com/v1alpha1","kind":"DynamoGraphDeployment","metadata":{"name":"g"},)"
            R"("spec":{"services":{"Frontend":{"componentType":"frontend"}}}})");
}

TEST(Codec, FieldsOfAComponentStandBesideTheEngineInAComponentDeployment) {
  DynamoComponentDeployment component;
  component.metadata.name = "g-worker";
  component.spec.service_name = "Worker";
  component.spec.replicas = 2;
  component.spec.backend_framework = BackendFramework::trtllm;
  const auto document = to_json(component);
  EXPECT_EQ(json::dump(document.at("spec")),
            R"({"serviceName":"Worker","replicas":2,"backendFramework":"trtllm"})");
  EXPECT_EQ(from_json<DynamoComponentDeployment>(document).value(), component);
}

TEST(Codec, RequiredFieldsAreWrittenEvenWhenEmpty) {
  EXPECT_EQ(json::dump(part_to_json(DynamoGraphDeploymentScalingAdapterSpec{})),
            R"({"replicas":0,"dgdRef":{"name":"","serviceName":""}})");
}

TEST(Codec, WorkerMetadataIsAnyJson) {
  const auto document = parsed(R"({"apiVersion":"nvidia.com/v1alpha1","kind":"DynamoWorkerMetadata",
      "metadata":{"name":"p"},"spec":{"data":{"endpoints":{"a/b/c":{"type":"Endpoint","n":18446744073709551615}}}}})");
  const auto decoded = from_json<DynamoWorkerMetadata>(document);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(json::value(to_json(*decoded)), document);
}

TEST(Codec, NullCountsAsAbsent) {
  const auto spec =
      part_from_json<ComponentSpec>(parsed(R"({"replicas":null,"envs":null,"resources":null})"));
  ASSERT_TRUE(spec);
  EXPECT_EQ(*spec, ComponentSpec{});
}

TEST(Codec, UnknownFieldsAreIgnoredOutsidePartsOfKubernetes) {
  EXPECT_TRUE(part_from_json<ComponentSpec>(parsed(R"({"fieldOfANewerVersion":{"x":1}})")));
}

TEST(Codec, NamesEveryFieldOfTheWrongTypeAtOnce) {
  const auto graph = from_json<DynamoGraphDeployment>(
      parsed(R"({"apiVersion":"nvidia.com/v1alpha1","kind":"DynamoGraphDeployment","metadata":{"name":"g"},
        "spec":{"backendFramework":"llamacpp","pvcs":[{"name":1,"size":"lots"}],
                "services":{"W":{"replicas":"two","labels":[],"extraPodSpec":"x","envs":{},
                                 "globalDynamoNamespace":"yes"}}}})"));
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().code, Errc::invalid);
  for (
      const auto* part :
      {R"(spec.backendFramework: Unsupported value: "llamacpp": supported values: "sglang", "vllm", "trtllm")",
       "spec.pvcs[0].name: Invalid value: 1: must be a string", R"(spec.pvcs[0].size: Invalid value: "lots")",
       R"(spec.services.W.replicas: Invalid value: "two": must be a whole number of 32 bits)",
       "spec.services.W.labels: Invalid value: []: must be a map",
       R"(spec.services.W.extraPodSpec: Invalid value: "x": must be an object)",
       "spec.services.W.envs: Invalid value: {}: must be a list",
       R"(spec.services.W.globalDynamoNamespace: Invalid value: "yes": must be true or false)"}) {
    EXPECT_THAT(graph.error().message, HasSubstr(part));
  }
}

TEST(Codec, RefusesAnotherKind) {
  const auto graph =
      from_json<DynamoGraphDeployment>(parsed(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}})"));
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().message, R"(expected nvidia.com/v1alpha1 DynamoGraphDeployment, got "v1" "Pod")");
}

}  // namespace
}  // namespace dynamo::api
