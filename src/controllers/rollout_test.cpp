#include "controllers/rollout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::controllers {
namespace {

struct LeewayCase {
  std::string_view name;
  std::string_view surge;
  std::string_view unavailable;
  std::int64_t replicas;
  Leeway leeway;
};
class LeewayTest : public ::testing::TestWithParam<LeewayCase> {};
TEST_P(LeewayTest, Resolves) {
  const auto& row = GetParam();
  const json::value surge = json::parse(row.surge).value();
  const json::value unavailable = json::parse(row.unavailable).value();
  EXPECT_EQ(resolve_leeway(surge.is_null() ? nullptr : &surge, unavailable.is_null() ? nullptr : &unavailable,
                           row.replicas),
            row.leeway);
}
INSTANTIATE_TEST_SUITE_P(Rows, LeewayTest,
                         ::testing::Values(LeewayCase{"default_of_ten", "null", "null", 10, {3, 2}},
                                           LeewayCase{"default_of_one", "null", "null", 1, {1, 0}},
                                           LeewayCase{"numbers", "2", "1", 10, {2, 1}},
                                           LeewayCase{"percent", R"("50%")", R"("50%")", 3, {2, 1}},
                                           LeewayCase{"never_both_zero", "0", R"("10%")", 5, {0, 1}},
                                           LeewayCase{"not_more_than_all", "0", "7", 2, {0, 2}},
                                           LeewayCase{"of_nothing", "null", "null", 0, {0, 1}}),
                         [](const auto& row) { return std::string(row.param.name); });

using Sizes = std::vector<std::int64_t>;

struct StepCase {
  std::string_view name;
  SetSize newest;
  std::vector<SetSize> old;
  std::int64_t replicas;
  Leeway leeway;
  std::int64_t grown;
  Sizes shrunk;
};
void PrintTo(const StepCase& row, std::ostream* out) { *out << row.name; }
class StepTest : public ::testing::TestWithParam<StepCase> {};
TEST_P(StepTest, StaysWithinTheLeeway) {
  const auto& row = GetParam();
  EXPECT_EQ(grow_new(row.newest, row.old, row.replicas, row.leeway), row.grown);
  EXPECT_EQ(shrink_old(row.newest, row.old, row.replicas, row.leeway), row.shrunk);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, StepTest,
    ::testing::Values(StepCase{"begins", {0, 0}, {{10, 10}}, 10, {3, 2}, 3, {8}},
                      StepCase{"no_room_yet", {3, 0}, {{10, 10}}, 10, {3, 2}, 3, {8}},
                      StepCase{"waits_for_the_new", {5, 0}, {{8, 8}}, 10, {3, 2}, 5, {8}},
                      StepCase{"goes_on", {5, 5}, {{8, 8}}, 10, {3, 2}, 5, {3}},
                      StepCase{"ends", {10, 8}, {{3, 3}}, 10, {3, 2}, 10, {0}},
                      StepCase{"broken_pods_first", {3, 0}, {{4, 0}, {6, 6}}, 10, {3, 2}, 3, {2, 6}},
                      StepCase{"one_by_one", {0, 0}, {{2, 2}}, 2, {0, 1}, 0, {1}},
                      StepCase{"surge_only", {1, 0}, {{1, 1}}, 1, {1, 0}, 1, {1}},
                      StepCase{"surge_only_ready", {1, 1}, {{1, 1}}, 1, {1, 0}, 1, {0}},
                      StepCase{"shrinks_the_new", {5, 5}, {}, 2, {1, 0}, 2, {}}),
    [](const auto& row) { return std::string(row.param.name); });

struct ScaleCase {
  std::string_view name;
  std::vector<SetSize> sets;  // wanted, available, most
  std::int64_t replicas;
  Leeway leeway;
  Sizes sizes;
};
void PrintTo(const ScaleCase& row, std::ostream* out) { *out << row.name; }
class ScaleTest : public ::testing::TestWithParam<ScaleCase> {};
TEST_P(ScaleTest, KeepsProportions) {
  const auto& row = GetParam();
  EXPECT_EQ(scale_in_proportion(row.sets, row.replicas, row.leeway), row.sizes);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ScaleTest,
    ::testing::Values(ScaleCase{"doubles", {{5, 5, 10}, {5, 0, 10}}, 20, {0, 1}, {10, 10}},
                      ScaleCase{"halves", {{6, 6, 10}, {4, 4, 10}}, 5, {0, 1}, {3, 2}},
                      ScaleCase{"to_zero", {{5, 5, 10}, {5, 5, 10}}, 0, {0, 1}, {0, 0}},
                      ScaleCase{"rest_goes_to_the_largest", {{1, 1, 3}, {2, 2, 3}}, 5, {0, 1}, {2, 3}},
                      ScaleCase{"surge_counts", {{8, 8, 13}, {5, 0, 13}}, 20, {5, 2}, {15, 10}},
                      ScaleCase{"none", {}, 5, {0, 1}, {}}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::controllers
