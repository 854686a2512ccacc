#include "controllers/pods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/claims.h"
#include "controllers/expectations.h"
#include "controllers/pod_ranking.h"
#include "controllers/test_objects.h"

namespace dynamo::controllers {
namespace {

using ::testing::ElementsAre;
using testing::kNow;
using testing::make_pod;
using testing::PodSpec;
using testing::share;

std::vector<std::string> names(const std::vector<ObjectPtr>& objects) {
  std::vector<std::string> out;
  for (const ObjectPtr& object : objects) out.emplace_back(kube::name_of(*object));
  return out;
}

struct RankCase {
  std::string_view name;
  PodSpec first;  // goes first
  PodSpec second;
};
class RankTest : public ::testing::TestWithParam<RankCase> {};
TEST_P(RankTest, ChoosesTheFirst) {
  const auto& row = GetParam();
  // Names in the other order, so that the tie-breaker does not help.
  PodSpec first = row.first;
  PodSpec second = row.second;
  first.name = "z";
  second.name = "a";
  EXPECT_THAT(names(pods_to_delete({testing::pod(second), testing::pod(first)}, 1)), ElementsAre("z"));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, RankTest,
    ::testing::Values(
        RankCase{"without_node", {.node = ""}, {.phase = "Pending"}},
        RankCase{"pending", {.phase = "Pending", .ready = false}, {.phase = "Running", .ready = false}},
        RankCase{"not_ready", {.ready = false}, {.deletion_cost = -10}},
        RankCase{"cheaper", {.ready_seconds_ago = 500, .deletion_cost = -1}, {.ready_seconds_ago = 1}},
        RankCase{"ready_later", {.ready_seconds_ago = 10}, {.ready_seconds_ago = 20, .restarts = 5}},
        RankCase{"more_restarts", {.created_seconds_ago = 900, .restarts = 2}, {.restarts = 1}},
        RankCase{"younger", {.created_seconds_ago = 100}, {.created_seconds_ago = 200}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RankingTest, SpreadsOverNodes) {
  const auto chosen =
      pods_to_delete({testing::pod({.name = "a", .node = "n1"}), testing::pod({.name = "y", .node = "n2"}),
                      testing::pod({.name = "z", .node = "n2"})},
                     1);
  EXPECT_THAT(names(chosen), ElementsAre("y"));
}

TEST(RankingTest, GivesNoMoreThanThereAre) {
  EXPECT_EQ(pods_to_delete({testing::pod({.name = "a"})}, 5).size(), 1U);
}

TEST(PodTest, IsAvailableAfterItsTime) {
  using std::chrono::seconds;
  const Object pod = make_pod({.name = "a", .ready_seconds_ago = 4});
  EXPECT_TRUE(availability(pod, seconds{0}, kNow).available);
  EXPECT_TRUE(availability(pod, seconds{4}, kNow).available);
  EXPECT_FALSE(availability(pod, seconds{10}, kNow).available);
  EXPECT_EQ(availability(pod, seconds{10}, kNow).look_again, seconds{6});
  EXPECT_FALSE(availability(make_pod({.name = "a", .ready = false}), seconds{0}, kNow).available);
}

TEST(PodTest, ActivityFollowsPhaseAndDeletion) {
  EXPECT_TRUE(is_active(make_pod({.name = "a"})));
  EXPECT_FALSE(is_active(make_pod({.name = "a", .phase = "Failed"})));
  EXPECT_FALSE(is_active(make_pod({.name = "a", .phase = "Succeeded"})));
  EXPECT_FALSE(is_active(make_pod({.name = "a", .deleting = true})));
  EXPECT_TRUE(is_active(Object{}));
}

TEST(SuffixTest, HasTheRightAlphabet) {
  EXPECT_EQ(encode_suffix(1234567890).size(), 10U);
  EXPECT_EQ(random_suffix([] { return 0.999999; }), "99999");
  EXPECT_EQ(random_suffix([] { return 0.0; }), "bbbbb");
}

TEST(ClaimTest, SortsCandidates) {
  const Object owner = testing::make_workload(kube::resources::kReplicaSets, "rs", 1);
  const auto selector = kube::LabelSelector::parse("app=web").value();
  const auto owned = [&](PodSpec spec, const std::string& uid) {
    Object made = make_pod(spec);
    EXPECT_TRUE(kube::set_owner(made, {"apps/v1", "ReplicaSet", "rs", uid, true, true}));
    return share(std::move(made));
  };
  const Claims claims = claim(
      owner, selector,
      {owned({.name = "mine"}, "uid-rs"), owned({.name = "other"}, "uid-x"),
       owned({.name = "relabelled", .app = "x"}, "uid-rs"), testing::pod({.name = "orphan"}),
       testing::pod({.name = "foreign", .app = "x"}), testing::pod({.name = "going", .deleting = true})});
  EXPECT_THAT(names(claims.mine), ElementsAre("mine"));
  EXPECT_THAT(names(claims.adopt), ElementsAre("orphan"));
  EXPECT_THAT(names(claims.release), ElementsAre("relabelled"));
}

TEST(ClaimTest, PatchesCarryWhatTheyWereDecidedOn) {
  const Object owner = testing::make_workload(kube::resources::kReplicaSets, "rs", 1);
  Object pod = make_pod({.name = "p"});
  kube::metadata(pod)["resourceVersion"] = "7";
  const json::value adoption = adoption_patch(pod, owner);
  EXPECT_EQ(json::string_at(adoption, {"metadata", "resourceVersion"}), "7");
  EXPECT_EQ(json::string_at(adoption.at("metadata").at("ownerReferences").at(0), {"uid"}), "uid-rs");
  ASSERT_TRUE(kube::set_owner(pod, kube::controller_reference(owner)));
  EXPECT_TRUE(release_patch(pod, owner).at("metadata").at("ownerReferences").is_null());
}

TEST(ExpectationsTest, HoldUntilSeenOrTooOld) {
  const TimePoint start{};
  const kube::NamespacedName owner{"ns", "rs"};
  Expectations expectations;
  EXPECT_TRUE(expectations.fulfilled(owner, start));
  expectations.expect(owner, "rs-a", start);
  expectations.expect(owner, "rs-b", start);
  expectations.observed(owner, "rs-a");
  EXPECT_FALSE(expectations.fulfilled(owner, start));
  EXPECT_TRUE(expectations.fulfilled(owner, start + Expectations::kTimeout));
  expectations.observed(owner, "rs-b");
  EXPECT_TRUE(expectations.fulfilled(owner, start));
  EXPECT_EQ(expectations.size(), 0U);
}

}  // namespace
}  // namespace dynamo::controllers
