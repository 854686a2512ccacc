#include "graph/offline.h"

#include <gtest/gtest.h>

namespace dynamo::graph {
namespace {

struct ErrorCase {
  std::string name;
  std::string text;
  std::string message;  // how it begins
};
class OfflineErrorTest : public ::testing::TestWithParam<ErrorCase> {};
TEST_P(OfflineErrorTest, SaysWhere) {
  const auto objects = render_offline(GetParam().text, {.file = "graph.yaml"});
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, Errc::invalid);
  EXPECT_TRUE(objects.error().message.starts_with(GetParam().message)) << objects.error().message;
}

std::string graph(std::string_view service) {
  return fmt::format(
      "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata:\n  name: g\nspec:\n  "
      "services:\n    A:\n{}",
      service);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OfflineErrorTest,
    ::testing::Values(
        ErrorCase{"syntax", "a: [", "graph.yaml:"},
        ErrorCase{"unknown_field", graph("      replica: 1\n"),
                  "graph.yaml:8:7: unknown field \"spec.services.A.replica\""},
        ErrorCase{"wrong_type", graph("      replicas: two\n"), "graph.yaml:8:7: spec.services.A.replicas: "},
        ErrorCase{
            "not_supported",
            graph("      multinode: {nodeCount: 2}\n      extraPodSpec: {mainContainer: {image: i}}\n"),
            "graph.yaml:8:7: spec.services[A].multinode: Forbidden: not supported yet: replicas of 2 nodes"},
        ErrorCase{
            "no_image", graph("      replicas: 1\n"),
            "graph.yaml:7:5: spec.services[A].extraPodSpec.mainContainer.image: Required value: there is no "
            "default image"},
        ErrorCase{"engines_differ",
                  graph("      componentType: worker\n      extraPodSpec:\n        mainContainer:\n          "
                        "image: i\n          args: ['python -m "
                        "dynamo.vllm; python -m dynamo.sglang']\n"),
                  "graph.yaml:7:5: g-a: spec: extraPodSpec.mainContainer: the command starts both"},
        ErrorCase{"other_kind", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
                  "graph.yaml:2:1: not supported yet: rendering of Secret"}),
    [](const auto& row) { return row.param.name; });

TEST(OfflineTest, AComponentAloneIsRenderedToo) {
  const auto objects = render_offline(
      "apiVersion: nvidia.com/v1alpha1\nkind: DynamoComponentDeployment\nmetadata: {name: c}\n"
      "spec: {componentType: frontend, dynamoNamespace: team, extraPodSpec: {mainContainer: {image: i}}}\n",
      {});
  ASSERT_TRUE(objects) << objects.error().message;
  EXPECT_EQ(objects->size(), 2U);
}

TEST(OfflineTest, ObjectsWithoutANamespaceAreOfTheOneGiven) {
  const auto objects =
      render_offline(graph("      extraPodSpec: {mainContainer: {image: i}}\n"), {.ns = "team"});
  ASSERT_TRUE(objects) << objects.error().message;
  for (const json::object& object : *objects)
    EXPECT_EQ(json::string_at(object, {"metadata", "namespace"}), "team");
}

}  // namespace
}  // namespace dynamo::graph
