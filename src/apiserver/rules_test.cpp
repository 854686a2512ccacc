#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "api/builtin.h"
#include "apiserver/authenticator.h"
#include "apiserver/builtin_checks.h"
#include "apiserver/builtin_kinds.h"
#include "apiserver/credentials.h"
#include "apiserver/delete_rules.h"
#include "apiserver/discovery.h"
#include "apiserver/encoding.h"
#include "apiserver/json_path.h"
#include "apiserver/openapi.h"
#include "apiserver/patch.h"
#include "apiserver/request_path.h"
#include "apiserver/table.h"
#include "apiserver/write_rules.h"
#include "base/test_folder.h"

namespace dynamo::apiserver {
namespace {

json::value doc(std::string_view text) { return json::parse(text).value(); }
Object object(std::string_view text) { return doc(text).as_object(); }

const Kind& kind_of(std::string_view plural) {
  for (const auto& kind : builtin_kinds()) {
    if (kind->resource.plural == plural) return *kind;
  }
  throw std::out_of_range("no such kind");
}

struct PathCase {
  std::string_view name, path;
  std::optional<RequestPath> means;
};
class RequestPathTest : public ::testing::TestWithParam<PathCase> {};
TEST_P(RequestPathTest, SaysWhatIsMeant) { EXPECT_EQ(RequestPath::parse(GetParam().path), GetParam().means); }
INSTANTIATE_TEST_SUITE_P(
    Paths, RequestPathTest,
    ::testing::Values(
        PathCase{"core", "/api/v1/pods", RequestPath{"", "v1", "", "pods", "", ""}},
        PathCase{"scoped", "/api/v1/namespaces/n/pods/p/log", RequestPath{"", "v1", "n", "pods", "p", "log"}},
        PathCase{"grouped", "/apis/apps/v1/namespaces/n/deployments/d",
                 RequestPath{"apps", "v1", "n", "deployments", "d", ""}},
        PathCase{"namespaces", "/api/v1/namespaces", RequestPath{"", "v1", "", "namespaces", "", ""}},
        PathCase{"one_namespace", "/api/v1/namespaces/n", RequestPath{"", "v1", "", "namespaces", "n", ""}},
        PathCase{"its_status", "/api/v1/namespaces/n/status",
                 RequestPath{"", "v1", "", "namespaces", "n", "status"}},
        PathCase{"cluster_wide", "/apis/g/v1/things/t/status",
                 RequestPath{"g", "v1", "", "things", "t", "status"}},
        PathCase{"slashes", "/api/v1//pods/", RequestPath{"", "v1", "", "pods", "", ""}},
        PathCase{"too_long", "/api/v1/namespaces/n/pods/p/log/x", std::nullopt},
        PathCase{"other", "/metrics/x", std::nullopt}, PathCase{"nothing", "/", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

struct JsonPathCase {
  std::string_view name, path, found;
};
class JsonPathTest : public ::testing::TestWithParam<JsonPathCase> {};
TEST_P(JsonPathTest, Finds) {
  const json::value root =
      doc(R"({"a":{"b.c":1,"list":[{"t":"x","v":5},{"t":"Ready","v":7}]},"n":null,"m":{"p":1,"q":2}})");
  const auto path = JsonPath::parse(GetParam().path);
  ASSERT_TRUE(path) << path.error().message;
  json::array found;
  for (const json::value* value : path->find(root)) found.push_back(*value);
  EXPECT_EQ(json::dump(found), GetParam().found);
}
INSTANTIATE_TEST_SUITE_P(Paths, JsonPathTest,
                         ::testing::Values(JsonPathCase{"member", ".a.list[0].t", R"(["x"])"},
                                           JsonPathCase{"braces", "{.a.list[1].v}", "[7]"},
                                           JsonPathCase{"last", ".a.list[-1].t", R"(["Ready"])"},
                                           JsonPathCase{"all", ".a.list[*].v", "[5,7]"},
                                           JsonPathCase{"members", ".m.*", "[1,2]"},
                                           JsonPathCase{"quoted", ".a['b.c']", "[1]"},
                                           JsonPathCase{"escaped", R"(.a.b\.c)", "[1]"},
                                           JsonPathCase{"filter", R"(.a.list[?(@.t=="Ready")].v)", "[7]"},
                                           JsonPathCase{"filter_not", R"(.a.list[?(@.t!='Ready')].v)", "[5]"},
                                           JsonPathCase{"number", ".a.list[?(@.v==5)].t", R"(["x"])"},
                                           JsonPathCase{"missing", ".a.x.y", "[]"},
                                           JsonPathCase{"out_of_range", ".a.list[9]", "[]"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(JsonPath, RefusesWhatItDoesNotKnow) {
  for (const auto path : {"..a", ".a[", ".a[x]", ".a[?(1)]"}) EXPECT_FALSE(JsonPath::parse(path)) << path;
}

TEST(Discovery, OrdersVersions) {
  std::vector<std::string> versions{"v1alpha1", "v2", "v1beta2", "foo", "v1", "v10", "v1beta10"};
  std::sort(versions.begin(), versions.end(), is_newer_version);
  EXPECT_EQ(versions,
            (std::vector<std::string>{"v10", "v2", "v1", "v1beta10", "v1beta2", "v1alpha1", "foo"}));
}

TEST(Presentation, IsNegotiated) {
  using Form = Presentation::Form;
  const auto form = [](std::string_view accept) -> std::optional<Form> {
    const auto how = Presentation::negotiate(accept, "");
    return how ? std::optional(how->form) : std::nullopt;
  };
  EXPECT_EQ(form(""), Form::objects);
  EXPECT_EQ(form("application/json"), Form::objects);
  EXPECT_EQ(form("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), Form::table);
  EXPECT_EQ(form("application/vnd.kubernetes.protobuf, application/json"), Form::objects);
  EXPECT_EQ(form("application/json;as=PartialObjectMetadataList;v=v1"), Form::metadata);
  EXPECT_EQ(form("application/json;as=Table;v=v9"), std::nullopt);
  EXPECT_EQ(form("text/html, */*"), Form::objects);
  EXPECT_EQ(form("text/html"), std::nullopt);
}

struct DeleteCase {
  std::string_view name, plural, live;
  DeleteOptions options;
  DeletePlan::Action action;
  std::string_view metadata;  // what is added to it, as JSON members
};
class DeleteTest : public ::testing::TestWithParam<DeleteCase> {};
TEST_P(DeleteTest, Plans) {
  const auto& c = GetParam();
  const WallTime now = parse_rfc3339("2026-01-01T00:00:00Z").value();
  const auto plan = plan_delete(kind_of(c.plural), object(c.live), c.options, now);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->action, c.action);
  if (!c.metadata.empty())
    EXPECT_EQ(plan->object.at("metadata"), doc(c.metadata)) << json::dump(plan->object);
}
using Action = DeletePlan::Action;
INSTANTIATE_TEST_SUITE_P(
    Plans, DeleteTest,
    ::testing::Values(
        DeleteCase{"at_once", "configmaps", R"({"metadata":{}})", {}, Action::remove},
        DeleteCase{
            "finalizer",
            "configmaps",
            R"({"metadata":{"finalizers":["a/b"]}})",
            {},
            Action::mark,
            R"({"finalizers":["a/b"],"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":0})"},
        DeleteCase{
            "again",
            "configmaps",
            R"({"metadata":{"finalizers":["a/b"],"deletionTimestamp":"2025-01-01T00:00:00Z","deletionGracePeriodSeconds":0}})",
            {},
            Action::nothing},
        DeleteCase{
            "foreground",
            "replicasets",
            R"({"metadata":{"generation":1}})",
            {.propagation = "Foreground"},
            Action::mark,
            R"({"generation":2,"finalizers":["foregroundDeletion"],"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":0})"},
        DeleteCase{
            "background_after_foreground",
            "configmaps",
            R"({"metadata":{"finalizers":["foregroundDeletion"],"deletionTimestamp":"2025-01-01T00:00:00Z"}})",
            {.propagation = "Background"},
            Action::remove},
        DeleteCase{
            "pod_running",
            "pods",
            R"({"metadata":{},"spec":{"nodeName":"n","terminationGracePeriodSeconds":5}})",
            {},
            Action::mark,
            R"({"deletionTimestamp":"2026-01-01T00:00:05Z","deletionGracePeriodSeconds":5,"generation":1})"},
        DeleteCase{"pod_unscheduled", "pods", R"({"metadata":{},"spec":{}})", {}, Action::remove},
        DeleteCase{"pod_ended",
                   "pods",
                   R"({"metadata":{},"spec":{"nodeName":"n"},"status":{"phase":"Failed"}})",
                   {},
                   Action::remove},
        DeleteCase{"pod_forced",
                   "pods",
                   R"({"metadata":{},"spec":{"nodeName":"n"}})",
                   {.grace_seconds = 0},
                   Action::remove},
        DeleteCase{
            "pod_no_longer",
            "pods",
            R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:05Z","deletionGracePeriodSeconds":5},"spec":{"nodeName":"n"}})",
            {.grace_seconds = 9},
            Action::nothing},
        DeleteCase{
            "pod_sooner",
            "pods",
            R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:09Z","deletionGracePeriodSeconds":9},"spec":{"nodeName":"n"}})",
            {.grace_seconds = 1},
            Action::mark,
            R"({"deletionTimestamp":"2026-01-01T00:00:01Z","deletionGracePeriodSeconds":1})"}),
    [](const auto& row) { return std::string(row.param.name); });

struct DefaultCase {
  std::string_view name, plural, given, filled;
};
class DefaultsTest : public ::testing::TestWithParam<DefaultCase> {};
TEST_P(DefaultsTest, FillsInAndDoesSoOnce) {
  Object value = object(GetParam().given);
  kind_of(GetParam().plural).defaults(value);
  const Object once = value;
  kind_of(GetParam().plural).defaults(value);
  EXPECT_EQ(value, once) << "a second time changes nothing";
  EXPECT_EQ(json::value(value), doc(GetParam().filled)) << json::dump(value);
}
INSTANTIATE_TEST_SUITE_P(
    Kinds, DefaultsTest,
    ::testing::Values(
        DefaultCase{
            "service", "services", R"({"spec":{"ports":[{"port":80}]}})",
            R"({"spec":{"ports":[{"port":80,"protocol":"TCP","targetPort":80}],"type":"ClusterIP","sessionAffinity":"None",
                    "internalTrafficPolicy":"Cluster","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"},"status":{"loadBalancer":{}}})"},
        DefaultCase{
            "headless", "services", R"({"spec":{"clusterIP":"None"}})",
            R"({"spec":{"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP","sessionAffinity":"None",
                    "internalTrafficPolicy":"Cluster","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"},"status":{"loadBalancer":{}}})"},
        DefaultCase{"secret", "secrets", R"({"stringData":{"a":"hi"}})",
                    R"({"type":"Opaque","data":{"a":"aGk="}})"},
        DefaultCase{
            "recreate", "deployments", R"({"spec":{"strategy":{"type":"Recreate"}}})",
            R"({"spec":{"strategy":{"type":"Recreate"},"replicas":1,"revisionHistoryLimit":10,"progressDeadlineSeconds":600,"template":{"spec":
                    {"restartPolicy":"Always","dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler","terminationGracePeriodSeconds":30,
                    "securityContext":{}}}},"status":{}})"},
        DefaultCase{"binding", "rolebindings",
                    R"({"roleRef":{"name":"r"},"subjects":[{"kind":"User"},{"kind":"ServiceAccount"}]})",
                    R"({"roleRef":{"name":"r","apiGroup":"rbac.authorization.k8s.io"},
                    "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io"},{"kind":"ServiceAccount"}]})"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PodDefaults, ProbesPortsAndImages) {
  Object pod = object(
      R"({"spec":{"containers":[{"name":"c","image":"reg:5000/i","livenessProbe":{"httpGet":{"port":1}},
      "ports":[{"containerPort":1}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}],"volumes":[{"name":"v","secret":{}}]}})");
  kind_of("pods").defaults(pod);
  const auto& container = pod.at("spec").at("containers").at(0);
  EXPECT_EQ(json::string_at(container, {"imagePullPolicy"}), "Always") << "the port of a registry is no tag";
  EXPECT_EQ(container.at("livenessProbe"),
            doc(R"({"httpGet":{"port":1,"path":"/","scheme":"HTTP"},"timeoutSeconds":1,
      "periodSeconds":10,"successThreshold":1,"failureThreshold":3})"));
  EXPECT_EQ(container.at("resources").at("requests"), container.at("resources").at("limits"));
  EXPECT_EQ(pod.at("status"), doc(R"({"phase":"Pending","qosClass":"Guaranteed"})"));
  EXPECT_EQ(json::int_at(pod.at("spec").at("volumes").at(0), {"secret", "defaultMode"}), 420);
}

struct PodStatusCase {
  std::string_view name, pod, shown;
};
class PodColumnsTest : public ::testing::TestWithParam<PodStatusCase> {};
TEST_P(PodColumnsTest, ShowsWhatKubectlShows) {
  std::string shown;
  const WallTime now = parse_rfc3339("2026-01-01T00:05:00Z").value();
  for (std::size_t i = 0; i < 3; ++i) {
    const json::value cell = kind_of("pods").columns[i].cell(object(GetParam().pod), now);
    shown += std::string(json::string_at(cell, {})) + "|";
  }
  EXPECT_EQ(shown, GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    States, PodColumnsTest,
    ::testing::Values(
        PodStatusCase{"pending", R"({"spec":{"containers":[{}]},"status":{"phase":"Pending"}})",
                      "0/1|Pending|0|"},
        PodStatusCase{
            "running",
            R"({"spec":{"containers":[{}]},"status":{"phase":"Running","containerStatuses":[{"ready":true,"restartCount":0,"state":{"running":{}}}]}})",
            "1/1|Running|0|"},
        PodStatusCase{
            "backing_off",
            R"({"spec":{"containers":[{}]},"status":{"phase":"Running","containerStatuses":[{"ready":false,"restartCount":3,
            "state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:04:00Z"}}}]}})",
            "0/1|CrashLoopBackOff|3 (60s ago)|"},
        PodStatusCase{
            "terminating",
            R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{}]},"status":{"phase":"Running"}})",
            "0/1|Terminating|0|"},
        PodStatusCase{
            "signal",
            R"({"spec":{"containers":[{}]},"status":{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"signal":9}}}]}})",
            "0/1|Signal:9|0|"},
        PodStatusCase{
            "completed",
            R"({"spec":{"containers":[{}]},"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"reason":"Completed"}}}]}})",
            "0/1|Completed|0|"},
        PodStatusCase{
            "init",
            R"({"spec":{"containers":[{}],"initContainers":[{},{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":0}}},{"state":{"running":{}}}]}})",
            "0/1|Init:1/2|0|"}),
    [](const auto& row) { return std::string(row.param.name); });

struct NameCase {
  std::string_view name;
  NameRule rule;
  bool good;
};
class NameTest : public ::testing::TestWithParam<NameCase> {};
TEST_P(NameTest, Rule) {
  Object named = object("{}");
  kube::metadata(named)["name"] = GetParam().name;
  EXPECT_EQ(check_metadata(named, GetParam().rule).empty(), GetParam().good) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(
    Names, NameTest,
    ::testing::Values(NameCase{"a.b-c", NameRule::subdomain, true},
                      NameCase{"a..b", NameRule::subdomain, false}, NameCase{"A", NameRule::subdomain, false},
                      NameCase{"-a", NameRule::subdomain, false}, NameCase{"a.b", NameRule::label, false},
                      NameCase{"1a", NameRule::label, true}, NameCase{"1a", NameRule::service, false},
                      NameCase{"a1", NameRule::service, true},
                      NameCase{"system:x", NameRule::path_segment, true},
                      NameCase{"a/b", NameRule::path_segment, false}));

TEST(Kinds, EveryOneHasASchema) {
  for (const auto& kind : builtin_kinds()) {
    EXPECT_TRUE(kind->schema || kind->created_only) << kind->resource.kind;
  }
}

TEST(Encoding, Base64UrlGoesThereAndBack) {
  for (const std::string_view text : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc"}) {
    EXPECT_EQ(decode_base64url(encode_base64url(text)), text);
  }
  EXPECT_EQ(encode_base64url("\xff\xfe"), "__4");
}

TEST(Encoding, UuidsAreVersionFour) {
  const std::string uuid = random_uuid();
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(uuid, random_uuid());
}

TEST(Credentials, AreMadeOnceAndKeptSecret) {
  const TestFolder folder;
  const std::string file = folder.path() + "/credentials";
  const auto made = load_credentials(file, {"localhost"}).value();
  const auto read = load_credentials(file, {"localhost"}).value();
  EXPECT_EQ(made.admin_token, read.admin_token);
  EXPECT_EQ(made.server.certificate_pem, read.server.certificate_pem);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(file) << "{}";
  EXPECT_FALSE(load_credentials(file, {"localhost"})) << "what cannot be read is not overwritten";
}

TEST(Authenticator, TokensEndAndCannotBeForged) {
  net::Loop loop;
  const auto store = Store::open(loop, {}).value();
  FakeClock clock;
  const Authenticator authenticator("admin", "key", *store, clock);
  const Authenticator other("admin", "other key", *store, clock);
  const Object account = object(R"({"metadata":{"name":"sa","namespace":"ns","uid":"u"}})");
  store->submit(Key{"serviceaccounts", "ns", "sa"}, account);
  const auto issued = authenticator.issue_account_token(account, std::chrono::hours{1});
  ASSERT_TRUE(authenticator.user_of_token(issued.token));
  EXPECT_EQ(authenticator.user_of_token(issued.token)->name, "system:serviceaccount:ns:sa");
  EXPECT_FALSE(other.user_of_token(issued.token));
  EXPECT_FALSE(authenticator.user_of_token(issued.token + "x"));
  clock.advance(std::chrono::hours{1});
  EXPECT_FALSE(authenticator.user_of_token(issued.token));
  EXPECT_TRUE(authenticator.user_of("Bearer admin")->is_admin());
  EXPECT_TRUE(authenticator.user_of_token(authenticator.issue_component_token("operator"))->is_admin());
  for (const auto broken : {"", "Bearer ", "Basic admin", "Bearer a.b", "Bearer a.b.c"})
    EXPECT_FALSE(authenticator.user_of(broken)) << broken;
}

TEST(OpenApiProto, IsWhatGnosticReads) {
  const Object document =
      object(R"({"info":{"title":"t","version":"v"},"paths":{"/x":{"get":{"operationId":"o","responses":{}}}},
      "definitions":{"D":{"type":"object","required":["a"],"x-k":1}}})");
  const std::string bytes = encode_openapi_v2(document);
  // swagger, info{title, version}, paths{path{name, value{get{operation_id, responses}}}},
  // definitions{named{…}}
  const std::string expected =
      std::string("\x0a\x03") + "2.0" + "\x12\x06\x0a\x01t\x12\x01v" +
      std::string("\x42\x0f\x12\x0d\x0a\x02/x\x12\x07\x12\x05\x2a\x01o\x4a\x00", 17) +
      std::string(
          "\x4a\x23\x0a\x21\x0a\x01"
          "D\x12\x1f",
          8);
  EXPECT_EQ(bytes.substr(0, expected.size()), expected);
}

}  // namespace
}  // namespace dynamo::apiserver
