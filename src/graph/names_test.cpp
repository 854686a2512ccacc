#include "graph/names.h"

#include <gtest/gtest.h>

namespace dynamo::graph {
namespace {

TEST(NamesTest, FollowTheGraphAndTheService) {
  EXPECT_EQ(component_name("agg", "VllmDecodeWorker"), "agg-vllmdecodeworker");
  EXPECT_EQ(dynamo_namespace("serving", "agg", false), "serving-agg");
  EXPECT_EQ(dynamo_namespace("serving", "agg", true), "dynamo");
  EXPECT_EQ(discovery_account_name("agg"), "agg-k8s-service-discovery");
  EXPECT_EQ(discovery_role_name("agg"), "agg-k8s-service-discovery-role");
  EXPECT_EQ(discovery_binding_name("agg"), "agg-k8s-service-discovery-binding");
}

TEST(NamesTest, ModelHashIsTheBeginningOfItsSha256) {
  // printf abc | sha256sum
  EXPECT_EQ(model_hash("abc"), "ba7816bf");
  EXPECT_EQ(model_service_name("abc"), "dynamo-model-ba7816bf");
}

struct ImageCase {
  std::string_view name;
  std::string_view image;
  std::string_view registry;
};
class RegistryTest : public ::testing::TestWithParam<ImageCase> {};
TEST_P(RegistryTest, IsTheHostOfTheImage) { EXPECT_EQ(registry_of(GetParam().image), GetParam().registry); }
INSTANTIATE_TEST_SUITE_P(Images, RegistryTest,
                         ::testing::Values(ImageCase{"host", "nvcr.io/nvidia/dynamo:1", "nvcr.io"},
                                           ImageCase{"port", "registry:5000/a", "registry:5000"},
                                           ImageCase{"localhost", "localhost/a", "localhost"},
                                           ImageCase{"user", "library/busybox", "docker.io"},
                                           ImageCase{"bare", "busybox:1.36", "docker.io"},
                                           ImageCase{"none", "", "docker.io"}),
                         [](const auto& row) { return std::string(row.param.name); });

struct ServiceNameCase {
  std::string_view name;
  std::string text;
  bool good;
};
class ServiceNameTest : public ::testing::TestWithParam<ServiceNameCase> {};
TEST_P(ServiceNameTest, MustBeADnsLabel) { EXPECT_EQ(is_service_name(GetParam().text), GetParam().good); }
INSTANTIATE_TEST_SUITE_P(
    Names, ServiceNameTest,
    ::testing::Values(ServiceNameCase{"plain", "agg-frontend", true}, ServiceNameCase{"digits", "a1-2", true},
                      ServiceNameCase{"longest", std::string(63, 'a'), true},
                      ServiceNameCase{"too_long", std::string(64, 'a'), false},
                      ServiceNameCase{"empty", "", false}, ServiceNameCase{"leading_digit", "1a", false},
                      ServiceNameCase{"trailing_hyphen", "a-", false}, ServiceNameCase{"dot", "a.b", false},
                      ServiceNameCase{"underscore", "a_b", false},
                      ServiceNameCase{"upper_case", "aB", false}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::graph
