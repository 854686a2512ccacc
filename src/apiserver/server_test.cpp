#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"

namespace dynamo::apiserver {
namespace {

std::string config_map(std::string_view name, std::string_view rest = R"("data":{"a":"1"})") {
  return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},{}}})", name, rest);
}
std::string pod(std::string_view name, std::string_view spec = "") {
  return fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}"}},"spec":{{"containers":[{{"name":"c","image":"i"}}]{}}}}})",
      name, spec);
}
std::string deployment(std::string_view name, int replicas = 2) {
  return fmt::format(
      R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"{}"}},"spec":{{"replicas":{},)"
      R"("selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},)"
      R"("spec":{{"containers":[{{"name":"c","image":"i:1","ports":[{{"containerPort":80}}]}}]}}}}}}}})",
      name, replicas);
}

const std::string kConfigMaps = "/api/v1/namespaces/default/configmaps";
const std::string kPods = "/api/v1/namespaces/default/pods";
const std::string kDeployments = "/apis/apps/v1/namespaces/default/deployments";
const std::string kGraphs = "/apis/nvidia.com/v1alpha1/namespaces/default/dynamographdeployments";

TEST_F(ServerTest, TellsItsHealthToEverybody) {
  token_.clear();
  for (const auto path : {"/healthz", "/livez", "/readyz"}) EXPECT_EQ(get(path).text, "ok") << path;
  EXPECT_EQ(get("/version").code, 200);
}

TEST_F(ServerTest, KnowsNobodyWithoutAToken) {
  token_.clear();
  const Reply refused = get(kConfigMaps);
  EXPECT_EQ(refused.code, 401);
  EXPECT_EQ(
      json::dump(refused.body),
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401})");
  token_ = "wrong";
  EXPECT_EQ(get("/apis").code, 401);
}

TEST_F(ServerTest, CreatesReadsReplacesDeletes) {
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

struct RefusalCase {
  std::string_view name, method, target, body, type;
  int code;
  std::string_view reason, message;
};
class RefusalTest : public ServerTest, public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(RefusalTest, HasTheTextOfARealServer) {
  ASSERT_EQ(post(kConfigMaps, config_map("there")).code, 201);
  ASSERT_EQ(post(kDeployments, deployment("there")).code, 201);
  const auto& c = GetParam();
  const Reply reply =
      call(std::string(c.method), std::string(c.target), std::string(c.body), std::string(c.type));
  EXPECT_EQ(reply.code, c.code) << reply.text;
  EXPECT_EQ(reply.at({"kind"}), "Status");
  EXPECT_EQ(reply.at({"reason"}), c.reason);
  EXPECT_EQ(reply.message(), c.message);
  EXPECT_EQ(json::int_at(reply.body, {"code"}), c.code);
}

constexpr std::string_view kJson = "application/json";
INSTANTIATE_TEST_SUITE_P(
    Server, RefusalTest,
    ::testing::Values(
        RefusalCase{"missing", "GET", "/api/v1/namespaces/default/configmaps/none", "", "", 404, "NotFound",
                    "configmaps \"none\" not found"},
        RefusalCase{"missing_of_group", "GET", "/apis/apps/v1/namespaces/default/deployments/none", "", "",
                    404, "NotFound", "deployments.apps \"none\" not found"},
        RefusalCase{"no_such_kind", "GET", "/apis/apps/v1/namespaces/default/toasters", "", "", 404,
                    "NotFound", "the server could not find the requested resource"},
        RefusalCase{"exists", "POST", "/api/v1/namespaces/default/configmaps",
                    R"({"metadata":{"name":"there"}})", kJson, 409, "AlreadyExists",
                    "configmaps \"there\" already exists"},
        RefusalCase{"stale", "PUT", "/api/v1/namespaces/default/configmaps/there",
                    R"({"metadata":{"name":"there","resourceVersion":"1"}})", kJson, 409, "Conflict",
                    "Operation cannot be fulfilled on configmaps \"there\": the object has been modified; "
                    "please apply your changes to the latest version and try again"},
        RefusalCase{"other_name", "PUT", "/api/v1/namespaces/default/configmaps/there",
                    R"({"metadata":{"name":"x"}})", kJson, 400, "BadRequest",
                    "the name of the object (x) does not match the name on the URL (there)"},
        RefusalCase{"other_namespace", "POST", "/api/v1/namespaces/default/configmaps",
                    R"({"metadata":{"name":"x","namespace":"y"}})", kJson, 400, "BadRequest",
                    "the namespace of the provided object does not match the namespace sent on the request"},
        RefusalCase{"other_kind", "POST", "/api/v1/namespaces/default/configmaps",
                    R"({"kind":"Secret","metadata":{"name":"x"}})", kJson, 400, "BadRequest",
                    "Secret in version \"v1\" cannot be handled as a ConfigMap"},
        RefusalCase{"no_namespace", "POST", "/api/v1/namespaces/none/configmaps",
                    R"({"metadata":{"name":"x"}})", kJson, 404, "NotFound", "namespaces \"none\" not found"},
        RefusalCase{
            "nameless", "POST", "/api/v1/namespaces/default/configmaps", R"({})", kJson, 422, "Invalid",
            "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"},
        RefusalCase{
            "bad_json", "POST", "/api/v1/namespaces/default/configmaps", "{", kJson, 400, "BadRequest",
            "the object provided is unrecognized: not valid JSON at line 1, column 2: incomplete JSON"},
        RefusalCase{"bad_type", "POST", "/api/v1/namespaces/default/configmaps", "x", "text/plain", 415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: "
                    "application/json"},
        RefusalCase{"strategic_of_custom", "PATCH", "/api/v1/namespaces/default/configmaps/there", "{}",
                    "application/zip", 415, "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: "
                    "application/json-patch+json, application/merge-patch+json, "
                    "application/strategic-merge-patch+json, application/apply-patch+yaml"},
        RefusalCase{
            "immutable", "PATCH", "/apis/apps/v1/namespaces/default/deployments/there",
            R"({"spec":{"selector":{"matchLabels":{"a":"c"}},"template":{"metadata":{"labels":{"a":"c"}}}}})",
            "application/merge-patch+json", 422, "Invalid",
            R"(Deployment.apps "there" is invalid: spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable)"},
        RefusalCase{"selector", "GET", "/api/v1/namespaces/default/configmaps?fieldSelector=data.x%3D1", "",
                    "", 400, "BadRequest", "field label not supported: data.x"},
        RefusalCase{"unknown_strict", "POST", "/api/v1/namespaces/default/configmaps?fieldValidation=Strict",
                    R"({"metadata":{"name":"x"},"foo":1})", kJson, 400, "BadRequest",
                    "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: "
                    "unknown field \"foo\""},
        RefusalCase{"method", "POST", "/api/v1/namespaces/default/configmaps/there", "{}", kJson, 405,
                    "MethodNotAllowed", "the server does not allow this method on the requested resource"},
        RefusalCase{"apply_without_manager", "PATCH", "/api/v1/namespaces/default/configmaps/x", "{}",
                    "application/apply-patch+yaml", 422, "Invalid",
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
                    "apply patch"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(ServerTest, ABodyTooLargeIsRefused) {
  const Reply reply =
      post(kConfigMaps, config_map("big", fmt::format(R"("data":{{"a":"{}"}})", std::string(4u << 20, 'x'))));
  EXPECT_EQ(reply.code, 413);
  EXPECT_EQ(reply.at({"kind"}), "Status");
}

TEST_F(ServerTest, WarnsOfUnknownFields) {
  const Reply made = post(kConfigMaps, config_map("a", R"("foo":{"bar":1})"));
  ASSERT_EQ(made.code, 201);
  EXPECT_EQ(made.headers.get("Warning"), R"(299 - "unknown field \"foo\"")");
  EXPECT_FALSE(made.body.as_object().contains("foo"));
  EXPECT_FALSE(
      post(kConfigMaps + "?fieldValidation=Ignore", config_map("b", R"("foo":1)")).headers.has("Warning"));
}

TEST_F(ServerTest, FillsInDefaults) {
  const Reply made = post(kDeployments, deployment("d"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(json::dump(made.body.at("spec").at("strategy")),
            R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}})");
  const auto& container = made.body.at("spec").at("template").at("spec").at("containers").at(0);
  EXPECT_EQ(json::string_at(container, {"imagePullPolicy"}), "IfNotPresent");
  EXPECT_EQ(json::string_at(container.at("ports").at(0), {"protocol"}), "TCP");
  EXPECT_EQ(json::int_at(made.body, {"metadata", "generation"}), 1);
}

TEST_F(ServerTest, NullsOfTypedFieldsMeanNothing) {
  const Reply made = post("/api/v1/namespaces", R"({"kind":"Namespace","apiVersion":"v1",
    "metadata":{"name":"n","creationTimestamp":null,"labels":null},"spec":{},"status":{}})");
  EXPECT_EQ(made.code, 201) << made.text;
  EXPECT_NE(made.at({"metadata", "creationTimestamp"}), "");
  const Reply ours = post("/apis/nvidia.com/v1alpha1/namespaces/default/dynamographdeployments",
                          R"({"metadata":{"name":"g","creationTimestamp":null},
                              "spec":{"services":{"F":{"componentType":"frontend","replicas":null}}}})");
  EXPECT_EQ(ours.code, 201) << ours.text;
}

TEST_F(ServerTest, GenerationCountsChangesOfTheSpecOnly) {
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

TEST_F(ServerTest, AWriteThatChangesNothingIsNone) {
  const Reply made = post(kConfigMaps, config_map("a"));
  const Reply same = merge(kConfigMaps + "/a", R"({"data":{"a":"1"}})");
  EXPECT_EQ(same.at({"metadata", "resourceVersion"}), made.at({"metadata", "resourceVersion"}));
}

TEST_F(ServerTest, DryRunChangesNothing) {
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

TEST_F(ServerTest, ReadsProtobufOfBuiltInKinds) {
  const std::string_view kType = "application/vnd.kubernetes.protobuf";
  // kind and name; the codec's own test has the rest
  const std::string body =
      std::string("k8s\0\x0a\x0f\x0a\x02v1\x12\x09", 12) + "ConfigMap" + "\x12\x05\x0a\x03\x0a\x01x";
  const Reply made = call("POST", kConfigMaps, body, std::string(kType));
  EXPECT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(get(kConfigMaps + "/x").code, 200);
  EXPECT_EQ(call("POST", kConfigMaps, "k8s", std::string(kType)).code, 400);
}

TEST_F(ServerTest, GeneratesNames) {
  const std::string body = R"({"metadata":{"generateName":"x-"}})";
  const Reply a = post(kConfigMaps, body);
  const Reply b = post(kConfigMaps, body);
  EXPECT_TRUE(a.at({"metadata", "name"}).starts_with("x-"));
  EXPECT_EQ(a.at({"metadata", "name"}).size(), 7u);
  EXPECT_NE(a.at({"metadata", "name"}), b.at({"metadata", "name"}));
}

TEST_F(ServerTest, ServerSideApply) {
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

TEST_F(ServerTest, AppliesYaml) {
  const Reply made = apply(kConfigMaps + "/y?fieldManager=a",
                           "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  k: v\n");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.at({"data", "k"}), "v");
}

TEST_F(ServerTest, JsonAndStrategicPatches) {
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

TEST_F(ServerTest, ScaleSubresource) {
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

TEST_F(ServerTest, Lists) {
  for (const auto name : {"a", "b", "c", "d", "e"}) {
    post(kConfigMaps, fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"n":"{}"}}}}}})", name, name));
  }
  EXPECT_EQ(get(kConfigMaps).body.at("items").as_array().size(), 5u);
  EXPECT_EQ(get(kConfigMaps + "?labelSelector=n%20in%20(a,b)").body.at("items").as_array().size(), 2u);
  EXPECT_EQ(get(kConfigMaps + "?labelSelector=n%21%3Da").body.at("items").as_array().size(), 4u);
  EXPECT_EQ(get(kConfigMaps + "?fieldSelector=metadata.name%3Dc").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(get("/api/v1/configmaps").body.at("items").as_array().size(), 5u);

  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const Reply page =
        get(kConfigMaps + "?limit=2" + (token.empty() ? "" : "&continue=" + net::percent_encode(token)));
    for (const auto& item : page.body.at("items").as_array())
      names.emplace_back(json::string_at(item, {"metadata", "name"}));
    token = page.at({"metadata", "continue"});
    ++pages;
  } while (!token.empty() && pages < 9);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST_F(ServerTest, WatchTellsOfEachChange) {
  const Reply made = post(kConfigMaps, config_map("a"));
  const std::string version(made.at({"metadata", "resourceVersion"}));
  merge(kConfigMaps + "/a", R"({"data":{"a":"2"}})");
  post(kConfigMaps, config_map("b"));
  call("DELETE", kConfigMaps + "/a");
  const auto lines = watch(kConfigMaps + "?watch=true&resourceVersion=" + version, 3);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].starts_with(R"({"type":"MODIFIED")"));
  EXPECT_TRUE(lines[1].starts_with(R"({"type":"ADDED")"));
  EXPECT_TRUE(lines[2].starts_with(R"({"type":"DELETED")"));
}

TEST_F(ServerTest, WatchWithoutVersionBeginsWithWhatIsThere) {
  post(kConfigMaps, config_map("a"));
  const auto lines = watch(kConfigMaps + "?watch=1", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with(R"({"type":"ADDED")"));
}

TEST_F(ServerTest, AnObjectThatLeavesTheSelectionIsDeletedForThatWatch) {
  const Reply made = post(kConfigMaps, R"({"metadata":{"name":"a","labels":{"x":"1"}}})");
  merge(kConfigMaps + "/a", R"({"metadata":{"labels":{"x":"2"}}})");
  merge(kConfigMaps + "/a", R"({"metadata":{"labels":{"x":"1"}}})");
  const auto lines = watch(fmt::format("{}?watch=1&labelSelector=x%3D1&resourceVersion={}", kConfigMaps,
                                       made.at({"metadata", "resourceVersion"})),
                           2);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with(R"({"type":"DELETED")")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with(R"({"type":"ADDED")")) << lines[1];
}

TEST_F(ServerTest, AWatchThatIsTooOldHearsOf410) {
  post(kConfigMaps, config_map("a"));
  for (int i = 0; i < 1030; ++i) merge(kConfigMaps + "/a", fmt::format(R"({{"data":{{"a":"{}"}}}})", i));
  const auto lines = watch(kConfigMaps + "?watch=1&resourceVersion=1", 2);
  ASSERT_EQ(lines.size(), 1u) << "and then it ends";
  const json::value event = json::parse(lines[0]).value();
  EXPECT_EQ(json::string_at(event, {"type"}), "ERROR");
  EXPECT_EQ(json::int_at(event, {"object", "code"}), 410);
  EXPECT_EQ(json::string_at(event, {"object", "reason"}), "Expired");
}

TEST_F(ServerTest, WatchEndsWithABookmarkAtItsTime) {
  post(kConfigMaps, config_map("a"));
  const auto lines = watch(kConfigMaps + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=1", 9);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[1].starts_with(R"({"type":"BOOKMARK")")) << lines[1];
}

TEST_F(ServerTest, TablesForKubectl) {
  post(kPods, pod("p"));
  const Reply table = get(kPods, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
  EXPECT_EQ(table.at({"kind"}), "Table");
  std::string header;
  for (const auto& column : table.body.at("columnDefinitions").as_array())
    header += std::string(json::string_at(column, {"name"})) + " ";
  EXPECT_EQ(header, "Name Ready Status Restarts Age IP Node Nominated Node Readiness Gates ");
  EXPECT_EQ(json::dump(table.body.at("rows").at(0).at("cells")),
            R"(["p","0/1","Pending","0","0s","<none>","<none>","<none>","<none>"])");
  EXPECT_EQ(get(kPods, "application/json;as=Table;v=v1beta1;g=meta.k8s.io").at({"apiVersion"}),
            "meta.k8s.io/v1beta1");
  EXPECT_EQ(get(kPods, "application/vnd.kubernetes.protobuf").code, 406);
}

TEST_F(ServerTest, FinalizersHoldADeletion) {
  post(kConfigMaps, R"({"metadata":{"name":"a","finalizers":["x.example/y"]}})");
  const Reply marked = call("DELETE", kConfigMaps + "/a");
  EXPECT_EQ(marked.code, 200);
  EXPECT_FALSE(marked.at({"metadata", "deletionTimestamp"}).empty());
  EXPECT_EQ(get(kConfigMaps + "/a").code, 200);
  merge(kConfigMaps + "/a", R"({"metadata":{"finalizers":null}})");
  EXPECT_EQ(get(kConfigMaps + "/a").code, 404);
}

TEST_F(ServerTest, PropagationIsRecorded) {
  post(kConfigMaps, config_map("a"));
  const Reply marked = call("DELETE", kConfigMaps + "/a", R"({"propagationPolicy":"Foreground"})");
  EXPECT_EQ(json::dump(marked.body.at("metadata").at("finalizers")), R"(["foregroundDeletion"])");
  EXPECT_EQ(call("DELETE", kConfigMaps + "/a", R"({"propagationPolicy":"Sideways"})").code, 400);
}

TEST_F(ServerTest, PreconditionsHold) {
  post(kConfigMaps, config_map("a"));
  EXPECT_EQ(call("DELETE", kConfigMaps + "/a", R"({"preconditions":{"uid":"other"}})").code, 409);
  EXPECT_EQ(get(kConfigMaps + "/a").code, 200);
}

TEST_F(ServerTest, PodsAreDeletedGracefully) {
  post(kPods, pod("p", R"(,"nodeName":"n","terminationGracePeriodSeconds":7)"));
  const Reply marked = call("DELETE", kPods + "/p");
  EXPECT_EQ(json::int_at(marked.body, {"metadata", "deletionGracePeriodSeconds"}), 7);
  EXPECT_EQ(get(kPods + "/p").code, 200);
  EXPECT_EQ(call("DELETE", kPods + "/p", R"({"gracePeriodSeconds":0})").code, 200);
  EXPECT_EQ(get(kPods + "/p").code, 404);
  post(kPods, pod("q"));
  call("DELETE", kPods + "/q");
  EXPECT_EQ(get(kPods + "/q").code, 404) << "never scheduled: nothing to wait for";
}

TEST_F(ServerTest, BindsPods) {
  post(kPods, pod("p"));
  EXPECT_EQ(post(kPods + "/p/binding", R"({"target":{"kind":"Node","name":"n1"}})").code, 201);
  EXPECT_EQ(get(kPods + "/p").at({"spec", "nodeName"}), "n1");
  EXPECT_EQ(post(kPods + "/p/binding", R"({"target":{"name":"n2"}})").code, 403);
  EXPECT_EQ(get(kPods + "?fieldSelector=spec.nodeName%3Dn1").body.at("items").as_array().size(), 1u);
}

TEST_F(ServerTest, DeletesCollections) {
  for (const auto name : {"a", "b"}) post(kConfigMaps, config_map(name));
  EXPECT_EQ(call("DELETE", kConfigMaps + "?fieldSelector=metadata.name%3Da").code, 200);
  EXPECT_EQ(get(kConfigMaps).body.at("items").as_array().size(), 1u);
}

TEST_F(ServerTest, Logs) {
  post(kPods, pod("p"));
  EXPECT_EQ(get(kPods + "/p/log").text, "one\ntwo\n");
  EXPECT_EQ(get(kPods + "/p/log?limitBytes=5").text, "one\nt");
  EXPECT_EQ(get(kPods + "/p/log?container=zap").message(), "container zap is not valid for pod p");
  EXPECT_EQ(get(kPods + "/none/log").code, 404);
  get(kPods + "/p/log?tailLines=3&previous=true&timestamps=1");
  EXPECT_EQ(logs_.last.tail_lines, 3);
  EXPECT_TRUE(logs_.last.previous && logs_.last.timestamps);
  EXPECT_EQ(logs_.last.container, "c");
}

TEST_F(ServerTest, FollowsLogs) {
  post(kPods, pod("p"));
  loop_.post([this] { logs_.more.set(); });
  EXPECT_EQ(get(kPods + "/p/log?follow=true").text, "one\ntwo\nthree\n");
}

TEST_F(ServerTest, OurKindsAreThere) {
  const Reply made =
      post(kGraphs,
           R"({"apiVersion":"nvidia.com/v1alpha1","kind":"DynamoGraphDeployment","metadata":{"name":"g"},)"
           R"("spec":{"services":{"F":{"componentType":"frontend","replicas":1,"zap":1}}}})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.headers.get("Warning"), R"(299 - "unknown field \"spec.services.F.zap\"")");
  EXPECT_EQ(merge(kGraphs + "/g", R"({"spec":{"services":{"F":{"replicas":"x"}}}})").code, 422);
  EXPECT_EQ(call("PATCH", kGraphs + "/g", "{}", "application/strategic-merge-patch+json").code, 415);
}

constexpr std::string_view kWidget =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
  "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
  "names":{"plural":"widgets","kind":"Widget","shortNames":["wd"]},"versions":[{"name":"v1","served":true,"storage":true,
  "subresources":{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}},
  "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"},
    {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}],
  "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["size"],"properties":{
    "size":{"type":"integer","minimum":1},"color":{"type":"string","default":"red"}}},
    "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}})";
const std::string kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string kWidgets = "/apis/example.com/v1/namespaces/default/widgets";

TEST_F(ServerTest, UsersBringTheirOwnKinds) {
  const Reply defined = post(kDefinitions, std::string(kWidget));
  ASSERT_EQ(defined.code, 201) << defined.text;
  EXPECT_EQ(json::string_at(defined.body.at("status").at("conditions").at(1), {"type"}), "Established");
  const Reply made = post(kWidgets, R"({"metadata":{"name":"w"},"spec":{"size":3}})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.at({"spec", "color"}), "red");
  EXPECT_EQ(post(kWidgets, R"({"metadata":{"name":"x"},"spec":{"size":0}})").code, 422);
  EXPECT_EQ(post(kWidgets, R"({"metadata":{"name":"x"},"spec":{}})").message(),
            "Widget.example.com \"x\" is invalid: spec.size: Required value");
  merge(kWidgets + "/w/status", R"({"status":{"size":2,"conditions":[{"type":"Ready","status":"True"}]}})");
  EXPECT_EQ(json::int_at(get(kWidgets + "/w/scale").body, {"status", "replicas"}), 2);
  const Reply table = get(kWidgets, "application/json;as=Table;v=v1;g=meta.k8s.io");
  EXPECT_EQ(json::dump(table.body.at("rows").at(0).at("cells")), R"(["w",3,"True"])");
  EXPECT_NE(get("/apis/example.com/v1").text.find("\"wd\""), std::string::npos);
  EXPECT_NE(get("/openapi/v3/apis/example.com/v1").text.find("com.example.v1.Widget"), std::string::npos);
}

TEST_F(ServerTest, ADefinitionGoesWithItsObjects) {
  post(kDefinitions, std::string(kWidget));
  post(kWidgets, R"({"metadata":{"name":"w"},"spec":{"size":3}})");
  EXPECT_EQ(call("DELETE", kDefinitions + "/widgets.example.com").code, 200);
  const auto events = watch(kDefinitions + "?watch=1&fieldSelector=metadata.name%3Dwidgets.example.com", 2);
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(events.back().starts_with(R"({"type":"DELETED")")) << events.back();
  EXPECT_EQ(get(kWidgets).code, 404);
}

TEST_F(ServerTest, ANamespaceGoesWithItsObjects) {
  post("/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  post("/api/v1/namespaces/n/configmaps", config_map("a"));
  EXPECT_EQ(call("DELETE", "/api/v1/namespaces/n").at({"status", "phase"}), "Terminating");
  EXPECT_EQ(post("/api/v1/namespaces/n/configmaps", config_map("b")).code, 403);
  const auto events = watch("/api/v1/namespaces?watch=1&fieldSelector=metadata.name%3Dn", 2);
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(events.back().starts_with(R"({"type":"DELETED")")) << events.back();
  EXPECT_EQ(get("/api/v1/namespaces/n/configmaps/a").code, 404);
}

TEST_F(ServerTest, ServiceAccountsMayWhatTheirRolesAllow) {
  post("/api/v1/namespaces/default/serviceaccounts", R"({"metadata":{"name":"sa"}})");
  const Reply issued = post("/api/v1/namespaces/default/serviceaccounts/sa/token", "{}");
  ASSERT_EQ(issued.code, 201) << issued.text;
  const std::string admin = std::exchange(token_, std::string(issued.at({"status", "token"})));
  const Reply refused = get(kPods);
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(refused.message(),
            "pods is forbidden: User \"system:serviceaccount:default:sa\" cannot list resource \"pods\" in "
            "API group \"\" in the namespace \"default\"");
  const std::string account = std::exchange(token_, admin);
  const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
  const Reply role = post(rbac + "roles", R"({"metadata":{"name":"r"},
      "rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]})");
  ASSERT_EQ(role.code, 201) << role.text;
  const Reply binding =
      post(rbac + "rolebindings", R"({"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"},
      "subjects":[{"kind":"ServiceAccount","name":"sa","namespace":"default"}]})");
  ASSERT_EQ(binding.code, 201) << binding.text;
  token_ = account;
  EXPECT_EQ(get(kPods).code, 200);
  EXPECT_EQ(post(kPods, pod("p")).code, 403);
  const Reply review =
      post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
           R"({"spec":{"resourceAttributes":{"namespace":"default","verb":"list","resource":"pods"}}})");
  EXPECT_TRUE(json::bool_at(review.body, {"status", "allowed"}));
  token_ = admin;
  call("DELETE", "/api/v1/namespaces/default/serviceaccounts/sa");
  token_ = account;
  EXPECT_EQ(get(kPods).code, 401) << "the account is gone, and its tokens with it";
}

TEST_F(ServerTest, CountsRequests) {
  get(kPods);
  get(kPods);
  get(kPods + "/none");
  const std::string metrics = get("/metrics").text;
  EXPECT_NE(metrics.find(R"(apiserver_request_total{verb="LIST",resource="pods",code="200"} 2)"),
            std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find(R"(apiserver_request_total{verb="GET",resource="pods",code="404"} 1)"),
            std::string::npos)
      << metrics;
}

TEST_F(ServerTest, OpenApiInAllForms) {
  const Reply v2 = get("/openapi/v2");
  EXPECT_EQ(v2.at({"swagger"}), "2.0");
  EXPECT_TRUE(v2.body.at("definitions").as_object().contains("io.k8s.api.core.v1.PodSpec"));
  const Reply proto = get("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
  EXPECT_EQ(proto.headers.get("Content-Type"), "application/octet-stream");
  EXPECT_EQ(proto.text.substr(0, 5), std::string("\x0a\x03") + "2.0");
  const Reply index = get("/openapi/v3");
  EXPECT_TRUE(index.body.at("paths").as_object().contains("apis/nvidia.com/v1alpha1"));
  EXPECT_TRUE(get("/openapi/v3/apis/apps/v1")
                  .body.at("components")
                  .at("schemas")
                  .as_object()
                  .contains("io.k8s.api.apps.v1.Deployment"));
  EXPECT_EQ(get("/openapi/v3/apis/none/v1").code, 404);
}

TEST_F(ServerTest, EveryReferenceOfOpenApiLeadsSomewhere) {
  for (const auto path :
       {"/openapi/v3/apis/apps/v1", "/openapi/v3/api/v1", "/openapi/v3/apis/nvidia.com/v1alpha1"}) {
    const Reply reply = get(path);
    const auto& schemas = reply.body.at("components").at("schemas").as_object();
    constexpr std::string_view kMark = R"("$ref":"#/components/schemas/)";
    for (auto at = reply.text.find(kMark); at != std::string::npos; at = reply.text.find(kMark, at + 1)) {
      const auto from = at + kMark.size();
      EXPECT_TRUE(schemas.contains(reply.text.substr(from, reply.text.find('"', from) - from))) << path;
    }
  }
}

class KeptServerTest : public ServerTest {
 protected:
  KeptServerTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dynamo-api-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~KeptServerTest() override { std::filesystem::remove_all(folder_); }
  void SetUp() override { start(folder_); }
  void restart() {
    client_.reset();
    end();
    start(folder_);
  }
  std::string folder_;
};

TEST_F(KeptServerTest, EverythingIsThereAfterARestart) {
  const std::string token = token_;
  const Reply made = post(kConfigMaps, config_map("a"));
  post(kDefinitions, std::string(kWidget));
  post(kWidgets, R"({"metadata":{"name":"w"},"spec":{"size":3}})");
  const std::string version(get(kConfigMaps).at({"metadata", "resourceVersion"}));
  restart();
  EXPECT_EQ(token_, token);
  EXPECT_EQ(get(kConfigMaps + "/a").body, made.body);
  EXPECT_EQ(get(kWidgets + "/w").code, 200);
  EXPECT_EQ(get(kConfigMaps).at({"metadata", "resourceVersion"}), version) << "a restart writes nothing";
}

}  // namespace
}  // namespace dynamo::apiserver
