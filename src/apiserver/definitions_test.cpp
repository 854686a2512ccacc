#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class Definitions : public ServerTest {};

TEST_F(Definitions, OurKindsAreThere) {
  const Reply made =
      post(kGraphs,
           R"({"apiVersion":"nvidia.com/v1alpha1","kind":"DynamoGraphDeployment","metadata":{"name":"g"},)"
           R"("spec":{"services":{"F":{"componentType":"frontend","replicas":1,"zap":1}}}})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.headers.get("Warning"), R"(299 - "unknown field \"spec.services.F.zap\"")");
  EXPECT_EQ(merge(kGraphs + "/g", R"({"spec":{"services":{"F":{"replicas":"x"}}}})").code, 422);
  EXPECT_EQ(call("PATCH", kGraphs + "/g", "{}", "application/strategic-merge-patch+json").code, 415);
}

TEST_F(Definitions, UsersBringTheirOwnKinds) {
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

TEST_F(Definitions, ADefinitionGoesWithItsObjects) {
  post(kDefinitions, std::string(kWidget));
  post(kWidgets, R"({"metadata":{"name":"w"},"spec":{"size":3}})");
  EXPECT_EQ(call("DELETE", kDefinitions + "/widgets.example.com").code, 200);
  const auto events = watch(kDefinitions + "?watch=1&fieldSelector=metadata.name%3Dwidgets.example.com", 2);
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(events.back().starts_with(R"({"type":"DELETED")")) << events.back();
  EXPECT_EQ(get(kWidgets).code, 404);
}

}  // namespace
}  // namespace dynamo::apiserver
