#include "graph/names.h"

#include <gtest/gtest.h>

namespace dynamo::graph {
namespace {

TEST(NamesTest, FollowTheGraphAndTheService) {
  EXPECT_EQ(component_name("agg", "VllmDecodeWorker"), "agg-vllmdecodeworker");
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

}  // namespace
}  // namespace dynamo::graph
