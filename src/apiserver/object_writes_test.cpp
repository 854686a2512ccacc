#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class ObjectWrites : public ServerTest {};

TEST_F(ObjectWrites, CreatesReadsReplacesDeletes) {
  const Reply made = post(kConfigMaps, config_map("a"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.at({"metadata", "uid"}).size(), 36u);
  EXPECT_FALSE(made.at({"metadata", "creationTimestamp"}).empty());
  EXPECT_EQ(made.at({"metadata", "namespace"}), "default");

  Reply read = get(kConfigMaps + "/a");
  EXPECT_EQ(read.body, made.body);
  read.body.at("data").as_object()["a"] = "2";
  const Reply replaced = call("PUT", kConfigMaps + "/a", json::dump(read.body));
  ASSERT_EQ(replaced.code, 200) << replaced.text;
  EXPECT_EQ(replaced.at({"data", "a"}), "2");
  EXPECT_EQ(replaced.at({"metadata", "uid"}), made.at({"metadata", "uid"}));

  const Reply gone = call("DELETE", kConfigMaps + "/a");
  EXPECT_EQ(gone.code, 200);
  EXPECT_EQ(gone.at({"status"}), "Success");
  EXPECT_EQ(get(kConfigMaps + "/a").code, 404);
}

TEST_F(ObjectWrites, WarnsOfUnknownFields) {
  const Reply made = post(kConfigMaps, config_map("a", R"("foo":{"bar":1})"));
  ASSERT_EQ(made.code, 201);
  EXPECT_EQ(made.headers.get("Warning"), R"(299 - "unknown field \"foo\"")");
  EXPECT_FALSE(made.body.as_object().contains("foo"));
  EXPECT_FALSE(
      post(kConfigMaps + "?fieldValidation=Ignore", config_map("b", R"("foo":1)")).headers.has("Warning"));
}

TEST_F(ObjectWrites, FillsInDefaults) {
  const Reply made = post(kDeployments, deployment("d"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(json::dump(made.body.at("spec").at("strategy")),
            R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}})");
  const auto& container = made.body.at("spec").at("template").at("spec").at("containers").at(0);
  EXPECT_EQ(json::string_at(container, {"imagePullPolicy"}), "IfNotPresent");
  EXPECT_EQ(json::string_at(container.at("ports").at(0), {"protocol"}), "TCP");
  EXPECT_EQ(json::int_at(made.body, {"metadata", "generation"}), 1);
}

TEST_F(ObjectWrites, NullsOfTypedFieldsMeanNothing) {
  const Reply made = post("/api/v1/namespaces", R"({"kind":"Namespace","apiVersion":"v1",
    "metadata":{"name":"n","creationTimestamp":null,"labels":null},"spec":{},"status":{}})");
  EXPECT_EQ(made.code, 201) << made.text;
  EXPECT_NE(made.at({"metadata", "creationTimestamp"}), "");
  const Reply ours = post("/apis/nvidia.com/v1alpha1/namespaces/default/dynamographdeployments",
                          R"({"metadata":{"name":"g","creationTimestamp":null},
                              "spec":{"services":{"F":{"componentType":"frontend","replicas":null}}}})");
  EXPECT_EQ(ours.code, 201) << ours.text;
}

TEST_F(ObjectWrites, GenerationCountsChangesOfTheSpecOnly) {
  post(kDeployments, deployment("d"));
  EXPECT_EQ(json::int_at(merge(kDeployments + "/d", R"({"metadata":{"labels":{"x":"y"}}})").body,
                         {"metadata", "generation"}),
            1);
  EXPECT_EQ(
      json::int_at(merge(kDeployments + "/d", R"({"spec":{"replicas":3}})").body, {"metadata", "generation"}),
      2);
  const Reply status =
      merge(kDeployments + "/d/status", R"({"status":{"replicas":3},"spec":{"replicas":9}})");
  EXPECT_EQ(json::int_at(status.body, {"metadata", "generation"}), 2);
  EXPECT_EQ(json::int_at(status.body, {"spec", "replicas"}), 3) << "the status door does not change the spec";
  EXPECT_EQ(json::int_at(status.body, {"status", "replicas"}), 3);
  const Reply spec = merge(kDeployments + "/d", R"({"status":{"replicas":7}})");
  EXPECT_EQ(json::int_at(spec.body, {"status", "replicas"}), 3) << "the main door does not change the status";
}

TEST_F(ObjectWrites, AWriteThatChangesNothingIsNone) {
  const Reply made = post(kConfigMaps, config_map("a"));
  const Reply same = merge(kConfigMaps + "/a", R"({"data":{"a":"1"}})");
  EXPECT_EQ(same.at({"metadata", "resourceVersion"}), made.at({"metadata", "resourceVersion"}));
}

TEST_F(ObjectWrites, DryRunChangesNothing) {
  EXPECT_EQ(post(kConfigMaps + "?dryRun=All", config_map("a")).code, 201);
  EXPECT_EQ(get(kConfigMaps + "/a").code, 404);
  EXPECT_EQ(post(kConfigMaps + "?dryRun=Some", config_map("a")).code, 400);
  ASSERT_EQ(post(kConfigMaps, config_map("b")).code, 201);
  EXPECT_EQ(call("DELETE", kConfigMaps + "/b?dryRun=All").code, 200);
  EXPECT_EQ(call("DELETE", kConfigMaps + "/b", R"({"dryRun":["All"]})").code, 200);
  EXPECT_EQ(call("DELETE", kConfigMaps, R"({"dryRun":["All"]})").code, 200);
  EXPECT_EQ(get(kConfigMaps + "/b").code, 200);
  EXPECT_EQ(call("DELETE", kConfigMaps + "/b", R"({"dryRun":["Some"]})").code, 400);
}

TEST_F(ObjectWrites, ReadsProtobufOfBuiltInKinds) {
  const std::string_view kType = "application/vnd.kubernetes.protobuf";
  // kind and name; the codec's own test has the rest
  const std::string body =
      std::string("k8s\0\x0a\x0f\x0a\x02v1\x12\x09", 12) + "ConfigMap" + "\x12\x05\x0a\x03\x0a\x01x";
  const Reply made = call("POST", kConfigMaps, body, std::string(kType));
  EXPECT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(get(kConfigMaps + "/x").code, 200);
  EXPECT_EQ(call("POST", kConfigMaps, "k8s", std::string(kType)).code, 400);
}

TEST_F(ObjectWrites, GeneratesNames) {
  const std::string body = R"({"metadata":{"generateName":"x-"}})";
  const Reply a = post(kConfigMaps, body);
  const Reply b = post(kConfigMaps, body);
  EXPECT_TRUE(a.at({"metadata", "name"}).starts_with("x-"));
  EXPECT_EQ(a.at({"metadata", "name"}).size(), 7u);
  EXPECT_NE(a.at({"metadata", "name"}), b.at({"metadata", "name"}));
}

TEST_F(ObjectWrites, ServerSideApply) {
  const std::string path = kDeployments + "/d?fieldManager=alice";
  const Reply made = apply(path, deployment("d"));
  ASSERT_EQ(made.code, 201) << made.text;
  const Reply same = apply(path, deployment("d"));
  ASSERT_EQ(same.code, 200) << same.text;
  EXPECT_EQ(same.at({"metadata", "resourceVersion"}), made.at({"metadata", "resourceVersion"}))
      << "no change, no write";
  merge(kDeployments + "/d?fieldManager=bob", R"({"spec":{"replicas":7}})");
  const Reply conflict = apply(path, deployment("d", 3));
  EXPECT_EQ(conflict.code, 409);
  EXPECT_EQ(conflict.message(),
            R"(Apply failed with 1 conflict: conflict with "bob" using apps/v1: .spec.replicas)");
  EXPECT_EQ(json::string_at(conflict.body.at("details").at("causes").at(0), {"reason"}),
            "FieldManagerConflict");
  EXPECT_EQ(json::int_at(apply(path + "&force=true", deployment("d", 3)).body, {"spec", "replicas"}), 3);
}

TEST_F(ObjectWrites, AppliesYaml) {
  const Reply made = apply(kConfigMaps + "/y?fieldManager=a",
                           "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  k: v\n");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.at({"data", "k"}), "v");
}

TEST_F(ObjectWrites, JsonAndStrategicPatches) {
  post(kDeployments, deployment("d"));
  const Reply strategic = call("PATCH", kDeployments + "/d",
                               R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"j"}]}}}})",
                               "application/strategic-merge-patch+json");
  ASSERT_EQ(strategic.code, 200) << strategic.text;
  const auto& container = strategic.body.at("spec").at("template").at("spec").at("containers").at(0);
  EXPECT_EQ(json::string_at(container, {"image"}), "j");
  EXPECT_TRUE(container.as_object().contains("ports")) << "merged by name, not replaced";
  const Reply patched =
      call("PATCH", kDeployments + "/d", R"([{"op":"replace","path":"/spec/replicas","value":9}])",
           "application/json-patch+json");
  EXPECT_EQ(json::int_at(patched.body, {"spec", "replicas"}), 9);
}

TEST_F(ObjectWrites, ScaleSubresource) {
  post(kDeployments, deployment("d"));
  const Reply scale = get(kDeployments + "/d/scale");
  EXPECT_EQ(scale.at({"kind"}), "Scale");
  EXPECT_EQ(json::int_at(scale.body, {"spec", "replicas"}), 2);
  EXPECT_EQ(scale.at({"status", "selector"}), "a=b");
  const Reply scaled = merge(kDeployments + "/d/scale", R"({"spec":{"replicas":5}})");
  EXPECT_EQ(scaled.at({"kind"}), "Scale");
  EXPECT_EQ(json::int_at(get(kDeployments + "/d").body, {"spec", "replicas"}), 5);
  EXPECT_EQ(merge(kDeployments + "/d/scale", R"({"spec":{"replicas":-1}})").code, 422);
  const Reply strategic = call("PATCH", kDeployments + "/d/scale", R"({"spec":{"replicas":6}})",
                               "application/strategic-merge-patch+json");
  EXPECT_EQ(json::int_at(strategic.body, {"spec", "replicas"}), 6) << strategic.text;
}

TEST_F(ObjectWrites, BindsPods) {
  post(kPods, pod("p"));
  EXPECT_EQ(post(kPods + "/p/binding", R"({"target":{"kind":"Node","name":"n1"}})").code, 201);
  EXPECT_EQ(get(kPods + "/p").at({"spec", "nodeName"}), "n1");
  EXPECT_EQ(post(kPods + "/p/binding", R"({"target":{"name":"n2"}})").code, 403);
  EXPECT_EQ(get(kPods + "?fieldSelector=spec.nodeName%3Dn1").body.at("items").as_array().size(), 1u);
}

}  // namespace
}  // namespace dynamo::apiserver
