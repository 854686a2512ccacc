#include "controllers/garbage_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/claim_binder.h"
#include "controllers/service_account_controller.h"
#include "controllers/test_objects.h"

namespace dynamo::controllers {
namespace {

using Action = DependentPlan::Action;
using kube::Propagation;
using State = OwnerState;

struct DependentCase {
  std::string_view name;
  std::vector<State> owners;
  bool has_dependents;
  Action action;
  std::vector<std::string> dropped;
  Propagation propagation;
};
void PrintTo(const DependentCase& row, std::ostream* out) { *out << row.name; }
class DependentTest : public ::testing::TestWithParam<DependentCase> {};
TEST_P(DependentTest, FollowsItsOwners) {
  const auto& row = GetParam();
  std::vector<OwnerFact> facts;
  for (std::size_t i = 0; i < row.owners.size(); ++i) {
    facts.push_back({{"v1", "Pod", "o", fmt::format("u{}", i), false, true}, row.owners[i]});
  }
  const auto plan = plan_dependent(testing::make_pod({.name = "p"}), facts, row.has_dependents);
  EXPECT_EQ(plan.action, row.action);
  EXPECT_EQ(plan.owners, row.dropped);
  if (row.action == Action::remove) {
    EXPECT_EQ(plan.propagation, row.propagation);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Rows, DependentTest,
    ::testing::Values(
        DependentCase{"no_owner", {}, false, Action::keep, {}, {}},
        DependentCase{"owner_there", {State::present}, false, Action::keep, {}, {}},
        DependentCase{"owner_unknown", {State::unknown}, false, Action::keep, {}, {}},
        DependentCase{"owner_gone", {State::absent}, false, Action::remove, {}, Propagation::background},
        DependentCase{
            "one_of_two_gone", {State::absent, State::present}, false, Action::drop_owners, {"u0"}, {}},
        DependentCase{
            "one_gone_one_unknown", {State::absent, State::unknown}, false, Action::drop_owners, {"u0"}, {}},
        DependentCase{
            "both_gone", {State::absent, State::absent}, true, Action::remove, {}, Propagation::background},
        DependentCase{"owner_waits", {State::waiting}, false, Action::remove, {}, Propagation::background},
        DependentCase{
            "owner_waits_for_a_tree", {State::waiting}, true, Action::remove, {}, Propagation::foreground},
        DependentCase{"owner_waits_another_stays",
                      {State::waiting, State::present},
                      true,
                      Action::drop_owners,
                      {"u0"},
                      {}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(DependentTest, OneThatGoesAlreadyIsLeftAlone) {
  const OwnerFact gone{{"v1", "Pod", "o", "u", false, true}, State::absent};
  EXPECT_EQ(plan_dependent(testing::make_pod({.name = "p", .deleting = true}), {gone}, false).action,
            Action::keep);
}

ObjectPtr dependent(bool blocking) {
  Object made = testing::make_pod({.name = "child"});
  EXPECT_TRUE(kube::set_owner(made, {"v1", "Pod", "p", "uid-p", true, blocking}));
  return testing::share(std::move(made));
}

struct OwnerCase {
  std::string_view name;
  std::string_view finalizer;
  bool deleting;
  std::vector<bool> dependents;  // blocking or not
  bool orphan;
  bool remove;
  std::string_view taken_off;
};
void PrintTo(const OwnerCase& row, std::ostream* out) { *out << row.name; }
class OwnerPlanTest : public ::testing::TestWithParam<OwnerCase> {};
TEST_P(OwnerPlanTest, FinishesInOrder) {
  const auto& row = GetParam();
  Object owner = testing::make_pod({.name = "p", .deleting = row.deleting});
  if (!row.finalizer.empty()) kube::add_finalizer(owner, row.finalizer);
  std::vector<ObjectPtr> dependents;
  for (const bool blocking : row.dependents) dependents.push_back(dependent(blocking));
  const OwnerPlan plan = plan_owner(owner, dependents);
  EXPECT_EQ(plan.orphan_dependents, row.orphan);
  EXPECT_EQ(plan.remove_dependents, row.remove);
  EXPECT_EQ(plan.finalizer, row.taken_off);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, OwnerPlanTest,
    ::testing::Values(
        OwnerCase{"alive", "orphan", false, {true}, false, false, ""},
        OwnerCase{"others_finalizer", "x/y", true, {true}, false, false, ""},
        OwnerCase{"foreground_waits", "foregroundDeletion", true, {true}, false, true, ""},
        OwnerCase{"foreground_does_not_wait_for_all",
                  "foregroundDeletion",
                  true,
                  {false},
                  false,
                  true,
                  "foregroundDeletion"},
        OwnerCase{"foreground_ends", "foregroundDeletion", true, {}, false, false, "foregroundDeletion"},
        OwnerCase{"orphans", "orphan", true, {true}, true, false, "orphan"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ClaimStatusTest, IsAsLargeAsAskedFor) {
  const Object claim = testing::object(
      R"({"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}})");
  EXPECT_EQ(json::dump(bound_claim_status(claim)),
            R"({"phase":"Bound","accessModes":["ReadWriteOnce"],"capacity":{"storage":"5Gi"}})");
}

TEST(TokenSecretTest, WantsATokenOnce) {
  Object secret = testing::object(R"({"type":"kubernetes.io/service-account-token"})");
  EXPECT_FALSE(wants_token(secret));
  kube::set_annotation(secret, "kubernetes.io/service-account.name", "default");
  EXPECT_TRUE(wants_token(secret));
  secret["data"] = Object{{"token", "eA=="}};
  EXPECT_FALSE(wants_token(secret));
}

}  // namespace
}  // namespace dynamo::controllers
