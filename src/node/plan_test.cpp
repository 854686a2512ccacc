#include "node/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/python.h"

namespace dynamo::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A pod of one container `main`, whose fields are those of `container`.
kube::Object pod(std::string_view container, std::string_view spec_fields = "") {
  return json::parse(fmt::format(
                         R"({{"metadata": {{"name": "web-0", "namespace": "ns", "uid": "u1",
                                           "labels": {{"app": "web"}}}},
                "spec": {{{}{}"containers": [{{"name": "main", "command": ["run"]{}{}}}]}}}})",
                         spec_fields, spec_fields.empty() ? "" : ",", container.empty() ? "" : ",",
                         container))
      ->as_object();
}

Sources sources() {
  Sources out;
  out.config_maps["settings"] =
      json::parse(R"({"data": {"color": "blue", "size": "7"}, "binaryData": {"raw": "AAE="}})")->as_object();
  out.secrets["login"] = json::parse(R"({"data": {"password": "c2VzYW1l"}})")->as_object();
  return out;
}

MachineFacts machine() {
  MachineFacts out;
  out.environment = {{"PATH", "/usr/bin"}, {"HOME", "/home/me"}};
  out.dynamo = "/opt/dynamo";
  out.shim_folder = "/state/shims";
  out.exists = [](const std::string& path) { return path == "/usr" || path == "/data"; };
  return out;
}

PodGrant grant() {
  return {.folder = "/pods/u1",
          .temporary = "/tmp/u1",
          .claims_folder = "/claims",
          .kubeconfig = "/pods/u1/kubeconfig",
          .gpus = {2, 3},
          .account = {"t0ken", "CA"}};
}

PodFacts facts() {
  return {.pod_ip = "127.9.0.1",
          .host_ip = "127.0.0.1",
          .node_name = "laptop",
          .allocatable = json::parse(R"({"cpu": "4", "memory": "8Gi"})")->as_object()};
}

Result<PodPlan> plan(const kube::Object& of, const MachineFacts& on = machine()) {
  return plan_pod(of, facts(), sources(), on, grant());
}

struct VariableCase {
  const char* name;
  const char* entry;  // of env
  const char* value;
};
class VariableTest : public testing::TestWithParam<VariableCase> {};

TEST_P(VariableTest, HasThisValue) {
  const auto done = plan(pod(fmt::format(
      R"("env": [{{"name": "FIRST", "value": "1"}}, {}], "resources": {{"limits": {{"cpu": "1500m"}}, "requests": {{"memory": "1500Mi"}}}})",
      GetParam().entry)));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->containers[0].environment.get_or("X", "(unset)"), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    All, VariableTest,
    testing::Values(
        VariableCase{"plain", R"({"name": "X", "value": "a"})", "a"},
        VariableCase{"expanded", R"j({"name": "X", "value": "$(FIRST)-$(POD_IP)-$(NOPE)"})j",
                     "1-127.9.0.1-$(NOPE)"},
        VariableCase{"pod_name",
                     R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}})", "web-0"},
        VariableCase{"pod_uid", R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}})",
                     "u1"},
        VariableCase{"label",
                     R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}})",
                     "web"},
        VariableCase{"no_such_label",
                     R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['b']"}}})",
                     "(unset)"},
        VariableCase{"node", R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}})",
                     "laptop"},
        VariableCase{"account",
                     R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "spec.serviceAccountName"}}})",
                     "default"},
        VariableCase{"address", R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}})",
                     "127.9.0.1"},
        VariableCase{"cpu_rounds_up",
                     R"({"name": "X", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}})", "2"},
        VariableCase{
            "cpu_in_millis",
            R"({"name": "X", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}})",
            "1500"},
        VariableCase{
            "memory_in_gibibytes",
            R"({"name": "X", "valueFrom": {"resourceFieldRef": {"resource": "requests.memory", "divisor": "1Gi"}}})",
            "2"},
        VariableCase{
            "limit_of_the_node",
            R"({"name": "X", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}})",
            "8192"},
        VariableCase{
            "config_map",
            R"({"name": "X", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "color"}}})",
            "blue"},
        VariableCase{"secret",
                     R"({"name": "X", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}})",
                     "sesame"},
        VariableCase{
            "optional_key",
            R"({"name": "X", "valueFrom": {"secretKeyRef": {"name": "login", "key": "k", "optional": true}}})",
            "(unset)"},
        VariableCase{
            "optional_object",
            R"({"name": "X", "valueFrom": {"secretKeyRef": {"name": "n", "key": "k", "optional": true}}})",
            "(unset)"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PlanPod, TakesWholeObjectsAndLetsEnvWin) {
  const auto done = plan(pod(
      R"("envFrom": [{"prefix": "S_", "configMapRef": {"name": "settings"}}, {"secretRef": {"name": "login"}},
                                             {"secretRef": {"name": "none", "optional": true}}],
                                "env": [{"name": "password", "value": "own"}])"));
  ASSERT_TRUE(done) << done.error().message;
  const Environment& environment = done->containers[0].environment;
  EXPECT_EQ(environment.get("S_color"), "blue");
  EXPECT_EQ(environment.get("S_size"), "7");
  EXPECT_EQ(environment.get("password"), "own");
}

TEST(PlanPod, GivesOurRolesTheirPlace) {
  const auto done = plan(pod(R"("env": [{"name": "DYN_HTTP_HOST", "value": "127.0.0.9"}],
                                "resources": {"limits": {"nvidia.com/gpu": "2"}})"));
  ASSERT_TRUE(done) << done.error().message;
  const Environment& environment = done->containers[0].environment;
  EXPECT_EQ(environment.get("DYN_HTTP_HOST"), "127.0.0.9") << "what the pod says wins";
  EXPECT_EQ(environment.get("DYN_SYSTEM_HOST"), "127.9.0.1");
  EXPECT_EQ(environment.get("POD_NAMESPACE"), "ns");
  EXPECT_EQ(environment.get("KUBECONFIG"), "/pods/u1/kubeconfig");
  EXPECT_EQ(environment.get("CUDA_VISIBLE_DEVICES"), "2,3");
  EXPECT_EQ(environment.get("PATH"), "/state/shims:/usr/bin");
  EXPECT_EQ(environment.get("HOSTNAME"), "web-0");
}

TEST(PlanPod, EachContainerSeesItsOwnGpus) {
  const auto done =
      plan(pod(R"("resources": {"limits": {"nvidia.com/gpu": 1}}}, {"name": "side", "command": ["x"],
                                "resources": {"limits": {"nvidia.com/gpu": 1}}}, {"name": "none", "command": ["x"])"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->containers[0].environment.get("CUDA_VISIBLE_DEVICES"), "2");
  EXPECT_EQ(done->containers[1].environment.get("CUDA_VISIBLE_DEVICES"), "3");
  EXPECT_EQ(done->containers[2].environment.get_or("CUDA_VISIBLE_DEVICES", "(none)"), "(none)");
  EXPECT_EQ(done->containers[2].environment.get("NVIDIA_VISIBLE_DEVICES"), "void");
}

TEST(GpusOfPod, AddsContainersAndTakesTheLargestInitContainer) {
  const kube::Object both =
      pod(R"("resources": {"limits": {"nvidia.com/gpu": 1}})",
          R"("initContainers": [{"name": "a", "resources": {"limits": {"nvidia.com/gpu": "4"}}}])");
  EXPECT_EQ(gpus_of_pod(both), 4);
  EXPECT_EQ(gpus_of_pod(pod(R"("resources": {"requests": {"nvidia.com/gpu": "2"}})")), 2);
  EXPECT_EQ(gpus_of_pod(pod("")), 0);
}

TEST(PlanPod, ExpandsCommandAndArguments) {
  const auto done = plan(pod(R"j("args": ["--host=$(POD_IP)", "$$(POD_IP)", "$(NOPE)"])j"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->containers[0].argv, ElementsAre("run", "--host=127.9.0.1", "$(POD_IP)", "$(NOPE)"));
}

TEST(PlanPod, KeepsInitContainersInOrder) {
  const auto done = plan(
      pod("", R"("initContainers": [{"name": "a", "command": ["x"]}, {"name": "b", "command": ["y"]}])"));
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(done->init_containers.size(), 2u);
  EXPECT_EQ(done->init_containers[0].name, "a");
  EXPECT_EQ(done->init_containers[1].name, "b");
}

struct RefusedPod {
  const char* name;
  const char* container;
  const char* spec_fields;
  Errc code;
  const char* message;
};
class PlanRefuses : public testing::TestWithParam<RefusedPod> {};

TEST_P(PlanRefuses, WithThisMessage) {
  const auto done = plan(pod(GetParam().container, GetParam().spec_fields));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_THAT(done.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, PlanRefuses,
    testing::Values(
        RefusedPod{"no_command", R"("command": [])", "", Errc::unsupported,
                   "container main: it has no command"},
        RefusedPod{"secret_missing",
                   R"("env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "n", "key": "k"}}}])", "",
                   Errc::not_found, "container main: variable X: Secret n does not exist"},
        RefusedPod{
            "key_missing",
            R"("env": [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "k"}}}])",
            "", Errc::not_found, "key k is not in ConfigMap settings"},
        RefusedPod{"field_unknown",
                   R"("env": [{"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "spec.color"}}}])", "",
                   Errc::unsupported, "the field spec.color of a pod is not available"},
        RefusedPod{"env_from_missing", R"("envFrom": [{"configMapRef": {"name": "n"}}])", "", Errc::not_found,
                   "ConfigMap n does not exist"},
        RefusedPod{"volume_kind", "", R"("volumes": [{"name": "v", "nfs": {"server": "s"}}])",
                   Errc::unsupported, "volume v: nfs volumes are not available on one machine"},
        RefusedPod{"volume_secret_missing", "",
                   R"("volumes": [{"name": "v", "secret": {"secretName": "n"}}])", Errc::not_found,
                   "volume v: Secret n does not exist"},
        RefusedPod{
            "volume_climbs", "",
            R"("volumes": [{"name": "v", "configMap": {"name": "settings", "items": [{"key": "color", "path": "../x"}]}}])",
            Errc::invalid, "must stay inside the volume"},
        RefusedPod{"mount_without_volume", R"("volumeMounts": [{"name": "v", "mountPath": "/data"}])", "",
                   Errc::invalid, "names the volume v, which is not in spec.volumes"},
        RefusedPod{"foreign_command_with_a_mount", R"("volumeMounts": [{"name": "v", "mountPath": "/data"}])",
                   R"("volumes": [{"name": "v", "emptyDir": {}}])", Errc::unsupported,
                   "the volume v cannot be mounted at /data on this machine"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PlanPod, MountsWhereTheKernelAllowsIt) {
  MachineFacts on = machine();
  on.private_mounts = true;
  const auto done =
      plan(pod(R"("volumeMounts": [{"name": "v", "mountPath": "/data/", "subPath": "a", "readOnly": true},
                                                  {"name": "shm", "mountPath": "/dev/shm"}])",
               R"("volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "models"}},
                                            {"name": "shm", "emptyDir": {"medium": "Memory"}}])"),
           on);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(
      done->containers[0].mounts,
      ElementsAre(process::BindMount{.source = "/claims/ns/models/a", .target = "/data", .read_only = true}));
}

TEST(PlanPod, MapsPathsForOurOwnRolesOtherwise) {
  const auto done = plan(pod(
      R"("command": ["python3", "-m", "dynamo.mocker", "--model-path", "/models/tiny", "--x=/models", "/models2"],
                                "volumeMounts": [{"name": "v", "mountPath": "/models"}],
                                "env": [{"name": "CACHE", "value": "/models/cache"}])",
      R"("volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "models"}}])"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->containers[0].argv,
              ElementsAre("python3", "-m", "dynamo.mocker", "--model-path", "/claims/ns/models/tiny",
                          "--x=/claims/ns/models", "/models2"));
  EXPECT_EQ(done->containers[0].environment.get("CACHE"), "/claims/ns/models/cache");
  EXPECT_THAT(done->notes, testing::Contains(testing::Field(&PlanNote::reason, "MountMapped")));
}

TEST(PlanPod, FilesOfAVolume) {
  const auto done = plan(pod("", R"("volumes": [{"name": "v", "projected": {"sources": [
      {"serviceAccountToken": {"path": "token"}}, {"configMap": {"name": "kube-root-ca.crt"}},
      {"configMap": {"name": "settings", "items": [{"key": "size", "path": "a/size", "mode": 256}]}},
      {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
      {"secret": {"name": "login"}}]}}])"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->volumes[0].files,
              ElementsAre(VolumeFile{"token", "t0ken", 0600}, VolumeFile{"ca.crt", "CA", 0644},
                          VolumeFile{"a/size", "7", 0400}, VolumeFile{"labels", "app=\"web\"", 0644},
                          VolumeFile{"password", "sesame", 0644}));
}

TEST(PlanPod, SaysWhatItIgnores) {
  const auto done = plan(
      pod(R"("image": "nvcr.io/x:1", "workingDir": "/workspace")", R"("securityContext": {"fsGroup": 1})"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->containers[0].working_directory, "/pods/u1");
  EXPECT_THAT(
      done->notes,
      ElementsAre(testing::Field(&PlanNote::message, HasSubstr("fsGroup has no effect")),
                  testing::Field(&PlanNote::message, HasSubstr("workingDir /workspace does not exist")),
                  testing::Field(&PlanNote::message, HasSubstr("the image nvcr.io/x:1 is not pulled"))));
}

TEST(PlanPod, SaysWhichChoicesOfANodeAreNotHeeded) {
  const auto done = plan(pod("", R"("nodeSelector": {"gpu": "h100"}, "affinity": {"nodeAffinity": {}},
                                    "tolerations": [{"operator": "Exists"}], "runtimeClassName": "nvidia")"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(
      done->notes,
      ElementsAre(PlanNote{false, "Ignored",
                           "nodeSelector, affinity, runtimeClassName: no effect on one machine, where every "
                           "pod runs on this node and as a plain process"}));
}

TEST(PlanPod, SaysWhichUsersAreNotHeeded) {
  const auto done =
      plan(pod(R"("securityContext": {"runAsUser": 0})", R"("securityContext": {"runAsNonRoot": true})"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->notes,
              ElementsAre(PlanNote{
                  false, "Ignored",
                  "runAsUser, runAsGroup and the like have no effect on one machine: processes belong "
                  "to the user who runs the platform"}));
}

TEST(PlanPod, SaysThatHooksAreNotRun) {
  const auto done = plan(pod(R"("lifecycle": {"preStop": {"exec": {"command": ["x"]}}})"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->notes,
              ElementsAre(PlanNote{false, "Ignored",
                                   "lifecycle hooks of the container main are not run on one machine"}));
}

TEST(PlanPod, AWorkingDirectoryThatExistsIsUsed) {
  EXPECT_EQ(plan(pod(R"("workingDir": "/usr")"))->containers[0].working_directory, "/usr");
}

constexpr const char* kVllm =
    R"("command": ["/bin/sh", "-c"], "args": ["cd /x; exec python3 -m dynamo.vllm --model m"])";

TEST(PlanPod, TheMockStandsInForAnEngineThatIsNotInstalled) {
  const auto done = plan(pod(kVllm));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->engine, "mock");
  EXPECT_EQ(done->containers[0].environment.get(kEngineVariable), "mock");
  EXPECT_THAT(done->notes,
              ElementsAre(PlanNote{false, "EngineSubstituted", "the mock engine stands in for vllm"}));
}

TEST(PlanPod, TheRealEngineOrNothingWhenAskedSo) {
  MachineFacts on = machine();
  on.engine_mode = EngineMode::real;
  EXPECT_EQ(plan(pod(kVllm), on).error().code, Errc::unsupported);
  on.installed_engines = {"vllm"};
  EXPECT_EQ(plan(pod(kVllm), on)->engine, "vllm");
}

TEST(References, NamesEachObjectOnce) {
  const References found = references_of(pod(
      R"("envFrom": [{"configMapRef": {"name": "a"}}, {"secretRef": {"name": "s"}}],
             "env": [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "k"}}}])",
      R"("volumes": [{"name": "v", "secret": {"secretName": "t"}}, {"name": "w", "configMap": {"name": "b"}},
                         {"name": "p", "projected": {"sources": [{"secret": {"name": "s"}}]}}])"));
  EXPECT_THAT(found.config_maps, ElementsAre("a", "b"));
  EXPECT_THAT(found.secrets, ElementsAre("s", "t"));
}

}  // namespace
}  // namespace dynamo::node
