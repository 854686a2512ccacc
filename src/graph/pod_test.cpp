#include <gtest/gtest.h>

#include "graph/test_support.h"

/// The rows of the operator reference, section 8 (building a pod) and 6.4 (pod template), one by one.
namespace dynamo::graph {
namespace {

using test::at;
using test::make_component;

struct FieldCase {
  std::string name;
  std::string spec;     // of the component, YAML
  std::string pointer;  // into the object looked at
  std::string value;    // compact JSON, or "absent"
};
std::string name_of(const ::testing::TestParamInfo<FieldCase>& row) { return row.param.name; }

const std::string kFrontend = "componentType: frontend";
const std::string kWorker = "componentType: worker";
const std::string kVllm =
    "{componentType: worker, extraPodSpec: {mainContainer: {command: [python3, -m, dynamo.vllm]}}";

class MainContainerTest : public ::testing::TestWithParam<FieldCase> {};
TEST_P(MainContainerTest, HasTheField) {
  EXPECT_EQ(at(test::main_of(make_component(GetParam().spec)), GetParam().pointer), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Frontend, MainContainerTest,
    ::testing::Values(
        FieldCase{"name", kFrontend, "/name", R"("main")"},
        FieldCase{"command", kFrontend, "/command", R"(["python3"])"},
        FieldCase{"args", kFrontend, "/args", R"(["-m","dynamo.frontend"])"},
        FieldCase{"ports", kFrontend, "/ports", R"([{"name":"http","containerPort":8000,"protocol":"TCP"}])"},
        FieldCase{"liveness_path", kFrontend, "/livenessProbe/httpGet", R"({"path":"/live","port":"http"})"},
        FieldCase{"liveness_delay", kFrontend, "/livenessProbe/initialDelaySeconds", "15"},
        FieldCase{"liveness_period", kFrontend, "/livenessProbe/periodSeconds", "10"},
        FieldCase{"liveness_timeout", kFrontend, "/livenessProbe/timeoutSeconds", "1"},
        FieldCase{"liveness_failures", kFrontend, "/livenessProbe/failureThreshold", "3"},
        FieldCase{"readiness_path", kFrontend, "/readinessProbe/httpGet",
                  R"({"path":"/health","port":"http"})"},
        FieldCase{"readiness_delay", kFrontend, "/readinessProbe/initialDelaySeconds", "10"},
        FieldCase{"readiness_period", kFrontend, "/readinessProbe/periodSeconds", "10"},
        FieldCase{"readiness_timeout", kFrontend, "/readinessProbe/timeoutSeconds", "3"},
        FieldCase{"readiness_failures", kFrontend, "/readinessProbe/failureThreshold", "3"},
        FieldCase{"no_startup_probe", kFrontend, "/startupProbe", "absent"},

        FieldCase{"no_resources", kFrontend, "/resources", "absent"},
        FieldCase{"own_command",
                  "{componentType: frontend, extraPodSpec: {mainContainer: {command: [python3, -m, "
                  "dynamo.frontend]}}}",
                  "/args", "absent"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Worker, MainContainerTest,
    ::testing::Values(
        FieldCase{"command", kWorker, "/command", R"(["/bin/sh","-c"])"},
        FieldCase{"no_args", kWorker, "/args", "absent"},
        FieldCase{"ports", kWorker, "/ports", R"([{"name":"system","containerPort":9090,"protocol":"TCP"}])"},
        FieldCase{
            "liveness", kWorker, "/livenessProbe",
            R"({"httpGet":{"path":"/live","port":"system"},"periodSeconds":5,"timeoutSeconds":4,"failureThreshold":1})"},
        FieldCase{
            "readiness", kWorker, "/readinessProbe",
            R"({"httpGet":{"path":"/health","port":"system"},"periodSeconds":10,"timeoutSeconds":4,"failureThreshold":3})"},
        FieldCase{
            "startup", kWorker, "/startupProbe",
            R"({"httpGet":{"path":"/live","port":"system"},"periodSeconds":10,"timeoutSeconds":5,"failureThreshold":720})"},
        FieldCase{"prefill_is_one", "componentType: prefill", "/ports/0/name", R"("system")"},
        FieldCase{"decode_is_one", "componentType: decode", "/ports/0/name", R"("system")"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Generic, MainContainerTest,
    ::testing::Values(FieldCase{"command", "componentType: default", "/command", R"(["/bin/sh","-c"])"},
                      FieldCase{"no_ports", "componentType: default", "/ports", "absent"},
                      FieldCase{"no_liveness", "componentType: default", "/livenessProbe", "absent"},
                      FieldCase{"no_readiness", "componentType: default", "/readinessProbe", "absent"},
                      FieldCase{"no_type", "{}", "/command", R"(["/bin/sh","-c"])"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Overrides, MainContainerTest,
    ::testing::Values(
        FieldCase{"image", "{extraPodSpec: {mainContainer: {image: i}}}", "/image", R"("i")"},
        FieldCase{"another_name_is_main_all_the_same", "{extraPodSpec: {mainContainer: {name: x}}}", "/name",
                  R"("main")"},
        FieldCase{"unknown_member", "{extraPodSpec: {mainContainer: {workingDir: /w}}}", "/workingDir",
                  R"("/w")"},
        FieldCase{"startup_probe_as_a_whole",
                  "{componentType: worker, extraPodSpec: {mainContainer: {startupProbe: {httpGet: {path: /x, "
                  "port: 1}}}}}",
                  "/startupProbe", R"({"httpGet":{"path":"/x","port":1}})"},
        FieldCase{"liveness_of_the_component_as_a_whole",
                  "{componentType: worker, livenessProbe: {tcpSocket: {port: 1}}}", "/livenessProbe",
                  R"({"tcpSocket":{"port":1}})"},
        FieldCase{"readiness_of_the_component_as_a_whole",
                  "{componentType: worker, readinessProbe: {tcpSocket: {port: 1}}}", "/readinessProbe",
                  R"({"tcpSocket":{"port":1}})"},
        FieldCase{
            "component_probe_over_the_container's",
            "{componentType: worker, livenessProbe: {tcpSocket: {port: 1}}, extraPodSpec: {mainContainer: "
            "{livenessProbe: {tcpSocket: {port: 2}}}}}",
            "/livenessProbe/tcpSocket/port", "1"},
        FieldCase{"resources_over_the_container's",
                  "{resources: {limits: {gpu: '1'}}, extraPodSpec: {mainContainer: {resources: {limits: "
                  "{cpu: '2'}}}}}",
                  "/resources/limits", R"({"cpu":"2","nvidia.com/gpu":"1"})"},
        FieldCase{"env_from_secret",
                  "{envFromSecret: s, extraPodSpec: {mainContainer: {envFrom: [{configMapRef: {name: c}}]}}}",
                  "/envFrom", R"([{"configMapRef":{"name":"c"}},{"secretRef":{"name":"s"}}])"}),
    [](const auto& row) {
      std::string name = row.param.name;
      std::erase(name, '\'');
      return name;
    });

INSTANTIATE_TEST_SUITE_P(
    Mounts, MainContainerTest,
    ::testing::Values(
        FieldCase{"shared_memory", kWorker, "/volumeMounts",
                  R"([{"name":"shared-memory","mountPath":"/dev/shm"}])"},
        FieldCase{"no_shared_memory", "{sharedMemory: {disabled: true}}", "/volumeMounts", "absent"},
        FieldCase{"claim", "{volumeMounts: [{name: c, mountPoint: /c}]}", "/volumeMounts/0",
                  R"({"name":"c","mountPath":"/c"})"},
        FieldCase{"vllm_cache_has_a_default",
                  kVllm + ", volumeMounts: [{name: c, useAsCompilationCache: true}]}",
                  "/volumeMounts/0/mountPath", R"("/root/.cache/vllm")"},
        FieldCase{"vllm_cache_elsewhere",
                  kVllm + ", volumeMounts: [{name: c, mountPoint: /c, useAsCompilationCache: true}]}",
                  "/volumeMounts/0/mountPath", R"("/c")"},
        FieldCase{"own_mount_of_shared_memory",
                  "{extraPodSpec: {mainContainer: {volumeMounts: [{name: x, mountPath: /dev/shm}]}}}",
                  "/volumeMounts", R"([{"name":"x","mountPath":"/dev/shm"}])"}),
    name_of);

struct EnvCase {
  std::string name;
  std::string spec;
  std::string variable;
  std::string value;
};
class EnvironmentTest : public ::testing::TestWithParam<EnvCase> {};
TEST_P(EnvironmentTest, HasTheVariable) {
  ComponentFacts facts;
  facts.settings.nats_server = "nats://n:4222";
  facts.settings.prometheus_endpoint = "http://p:9090";
  EXPECT_EQ(test::env_entry(test::main_of(make_component(GetParam().spec), facts), GetParam().variable),
            GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, EnvironmentTest,
    ::testing::Values(
        EnvCase{"namespace", kFrontend, "DYN_NAMESPACE", "ns-g"},
        EnvCase{"component", kWorker, "DYN_COMPONENT", "worker"},
        EnvCase{"graph", kFrontend, "DYN_PARENT_DGD_K8S_NAME", "g"},
        EnvCase{"graph_namespace", kFrontend, "DYN_PARENT_DGD_K8S_NAMESPACE", "ns"},
        EnvCase{"discovery", kFrontend, "DYN_DISCOVERY_BACKEND", "kubernetes"},
        EnvCase{"no_discovery_with_etcd", "{annotations: {nvidia.com/dynamo-discovery-backend: etcd}}",
                "DYN_DISCOVERY_BACKEND", "absent"},
        EnvCase{"pod_name", kWorker, "POD_NAME", R"({"fieldRef":{"fieldPath":"metadata.name"}})"},
        EnvCase{"pod_namespace", kWorker, "POD_NAMESPACE",
                R"({"fieldRef":{"fieldPath":"metadata.namespace"}})"},
        EnvCase{"pod_uid", kWorker, "POD_UID", R"({"fieldRef":{"fieldPath":"metadata.uid"}})"},
        EnvCase{"nats", kWorker, "NATS_SERVER", "nats://n:4222"},
        EnvCase{"prometheus", kWorker, "PROMETHEUS_ENDPOINT", "http://p:9090"},
        EnvCase{"no_etcd", kWorker, "ETCD_ENDPOINTS", "absent"},
        EnvCase{"no_model_express", kWorker, "MODEL_EXPRESS_URL", "absent"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    ByType, EnvironmentTest,
    ::testing::Values(
        EnvCase{"frontend_port", kFrontend, "DYNAMO_PORT", "8000"},
        EnvCase{"frontend_http_port", kFrontend, "DYN_HTTP_PORT", "8000"},
        EnvCase{"frontend_no_system", kFrontend, "DYN_SYSTEM_PORT", "absent"},
        EnvCase{"system_enabled", kWorker, "DYN_SYSTEM_ENABLED", "true"},
        EnvCase{"system_port", kWorker, "DYN_SYSTEM_PORT", "9090"},
        EnvCase{"health_status", kWorker, "DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", R"(["generate"])"},
        EnvCase{"health_check", kWorker, "DYN_HEALTH_CHECK_ENABLED", "false"},
        EnvCase{"prefill_system_port", "componentType: prefill", "DYN_SYSTEM_PORT", "9090"},
        EnvCase{"worker_no_http", kWorker, "DYN_HTTP_PORT", "absent"},
        EnvCase{"vllm_cache", kVllm + ", volumeMounts: [{name: c, useAsCompilationCache: true}]}",
                "VLLM_CACHE_ROOT", "/root/.cache/vllm"},
        EnvCase{"no_cache_for_others",
                "{componentType: worker, volumeMounts: [{name: c, mountPoint: /c, useAsCompilationCache: "
                "true}]}",
                "VLLM_CACHE_ROOT", "absent"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Precedence, EnvironmentTest,
    ::testing::Values(
        EnvCase{"component_over_container",
                "{envs: [{name: A, value: c}], extraPodSpec: {mainContainer: {env: [{name: A, value: m}]}}}",
                "A", "c"},
        EnvCase{"container_over_role",
                "{componentType: worker, extraPodSpec: {mainContainer: {env: [{name: DYN_SYSTEM_PORT, value: "
                "'1'}]}}}",
                "DYN_SYSTEM_PORT", "1"},
        EnvCase{"user_over_platform", "{envs: [{name: DYN_NAMESPACE, value: mine}]}", "DYN_NAMESPACE",
                "mine"},
        EnvCase{"user_over_operator", "{envs: [{name: NATS_SERVER, value: mine}]}", "NATS_SERVER", "mine"},
        EnvCase{"user_over_cache",
                kVllm + ", envs: [{name: VLLM_CACHE_ROOT, value: /mine}], volumeMounts: [{name: c, "
                        "useAsCompilationCache: true}]}",
                "VLLM_CACHE_ROOT", "/mine"}),
    [](const auto& row) { return row.param.name; });

TEST(EnvironmentOrderTest, IsByName) {
  const json::object main =
      test::main_of(make_component("{componentType: worker, envs: [{name: AAA, value: ''}]}"));
  std::vector<std::string> names;
  for (const json::value& entry : main.at("env").as_array())
    names.emplace_back(json::string_at(entry, {"name"}));
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_EQ(names.front(), "AAA");
}

class PodTest : public ::testing::TestWithParam<FieldCase> {};
TEST_P(PodTest, HasTheField) {
  ComponentFacts facts;
  facts.pull_secrets = {{"nvcr.io", {"ngc", "ngc-2"}}};
  facts.pod_accounts = {"pods", "pods-2"};
  EXPECT_EQ(at(test::pod_of(make_component(GetParam().spec), facts), GetParam().pointer), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Spec, PodTest,
    ::testing::Values(
        FieldCase{"restart_policy", kWorker, "/spec/restartPolicy", R"("Always")"},
        FieldCase{"grace", kWorker, "/spec/terminationGracePeriodSeconds", "60"},
        FieldCase{"own_grace", "{extraPodSpec: {terminationGracePeriodSeconds: 5}}",
                  "/spec/terminationGracePeriodSeconds", "5"},
        FieldCase{"tolerations", "{extraPodSpec: {tolerations: [{operator: Exists}]}}", "/spec/tolerations",
                  R"([{"operator":"Exists"}])"},
        FieldCase{"security", kWorker, "/spec/securityContext", R"({"fsGroup":1000})"},
        FieldCase{"own_security", "{extraPodSpec: {securityContext: {runAsUser: 7}}}",
                  "/spec/securityContext", R"({"runAsUser":7})"},
        FieldCase{"own_empty_security", "{extraPodSpec: {securityContext: {}}}", "/spec/securityContext",
                  "absent"},
        FieldCase{"account", kWorker, "/spec/serviceAccountName", R"("g-k8s-service-discovery")"},
        FieldCase{"own_account", "{extraPodSpec: {serviceAccountName: mine}}", "/spec/serviceAccountName",
                  R"("mine")"},
        FieldCase{"labelled_account_without_kubernetes_discovery",
                  "{annotations: {nvidia.com/dynamo-discovery-backend: etcd}}", "/spec/serviceAccountName",
                  R"("pods")"},
        FieldCase{"side_cars_come_first", "{extraPodSpec: {containers: [{name: side}]}}",
                  "/spec/containers/0/name", R"("side")"},
        FieldCase{"main_comes_last", "{extraPodSpec: {containers: [{name: side}]}}",
                  "/spec/containers/1/name", R"("main")"},
        FieldCase{"no_main_container_member", "{extraPodSpec: {mainContainer: {image: i}}}",
                  "/spec/mainContainer", "absent"},
        FieldCase{"pull_secrets",
                  "{extraPodSpec: {imagePullSecrets: [{name: ngc}], mainContainer: {image: nvcr.io/a}}}",
                  "/spec/imagePullSecrets", R"([{"name":"ngc"},{"name":"ngc-2"}])"},
        FieldCase{"pull_secrets_of_the_registry_only", "{extraPodSpec: {mainContainer: {image: busybox}}}",
                  "/spec/imagePullSecrets", "absent"},
        FieldCase{"pull_secrets_off",
                  "{annotations: {nvidia.com/disable-image-pull-secret-discovery: 'true'}, extraPodSpec: "
                  "{mainContainer: {image: nvcr.io/a}}}",
                  "/spec/imagePullSecrets", "absent"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Volumes, PodTest,
    ::testing::Values(
        FieldCase{"shared_memory", kWorker, "/spec/volumes",
                  R"([{"name":"shared-memory","emptyDir":{"medium":"Memory","sizeLimit":"8Gi"}}])"},
        FieldCase{"shared_memory_size", "{sharedMemory: {size: 16Gi}}", "/spec/volumes/0/emptyDir/sizeLimit",
                  R"("16Gi")"},
        FieldCase{"no_shared_memory", "{sharedMemory: {disabled: true}}", "/spec/volumes", "absent"},
        FieldCase{"claim", "{volumeMounts: [{name: c, mountPoint: /c}]}", "/spec/volumes/0",
                  R"({"name":"c","persistentVolumeClaim":{"claimName":"c"}})"},
        FieldCase{"claim_mounted_twice",
                  "{volumeMounts: [{name: c, mountPoint: /c}, {name: c, mountPoint: /d}]}",
                  "/spec/volumes/1/name", R"("shared-memory")"},
        FieldCase{"own_volumes_come_first",
                  "{volumeMounts: [{name: c, mountPoint: /c}], extraPodSpec: {volumes: [{name: own, "
                  "emptyDir: {}}]}}",
                  "/spec/volumes/0/name", R"("own")"},
        FieldCase{
            "own_volume_of_that_name",
            "{volumeMounts: [{name: c, mountPoint: /c}], extraPodSpec: {volumes: [{name: c, emptyDir: {}}]}}",
            "/spec/volumes/0", R"({"name":"c","emptyDir":{}})"}),
    name_of);

std::string label(std::string_view name) { return fmt::format("/metadata/labels/nvidia.com~1{}", name); }
std::string annotation(std::string_view name) {
  return fmt::format("/metadata/annotations/nvidia.com~1{}", name);
}

INSTANTIATE_TEST_SUITE_P(
    Metadata, PodTest,
    ::testing::Values(
        FieldCase{"selector", kWorker, label("selector"), R"("g-svc")"},
        FieldCase{"graph", kWorker, label("dynamo-graph-deployment-name"), R"("g")"},
        FieldCase{"component", kWorker, label("dynamo-component"), R"("Svc")"},
        FieldCase{"namespace", kWorker, label("dynamo-namespace"), R"("ns-g")"},
        FieldCase{"type", kWorker, label("dynamo-component-type"), R"("worker")"},
        FieldCase{"sub_type", "{componentType: worker, subComponentType: decode}",
                  label("dynamo-sub-component-type"), R"("decode")"},
        FieldCase{"no_sub_type", kWorker, label("dynamo-sub-component-type"), "absent"},
        FieldCase{"metrics", kWorker, label("metrics-enabled"), R"("true")"},
        FieldCase{"no_metrics", "{annotations: {nvidia.com/enable-metrics: 'false'}}",
                  label("metrics-enabled"), "absent"},
        FieldCase{"model_hash", "{modelRef: {name: abc}}", label("dynamo-base-model-hash"), R"("ba7816bf")"},
        FieldCase{"model", "{modelRef: {name: a/b c}}", annotation("dynamo-base-model"), R"("a/b c")"},
        FieldCase{"own_label", "{extraPodMetadata: {labels: {team: chat}}}", "/metadata/labels/team",
                  R"("chat")"},
        FieldCase{"own_label_wins", "{extraPodMetadata: {labels: {nvidia.com/metrics-enabled: 'no'}}}",
                  label("metrics-enabled"), R"("no")"},
        FieldCase{"but_not_over_the_selector", "{extraPodMetadata: {labels: {nvidia.com/selector: x}}}",
                  label("selector"), R"("g-svc")"},
        FieldCase{"own_annotation", "{extraPodMetadata: {annotations: {a: b}}}", "/metadata/annotations/a",
                  R"("b")"},
        FieldCase{"annotations_of_the_component_stay_out", "{annotations: {a: b}}", "/metadata/annotations",
                  "absent"},
        FieldCase{"restart", "{annotations: {nvidia.com/restartAt: '7'}}", annotation("restartAt"),
                  R"("7")"}),
    name_of);

TEST(PodTest, OfAComponentWithoutAGraphRunsUnderTheDefaultAccount) {
  api::DynamoComponentDeployment alone = make_component("{}");
  alone.metadata.labels.clear();
  alone.spec.labels.clear();
  EXPECT_EQ(at(test::pod_of(alone), "/spec/serviceAccountName"), R"("default")");
}

struct WrongCase {
  std::string name;
  std::string spec;
  std::string message;
};
class WrongComponentTest : public ::testing::TestWithParam<WrongCase> {};
TEST_P(WrongComponentTest, IsRefusedWithTheField) {
  const auto objects = render_component(make_component(GetParam().spec), {});
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, Errc::invalid);
  EXPECT_TRUE(objects.error().message.starts_with(GetParam().message)) << objects.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, WrongComponentTest,
    ::testing::Values(
        WrongCase{"mount_without_place", "{volumeMounts: [{name: c}]}",
                  "spec: volumeMounts[0]: mountPoint must be given"},
        WrongCase{"mount_without_name", "{volumeMounts: [{name: '', mountPoint: /c}]}",
                  "spec: volumeMounts[0]: name must"},
        WrongCase{"cache_of_unknown_engine",
                  "{componentType: worker, volumeMounts: [{name: c, useAsCompilationCache: true}]}",
                  "spec: volumeMounts[0]: mountPoint must be given: only vLLM"},
        WrongCase{"quantity", "{resources: {limits: {gpu: one}}}", "spec: resources.limits.gpu: "},
        WrongCase{"engines_differ",
                  "{componentType: worker, backendFramework: sglang, extraPodSpec: {mainContainer: {command: "
                  "[python3, "
                  "-m, dynamo.vllm]}}}",
                  "spec: extraPodSpec.mainContainer: backendFramework is sglang"},
        WrongCase{"strategy", "{annotations: {nvidia.com/deployment-strategy: Never}}",
                  "spec: annotations[nvidia.com/deployment-strategy] must be RollingUpdate"},
        WrongCase{
            "surge", "{annotations: {nvidia.com/deployment-rolling-update-max-surge: many}}",
            "spec: annotations[nvidia.com/deployment-rolling-update-max-surge] must be a number of pods"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace dynamo::graph
