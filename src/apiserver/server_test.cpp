#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"
#include "base/test_folder.h"

namespace dynamo::apiserver {
namespace {

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

class KeptServerTest : public ServerTest {
 protected:
  void SetUp() override { start(folder_.path()); }
  void restart() {
    client_.reset();
    end();
    start(folder_.path());
  }
  const TestFolder folder_;
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
