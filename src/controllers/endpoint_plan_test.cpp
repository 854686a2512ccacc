#include "controllers/endpoint_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/test_objects.h"

namespace dynamo::controllers {
namespace {

using testing::object;
using testing::PodSpec;

Object service(std::string_view spec) {
  Object made = kube::make_object(kube::resources::kServices, {"ns", "web"});
  kube::metadata(made)["uid"] = "uid-web";
  kube::set_label(made, "nvidia.com/dynamo-discovery-enabled", "true");
  made["spec"] = object(spec);
  return made;
}

constexpr std::string_view kPlain =
    R"({"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8000}]})";

struct ConditionCase {
  std::string_view name;
  std::string_view spec;
  PodSpec pod;
  std::string_view conditions;  // empty = no endpoint
};
void PrintTo(const ConditionCase& row, std::ostream* out) { *out << row.name; }
class EndpointTest : public ::testing::TestWithParam<ConditionCase> {};
TEST_P(EndpointTest, ShowsThePodsState) {
  const auto& row = GetParam();
  PodSpec spec = row.pod;
  spec.name = "p";
  const auto slices = plan_endpoint_slices(service(row.spec), {testing::pod(spec)});
  if (row.conditions.empty()) {
    EXPECT_TRUE(slices.empty());
    return;
  }
  ASSERT_EQ(slices.size(), 1U);
  const json::value& endpoint = slices[0].at("endpoints").at(0);
  EXPECT_EQ(json::dump(endpoint.at("conditions")), row.conditions);
  EXPECT_EQ(json::string_at(endpoint, {"targetRef", "name"}), "p");
  EXPECT_EQ(json::string_at(endpoint, {"targetRef", "uid"}), "uid-p");
}
INSTANTIATE_TEST_SUITE_P(
    Rows, EndpointTest,
    ::testing::Values(
        ConditionCase{"ready", kPlain, {}, R"({"ready":true,"serving":true,"terminating":false})"},
        ConditionCase{
            "not_ready", kPlain, {.ready = false}, R"({"ready":false,"serving":false,"terminating":false})"},
        ConditionCase{
            "going", kPlain, {.deleting = true}, R"({"ready":false,"serving":true,"terminating":true})"},
        ConditionCase{"published_all_the_same",
                      R"({"selector":{"app":"web"},"publishNotReadyAddresses":true})",
                      {.ready = false},
                      R"({"ready":true,"serving":false,"terminating":false})"},
        ConditionCase{"finished", kPlain, {.phase = "Failed"}, ""},
        ConditionCase{"no_address", kPlain, {.ip = ""}, ""},
        ConditionCase{"other_pod", kPlain, {.app = "x"}, ""},
        ConditionCase{"no_selector", R"({"ports":[{"port":80}]})", {}, ""},
        ConditionCase{"external", R"({"type":"ExternalName","selector":{"app":"web"}})", {}, ""}),
    [](const auto& row) { return std::string(row.param.name); });

struct PortCase {
  std::string_view name;
  std::string_view port;
  std::string_view resolved;
};
class PortTest : public ::testing::TestWithParam<PortCase> {};
TEST_P(PortTest, Resolves) {
  const auto& row = GetParam();
  Object made = service(R"({"selector":{"app":"web"}})");
  made["spec"].as_object()["ports"] = json::array{json::parse(row.port).value()};
  const auto slices = plan_endpoint_slices(made, {testing::pod({.name = "p"})});
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(json::dump(slices[0].at("ports")), row.resolved);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, PortTest,
    ::testing::Values(
        PortCase{"number", R"({"port":80,"targetPort":81})", R"([{"name":"","port":81,"protocol":"TCP"}])"},
        PortCase{"by_name", R"({"name":"h","port":80,"targetPort":"http"})",
                 R"([{"name":"h","port":8000,"protocol":"TCP"}])"},
        PortCase{"the_same", R"({"port":80})", R"([{"name":"","port":80,"protocol":"TCP"}])"},
        PortCase{"name_unknown", R"({"port":80,"targetPort":"grpc"})", "[]"},
        PortCase{"name_of_other_protocol", R"({"port":80,"targetPort":"http","protocol":"UDP"})", "[]"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EndpointSliceTest, CarriesTheServicesLabels) {
  const auto slices = plan_endpoint_slices(service(R"({"clusterIP":"None","selector":{"app":"web"}})"),
                                           {testing::pod({.name = "p"})});
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(kube::label(slices[0], "nvidia.com/dynamo-discovery-enabled"), "true");
  EXPECT_EQ(kube::label(slices[0], kServiceNameLabel), "web");
  EXPECT_TRUE(kube::labels_of(slices[0]).contains("service.kubernetes.io/headless"));
  EXPECT_TRUE(kube::is_controlled_by(slices[0], "uid-web"));
}

TEST(EndpointSliceTest, SplitsByFamilyPortsAndSize) {
  std::vector<ObjectPtr> pods{testing::pod({.name = "six", .ip = "fd00::1"})};
  for (std::size_t i = 0; i <= kMaxEndpoints; ++i)
    pods.push_back(testing::pod({.name = fmt::format("p{}", i)}));
  const auto slices = plan_endpoint_slices(service(kPlain), pods);
  ASSERT_EQ(slices.size(), 3U);
  EXPECT_EQ(kube::array_at(slices[0], {"endpoints"}).size(), kMaxEndpoints);
  EXPECT_EQ(kube::array_at(slices[1], {"endpoints"}).size(), 1U);
  EXPECT_EQ(json::string_at(slices[2], {"addressType"}), "IPv6");
  EXPECT_NE(kube::name_of(slices[0]), kube::name_of(slices[1]));
  EXPECT_NE(kube::name_of(slices[0]), kube::name_of(slices[2]));
}

}  // namespace
}  // namespace dynamo::controllers
