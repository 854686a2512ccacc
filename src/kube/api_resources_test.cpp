#include "kube/api_resources.h"

#include <gtest/gtest.h>

namespace dynamo::kube {
namespace {

std::vector<ApiResource> served() {
  auto out = parse_api_resources(json::parse(R"({"groupVersion":"v1","resources":[
    {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","shortNames":["po"],"verbs":["get","list"]},
    {"name":"pods/log","namespaced":true,"kind":"Pod","verbs":["get"]},
    {"name":"events","singularName":"event","namespaced":true,"kind":"Event","shortNames":["ev"]}]})")
                                     .value());
  const auto ours = parse_api_resources(json::parse(R"({"groupVersion":"nvidia.com/v1alpha1","resources":[
    {"name":"dynamographdeployments","singularName":"dynamographdeployment","namespaced":true,
     "kind":"DynamoGraphDeployment","shortNames":["dgd"]}]})")
                                            .value());
  const auto events = parse_api_resources(json::parse(R"({"groupVersion":"events.k8s.io/v1","resources":[
    {"name":"events","singularName":"event","namespaced":true,"kind":"Event","shortNames":["ev"]}]})")
                                              .value());
  out.insert(out.end(), ours.begin(), ours.end());
  out.insert(out.end(), events.begin(), events.end());
  return out;
}

struct NameCase {
  std::string_view name, found;
};
class FindByName : public ::testing::TestWithParam<NameCase> {};
TEST_P(FindByName, Finds) {
  const auto found = find_by_name(served(), GetParam().name);
  EXPECT_EQ(found ? found->group_resource() : "", GetParam().found);
}
INSTANTIATE_TEST_SUITE_P(
    Names, FindByName,
    ::testing::Values(NameCase{"pods", "pods"}, NameCase{"pod", "pods"}, NameCase{"PO", "pods"},
                      NameCase{"Pod", "pods"}, NameCase{"dgd", "dynamographdeployments.nvidia.com"},
                      NameCase{"dgd.nvidia.com", "dynamographdeployments.nvidia.com"},
                      NameCase{"ev", "events"}, NameCase{"events.events.k8s.io", "events.events.k8s.io"},
                      NameCase{"pods/log", ""}, NameCase{"pods.apps", ""}, NameCase{"", ""}));

TEST(FindByKind, NeedsTheExactVersion) {
  EXPECT_EQ(find_by_kind(served(), "nvidia.com/v1alpha1", "DynamoGraphDeployment")->plural,
            "dynamographdeployments");
  EXPECT_EQ(find_by_kind(served(), "nvidia.com/v1", "DynamoGraphDeployment").error().code, Errc::not_found);
}

}  // namespace
}  // namespace dynamo::kube
