#include "router/picker.h"

#include <gtest/gtest.h>

namespace dynamo::router {
namespace {

std::vector<Candidate> workers(std::initializer_list<bool> excluded) {
  std::vector<Candidate> out;
  for (const bool e : excluded) out.push_back({out.size() + 1, e});
  return out;
}

std::vector<int> count_picks(Picker& picker, const std::vector<Candidate>& candidates, int rounds) {
  std::vector<int> counts(candidates.size());
  for (int i = 0; i < rounds; ++i) ++counts[picker.pick(candidates).value()];
  return counts;
}

TEST(RoundRobin, TakesEachInTurn) {
  RoundRobinPicker picker;
  const auto three = workers({false, false, false});
  std::vector<std::size_t> picks;
  for (int i = 0; i < 5; ++i) picks.push_back(picker.pick(three).value());
  EXPECT_EQ(picks, (std::vector<std::size_t>{0, 1, 2, 0, 1}));
}

TEST(RoundRobin, SkipsTheExcluded) {
  RoundRobinPicker picker;
  EXPECT_EQ(count_picks(picker, workers({false, true, false}), 30)[1], 0);
}

TEST(Random, IsEvenAndRepeatable) {
  const auto four = workers({false, false, true, false});
  RandomPicker a(1), b(1);
  const auto counts = count_picks(a, four, 30'000);
  EXPECT_EQ(counts, count_picks(b, four, 30'000));
  EXPECT_EQ(counts[2], 0);
  for (const std::size_t i : {0u, 1u, 3u}) EXPECT_NEAR(counts[i], 10'000, 400);
}

class EveryPicker : public ::testing::TestWithParam<Mode> {};
TEST_P(EveryPicker, GivesNothingWhenNobodyIsLeft) {
  const auto picker = make_picker(GetParam(), 7);
  EXPECT_EQ(picker->pick({}), std::nullopt);
  EXPECT_EQ(picker->pick(workers({true, true})), std::nullopt);
  EXPECT_EQ(picker->pick(workers({true, false})), 1u);
}
INSTANTIATE_TEST_SUITE_P(Modes, EveryPicker, ::testing::Values(Mode::round_robin, Mode::random));

}  // namespace
}  // namespace dynamo::router
