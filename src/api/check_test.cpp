#include "api/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> check(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& found : check_documents(text, "f.yaml")) out.push_back(found.to_string());
  return out;
}

constexpr std::string_view kHead = "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\n";

/// A graph with one service "W" whose fields are `fields`, the first of them on line 7, column 7.
std::string graph_with(std::string_view fields) {
  return fmt::format("{}metadata: {{name: g}}\nspec:\n  services:\n    W:\n      {}\n", kHead, fields);
}

TEST(Check, AcceptsTheGraphsOfTheDocumentation) {
  EXPECT_THAT(check(R"(
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata:
  name: big-disagg
  namespace: serving
  annotations:
    nvidia.com/kai-scheduler-queue: inference
spec:
  backendFramework: vllm
  envs:
    - {name: HF_HOME, value: /tmp/hf}
  pvcs:
    - name: weights
    - {name: compile-cache, create: true, size: 200Gi, storageClass: shared-nfs, volumeAccessMode: ReadWriteMany}
  restart:
    id: "1"
    strategy:
      type: Sequential
      order: [DecodeWorker, Frontend]
  services:
    Frontend:
      componentType: frontend
      replicas: 2
      scalingAdapter: {enabled: true}
      ingress: {enabled: true, host: big, hostSuffix: models.example.com, tls: {secretName: models-tls}}
      resources:
        requests: {cpu: "2", memory: 4Gi}
      extraPodSpec:
        mainContainer:
          image: registry.example.com/dynamo/vllm-runtime:0.9.0
    DecodeWorker:
      componentType: worker
      subComponentType: decode
      multinode: {}
      modelRef: {name: Qwen/Qwen3-8B}
      envFromSecret: hf-token
      volumeMounts:
        - {name: weights, mountPoint: /models}
        - {name: compile-cache, useAsCompilationCache: true}
      sharedMemory: {size: 64Gi}
      resources:
        limits: {gpu: "8", custom: {rdma/ib: "8"}}
      extraPodMetadata: {labels: {team: chat}}
      extraPodSpec:
        tolerations:
          - {key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}
        mainContainer:
          name: ""
          resources: {limits: {cpu: 0.5, memory: 1Gi}}
          command: ["python3", "-m", "dynamo.vllm"]
          args: ["--model", "/models/llama", "--tensor-parallel-size", "16"]
          startupProbe:
            httpGet: {path: /live, port: system}
            periodSeconds: 10
status: {}
---
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeploymentScalingAdapter
metadata: {name: a, creationTimestamp: null}
spec: {replicas: 1, dgdRef: {name: big-disagg, serviceName: Frontend}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "system:reader"}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
)"),
              IsEmpty());
}

struct BadCase {
  std::string_view name;
  std::string text;
  std::vector<std::string> found;
};
class BadFileTest : public ::testing::TestWithParam<BadCase> {};
TEST_P(BadFileTest, GetsTheseDiagnostics) { EXPECT_EQ(check(GetParam().text), GetParam().found); }

INSTANTIATE_TEST_SUITE_P(
    Check, BadFileTest,
    ::testing::Values(
        BadCase{"unknown_field",
                graph_with("replica: 2"),
                {R"(f.yaml:7:7: unknown field "spec.services.W.replica")"}},
        BadCase{
            "unknown_field_in_pod_spec",
            graph_with("extraPodSpec: {mainContainer: {imagePulPolicy: Always}}"),
            {R"(f.yaml:7:38: unknown field "spec.services.W.extraPodSpec.mainContainer.imagePulPolicy")"}},
        BadCase{"unknown_field_in_probe",
                graph_with("livenessProbe: {httpget: {port: 1}}"),
                {R"(f.yaml:7:23: unknown field "spec.services.W.livenessProbe.httpget")"}},
        BadCase{
            "wrong_type",
            graph_with("replicas: two"),
            {R"(f.yaml:7:7: spec.services.W.replicas: Invalid value: "string": spec.services.W.replicas in body )"
             R"(must be of type integer: "string")"}},
        BadCase{"boolean_for_string",
                graph_with("envs: [{name: A, value: yes}]"),
                {R"(f.yaml:7:24: spec.services.W.envs[0].value: Invalid value: "boolean": )"
                 R"(spec.services.W.envs[0].value in body must be of type string: "boolean")"}},
        BadCase{
            "wrong_type_in_pod_spec",
            graph_with("extraPodSpec: {mainContainer: {args: --model}}"),
            {R"(f.yaml:7:38: spec.services.W.extraPodSpec.mainContainer.args: Invalid value: "string": )"
             R"(spec.services.W.extraPodSpec.mainContainer.args in body must be of type array: "string")"}},
        BadCase{"limit_and_rule_on_one_field",
                graph_with("replicas: -1"),
                {"f.yaml:7:7: spec.services.W.replicas: Invalid value: -1: spec.services.W.replicas in body "
                 "should be "
                 "greater than or equal to 0"}},
        BadCase{
            "enumeration",
            std::string(kHead) + "metadata: {name: g}\nspec: {services: {W: {}}, backendFramework: x}\n",
            {R"(f.yaml:4:27: spec.backendFramework: Unsupported value: "x": supported values: "sglang", "vllm", )"
             R"("trtllm")"}},
        BadCase{"rule",
                graph_with("ingress: {enabled: true}"),
                {"f.yaml:7:7: spec.services[W].ingress.host: Required value: an ingress that is enabled "
                 "needs a host"}},
        BadCase{"warning",
                graph_with("autoscaling: {}"),
                {"f.yaml:7:7: warning: spec.services[W].autoscaling is deprecated and ignored: enable "
                 "scalingAdapter "
                 "and scale the DynamoGraphDeploymentScalingAdapter with HPA, KEDA or the planner"}},
        BadCase{
            "quantity",
            graph_with("resources: {limits: {gpu: many}}"),
            {R"(f.yaml:7:28: spec.services[W].resources.limits.gpu: Invalid value: "many": "many" is not a )"
             "quantity: digits with an optional fraction, then one of n u m k M G T P E Ki Mi Gi Ti Pi Ei or "
             "an "
             "exponent such as e3"}},
        BadCase{"missing_name",
                std::string(kHead) + "spec: {services: {W: {}}}\n",
                {"f.yaml:1:1: metadata.name: Required value: name or generateName is required"}},
        BadCase{"name_too_long",
                std::string(kHead) + "metadata:\n  name: " + std::string(64, 'a') +
                    "\nspec: {services: {W: {}}}\n",
                {"f.yaml:4:3: metadata.name: Invalid value: \"" + std::string(64, 'a') +
                 "\": a graph's Services are named after it, so its name must be at most 63 characters long, "
                 "it has 64"}},
        BadCase{"bad_name",
                std::string(kHead) + "metadata:\n  name: My_Graph\nspec: {services: {W: {}}}\n",
                {"f.yaml:4:3: metadata.name: Invalid value: \"My_Graph\": must consist of lower case "
                 "letters, digits, "
                 "'-' and '.', and start and end with a letter or digit"}},
        BadCase{
            "boolean_name",
            std::string(kHead) + "metadata:\n  name: y\nspec: {services: {W: {}}}\n",
            {R"(f.yaml:4:3: metadata.name: Invalid value: "boolean": metadata.name in body must be of type string: )"
             R"("boolean")"}},
        BadCase{"duplicate_key",
                graph_with("replicas: 1\n      replicas: 2"),
                {"f.yaml:8:7: duplicate key spec.services.W.replicas (first at 7:7)"}},
        BadCase{
            "unknown_kind",
            "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraph\nmetadata: {name: g}\n",
            {R"(f.yaml:2:1: kind: Invalid value: "DynamoGraph": unknown kind in nvidia.com/v1alpha1; the kinds of )"
             "nvidia.com/v1alpha1 are DynamoGraphDeployment, DynamoComponentDeployment, "
             "DynamoGraphDeploymentScalingAdapter, DynamoWorkerMetadata"}},
        BadCase{
            "wrong_version",
            "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: g}\n",
            {R"(f.yaml:1:1: apiVersion: Unsupported value: "apps/v1beta1": supported values: "apps/v1")"}},
        BadCase{"no_kind",
                "metadata: {name: g}\n",
                {"f.yaml:1:1: apiVersion: Required value", "f.yaml:1:1: kind: Required value"}},
        BadCase{"nothing", "# nothing\n", {"f.yaml:1:1: there is no document in this file"}},
        BadCase{"not_yaml", "a: [\n", {"f.yaml:2:1: end of sequence flow not found"}},
        BadCase{"list",
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n"
                "  spec: {containers: [{name: c, imag: x}]}\n",
                {R"(f.yaml:7:33: unknown field "items[0].spec.containers[0].imag")"}},
        BadCase{"json",
                R"({"apiVersion": "v1", "kind": "ConfigMap",
 "metadata": {"name": "c"},
 "dat": {}})",
                {R"(f.yaml:3:2: unknown field "dat")"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Check, TellsEverythingAtOnceInTheOrderOfTheFile) {
  const auto found = check(R"(apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: g}
spec:
  backendFramework: tgi
  services:
    Frontend:
      replicas: -1
      replicaz: 1
---
a: [
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {}
)");
  EXPECT_THAT(found, ElementsAre(HasSubstr("f.yaml:5:3: spec.backendFramework: Unsupported value"),
                                 HasSubstr("f.yaml:8:7: spec.services.Frontend.replicas: Invalid value: -1"),
                                 HasSubstr(R"(f.yaml:9:7: unknown field "spec.services.Frontend.replicaz")"),
                                 HasSubstr("f.yaml:12:1: "),
                                 HasSubstr("f.yaml:16:1: spec.containers: Required value")));
}

}  // namespace
}  // namespace dynamo::api
