#include "kube/request.h"

#include <gtest/gtest.h>

namespace dynamo::kube {
namespace {

const NamespacedName kWeb{"ns", "web"};

Object web() { return make_object(resources::kDeployments, kWeb); }

struct RequestCase {
  std::string_view name;
  ApiRequest request;
  std::string_view line;
  std::string_view content_type;
  std::string_view what;
};
void PrintTo(const RequestCase& row, std::ostream* out) { *out << row.name; }

class RequestTest : public ::testing::TestWithParam<RequestCase> {};

TEST_P(RequestTest, AsksForExactlyThis) {
  const auto& row = GetParam();
  EXPECT_EQ(row.request.method + " " + row.request.target(), row.line);
  EXPECT_EQ(row.request.content_type, row.content_type);
  EXPECT_EQ(row.request.what, row.what);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RequestTest,
    ::testing::Values(
        RequestCase{"get", get_request(resources::kDeployments, kWeb),
                    "GET /apis/apps/v1/namespaces/ns/deployments/web", "", "get deployments.apps ns/web"},
        RequestCase{"get_scale", get_request(resources::kDeployments, kWeb, "scale"),
                    "GET /apis/apps/v1/namespaces/ns/deployments/web/scale", "",
                    "get deployments.apps/scale ns/web"},
        RequestCase{
            "list_page",
            list_request(resources::kPods, "ns",
                         {.label_selector = "a=b,c in (d)",
                          .field_selector = {},
                          .limit = 5,
                          .continue_token = "x/y",
                          .resource_version = {}}),
            "GET /api/v1/namespaces/ns/pods?labelSelector=a%3Db%2Cc%20in%20%28d%29&limit=5&continue=x%2Fy",
            "", "list pods in ns"},
        RequestCase{"list_everywhere", list_request(resources::kPods, "", {}), "GET /api/v1/pods", "",
                    "list pods"},
        RequestCase{
            "watch",
            watch_request(resources::kNodes, "",
                          {.label_selector = {}, .field_selector = {}, .resource_version = "7"}),
            "GET /api/v1/nodes?watch=true&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=300", "",
            "watch nodes"},
        RequestCase{"create",
                    create_request(resources::kDeployments, web(),
                                   {.field_manager = "me", .subresource = {}, .field_validation = "Strict"}),
                    "POST /apis/apps/v1/namespaces/ns/deployments?fieldManager=me&fieldValidation=Strict",
                    "application/json", "create deployments.apps ns/web"},
        RequestCase{"create_binding",
                    create_request(resources::kPods, make_object(resources::kPods, kWeb),
                                   {.field_manager = {}, .subresource = "binding", .field_validation = {}}),
                    "POST /api/v1/namespaces/ns/pods/web/binding", "application/json",
                    "create pods/binding ns/web"},
        RequestCase{
            "update_dry",
            update_request(
                resources::kDeployments, web(),
                {.field_manager = {}, .subresource = "status", .field_validation = {}, .dry_run = true}),
            "PUT /apis/apps/v1/namespaces/ns/deployments/web/status?dryRun=All", "application/json",
            "update deployments.apps/status ns/web"},
        RequestCase{"merge_patch",
                    patch_request(resources::kDeployments, kWeb, PatchKind::merge, json::object{}, {}),
                    "PATCH /apis/apps/v1/namespaces/ns/deployments/web", "application/merge-patch+json",
                    "patch deployments.apps ns/web"},
        RequestCase{"json_patch",
                    patch_request(resources::kDeployments, kWeb, PatchKind::json, json::array{}, {}),
                    "PATCH /apis/apps/v1/namespaces/ns/deployments/web", "application/json-patch+json",
                    "patch deployments.apps ns/web"},
        RequestCase{
            "apply",
            apply_request(resources::kDeployments, web(),
                          {.field_manager = "me", .force = true, .subresource = {}, .field_validation = {}}),
            "PATCH /apis/apps/v1/namespaces/ns/deployments/web?fieldManager=me&force=true",
            "application/apply-patch+yaml", "apply deployments.apps ns/web"},
        RequestCase{"delete", delete_request(resources::kDeployments, kWeb, {}),
                    "DELETE /apis/apps/v1/namespaces/ns/deployments/web", "application/json",
                    "delete deployments.apps ns/web"},
        RequestCase{"logs", log_request(kWeb, {.container = "main", .follow = true, .tail_lines = 0}),
                    "GET /api/v1/namespaces/ns/pods/web/log?container=main&follow=true&tailLines=0", "",
                    "read the log of pod ns/web"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(DeleteRequestTest, SaysHowInItsBody) {
  const auto body = [](const DeleteOptions& options) {
    return delete_request(resources::kDeployments, kWeb, options).body;
  };
  EXPECT_EQ(body({}), R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"})");
  EXPECT_EQ(body({.propagation = Propagation::server_default,
                  .uid = "u",
                  .resource_version = "7",
                  .grace_period = std::chrono::seconds{0}}),
            R"({"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,)"
            R"("preconditions":{"uid":"u","resourceVersion":"7"}})");
}

}  // namespace
}  // namespace dynamo::kube
