#include "graph/resources.h"

#include <gtest/gtest.h>

#include "graph/test_support.h"

namespace dynamo::graph {
namespace {

struct ResourcesCase {
  std::string_view name;
  std::string_view container;
  std::string_view resources;
  std::string_view result;
};
class ResourcesTest : public ::testing::TestWithParam<ResourcesCase> {};
TEST_P(ResourcesTest, BecomeThoseOfTheContainer) {
  const auto resources = api::part_from_json<api::Resources>(test::yaml(GetParam().resources));
  ASSERT_TRUE(resources) << resources.error().message;
  json::object container = test::yaml(GetParam().container).as_object();
  const auto merged = merge_resources(container, *resources);
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(json::value(container), test::yaml(GetParam().result)) << json::dump(container);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ResourcesTest,
    ::testing::Values(
        ResourcesCase{"cpu_and_memory", "{}",
                      "{requests: {cpu: '2', memory: 4Gi}, limits: {cpu: '4', memory: 8Gi}}",
                      "{resources: {requests: {cpu: '2', memory: 4Gi}, limits: {cpu: '4', memory: 8Gi}}}"},
        ResourcesCase{"gpu_limit", "{}", "{limits: {gpu: '1'}}",
                      "{resources: {limits: {nvidia.com/gpu: '1'}}}"},
        ResourcesCase{"gpu_type", "{}", "{limits: {gpu: '2', gpuType: gpu.intel.com/xe}}",
                      "{resources: {limits: {gpu.intel.com/xe: '2'}}}"},
        ResourcesCase{"gpu_request_is_not_written", "{}", "{requests: {gpu: '1'}}", "{}"},
        ResourcesCase{"custom", "{}",
                      "{requests: {custom: {rdma/ib: '1'}}, limits: {custom: {rdma/ib: '8'}}}",
                      "{resources: {requests: {rdma/ib: '1'}, limits: {rdma/ib: '8'}}}"},
        ResourcesCase{"keys_win_others_stay", "{resources: {limits: {cpu: '1', ephemeral-storage: 1Gi}}}",
                      "{limits: {cpu: '3'}}", "{resources: {limits: {cpu: '3', ephemeral-storage: 1Gi}}}"},
        ResourcesCase{"claims_are_added", "{resources: {claims: [{name: a}]}}", "{claims: [{name: b}]}",
                      "{resources: {claims: [{name: a}, {name: b}]}}"},
        ResourcesCase{"no_defaults", "{}", "{}", "{}"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ResourcesTest, NamesTheQuantityThatCannotBeRead) {
  json::object container;
  const auto merged =
      merge_resources(container, {.requests = {}, .limits = api::ResourceItem{.memory = "8 GB"}});
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().code, Errc::invalid);
  EXPECT_TRUE(merged.error().message.starts_with("resources.limits.memory: ")) << merged.error().message;
}

}  // namespace
}  // namespace dynamo::graph
