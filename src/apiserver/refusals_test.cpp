#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

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

}  // namespace
}  // namespace dynamo::apiserver
