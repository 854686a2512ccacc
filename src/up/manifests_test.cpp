#include "up/manifests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "up/platform.h"

namespace dynamo::up {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<std::vector<kube::Object>> read(std::string text) {
  const std::vector<ManifestText> texts{{"a.yaml", std::move(text)}};
  return read_manifests(texts);
}

std::vector<std::string> names(const Result<std::vector<kube::Object>>& objects) {
  std::vector<std::string> out;
  if (!objects) return {objects.error().message};
  for (const kube::Object& object : *objects) out.emplace_back(kube::name_of(object));
  return out;
}

TEST(ReadManifests, TakesDocumentsInOrder) {
  EXPECT_THAT(names(read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
                         "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\n")),
              ElementsAre("a", "b"));
  EXPECT_THAT(names(read("")), ElementsAre("a.yaml:1:1: there is no document in this file"));
}

TEST(ReadManifests, NamesThePlaceOfEveryMistake) {
  const auto objects = read(
      "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: g}\nspec:\n  servces: "
      "{}\n"
      "  services:\n    A: {replicas: many}\n");
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, Errc::invalid);
  EXPECT_THAT(objects.error().message, HasSubstr("a.yaml:5:3: unknown field \"spec.servces\""));
  EXPECT_THAT(objects.error().message, HasSubstr("a.yaml:7:9"));
}

std::string graph_running(std::string_view command) {
  return fmt::format(
      "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {{name: g}}\nspec:\n  "
      "services:\n"
      "    W:\n      componentType: worker\n      extraPodSpec:\n        mainContainer:\n          image: i\n"
      "          command: {}\n",
      command);
}

TEST(MissingEngines, NamesWhatIsNotInstalled) {
  const auto vllm = read(graph_running("[python3, -m, dynamo.vllm]"));
  ASSERT_TRUE(vllm) << vllm.error().message;
  EXPECT_THAT(missing_engines(*vllm, {}), ElementsAre("DynamoGraphDeployment g: vllm"));
  EXPECT_THAT(missing_engines(*vllm, {"vllm"}), ElementsAre());
  const auto mocker = read(graph_running("[python3, -m, dynamo.mocker]"));
  ASSERT_TRUE(mocker) << mocker.error().message;
  EXPECT_THAT(missing_engines(*mocker, {}), ElementsAre());
}

TEST(PodEnvironment, KeepsTheUsersClusterOut) {
  const Environment out =
      pod_environment({{"PATH", "/bin"}, {"HOME", "/h"}, {"KUBECONFIG", "/k"}, {"DYN_NAMESPACE", "n"}});
  EXPECT_EQ(out.get("PATH"), "/bin");
  EXPECT_EQ(out.get("HOME"), "/h");
  EXPECT_FALSE(out.get("KUBECONFIG"));
  EXPECT_FALSE(out.get("DYN_NAMESPACE"));
}

}  // namespace
}  // namespace dynamo::up
