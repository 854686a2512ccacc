#include "operator/pull_secrets.h"

#include <gtest/gtest.h>

#include "kube/base64.h"

namespace dynamo::operators {
namespace {

kube::ObjectPtr secret(std::string_view name, std::string_view config) {
  kube::Object object{{"metadata", {{"name", name}, {"namespace", "ns"}}},
                      {"data", {{".dockerconfigjson", kube::encode_base64(config)}}}};
  keep_only_hosts(object);
  return std::make_shared<const kube::Object>(std::move(object));
}

TEST(PullSecretsTest, AreFoundByRegistry) {
  const auto index = index_pull_secrets({
      secret("a", R"({"auths":{"nvcr.io":{"auth":"x"},"ghcr.io":{}}})"),
      secret("b", R"({"auths":{"https://nvcr.io/v2/":{}}})"),
      secret("hub", R"({"auths":{"https://index.docker.io/v1/":{}}})"),
  });
  const std::map<std::string, std::vector<std::string>> expected{
      {"nvcr.io", {"a", "b"}}, {"ghcr.io", {"a"}}, {"docker.io", {"hub"}}};
  EXPECT_EQ(index, expected);
}

TEST(PullSecretsTest, KeepNothingSecret) {
  const auto kept = secret("a", R"({"auths":{"nvcr.io":{"auth":"c2VjcmV0"}}})");
  EXPECT_EQ(json::dump(*kept), R"({"metadata":{"name":"a","namespace":"ns"},"hosts":["nvcr.io"]})");
}

TEST(PullSecretsTest, ThatCannotBeReadNameNoRegistry) {
  EXPECT_TRUE(index_pull_secrets({secret("a", "not json"), secret("b", "{}"), secret("c", R"({"auths":[]})")})
                  .empty());
}

}  // namespace
}  // namespace dynamo::operators
