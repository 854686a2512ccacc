#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class OpenApi : public ServerTest {};

TEST_F(OpenApi, OpenApiInAllForms) {
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

TEST_F(OpenApi, EveryReferenceOfOpenApiLeadsSomewhere) {
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

}  // namespace
}  // namespace dynamo::apiserver
