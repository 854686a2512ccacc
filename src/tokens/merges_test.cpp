#include "tokens/merges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace dynamo::tokens {
namespace {

/// The definition, word for word: look for the earliest rule that fits anywhere, apply it at its leftmost
/// place, start again.
std::vector<Symbol> merge_slowly(std::span<const Merge> rules, std::vector<Symbol> symbols) {
  for (;;) {
    std::size_t best_rule = rules.size();
    std::size_t best_at = 0;
    for (std::size_t at = 0; at + 1 < symbols.size(); ++at) {
      for (std::size_t rule = 0; rule < rules.size(); ++rule) {
        const bool fits = rules[rule].left == symbols[at].id && rules[rule].right == symbols[at + 1].id;
        const bool last_of_its_pair =
            fits && std::none_of(rules.begin() + rule + 1, rules.end(), [&](const Merge& other) {
              return other.left == rules[rule].left && other.right == rules[rule].right;
            });
        if (!last_of_its_pair || rule >= best_rule) continue;
        best_rule = rule;
        best_at = at;
      }
    }
    if (best_rule == rules.size()) return symbols;
    symbols[best_at] = {rules[best_rule].merged, symbols[best_at].size + symbols[best_at + 1].size};
    symbols.erase(symbols.begin() + best_at + 1);
  }
}

std::vector<std::pair<TokenId, std::uint32_t>> pairs(std::span<const Symbol> symbols) {
  std::vector<std::pair<TokenId, std::uint32_t>> list;
  for (const Symbol& symbol : symbols) list.emplace_back(symbol.id, symbol.size);
  return list;
}

TEST(MergesTest, KnowsTheRankOfAPair) {
  const std::vector<Merge> rules{{1, 2, 10}, {2, 1, 11}, {1, 2, 12}};
  const auto merges = Merges::build(rules).value();
  EXPECT_EQ(merges.rank(1, 2), 2U);  // the last rule for a pair counts
  EXPECT_EQ(merges.rank(2, 1), 1U);
  EXPECT_EQ(merges.rank(2, 2), Merges::kNone);
  EXPECT_EQ(merges.rank(kMaxTokenId, kMaxTokenId), Merges::kNone);
  EXPECT_EQ(Merges::build({}).value().rank(0, 0), Merges::kNone);
}

TEST(MergesTest, GivesItsRulesBack) {
  const std::vector<Merge> rules{{1, 2, 10}, {kMaxTokenId, 0, 11}};
  const auto merges = Merges::build(rules).value();
  const auto back = merges.rules();
  ASSERT_EQ(back.size(), 2U);
  for (const Merge& rule : back) EXPECT_EQ(rule.merged, rules[merges.rank(rule.left, rule.right)].merged);
}

TEST(MergesTest, MergesAsTheDefinitionSays) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Merge> rules;
    const TokenId letters = 1 + random() % 3;
    TokenId next = letters;
    while (rules.size() < random() % 12) {
      const TokenId left = random() % next;
      const TokenId right = random() % next;
      rules.push_back({left, right, next++});
    }
    std::vector<Symbol> symbols;
    const std::size_t size = round % 4 == 0 ? Merges::kShort + random() % 40 : random() % 20;
    for (std::size_t i = 0; i < size; ++i) symbols.push_back({static_cast<TokenId>(random() % letters), 1});

    const auto expected = merge_slowly(rules, symbols);
    const std::size_t left = Merges::build(rules).value().apply(symbols);
    EXPECT_EQ(pairs(std::span(symbols).first(left)), pairs(expected)) << "round " << round;
  }
}

TEST(MergesTest, RefusesMoreRulesThanATableHolds) {
  const std::vector<Merge> rules(1U << 22);
  EXPECT_EQ(Merges::build(rules).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace dynamo::tokens
