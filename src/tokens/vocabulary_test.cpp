#include "tokens/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tokens/trie.h"

namespace dynamo::tokens {
namespace {

TEST(VocabularyTest, FindsTokensBothWays) {
  Vocabulary vocabulary;
  for (TokenId id = 0; id < 5000; ++id)
    ASSERT_TRUE(vocabulary.add(fmt::format("t{}", id), id * 2).has_value());
  EXPECT_EQ(vocabulary.size(), 5000U);
  EXPECT_EQ(vocabulary.id_limit(), 9999U);
  for (TokenId id = 0; id < 5000; ++id) {
    ASSERT_EQ(vocabulary.id(fmt::format("t{}", id)), id * 2);
    ASSERT_EQ(vocabulary.token(id * 2), fmt::format("t{}", id));
    ASSERT_EQ(vocabulary.token(id * 2 + 1), std::nullopt);  // a hole
  }
  EXPECT_EQ(vocabulary.id("t5000"), std::nullopt);
}

TEST(VocabularyTest, AnEmptyOneKnowsNothing) {
  const Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.id(""), std::nullopt);
  EXPECT_EQ(vocabulary.token(0), std::nullopt);
}

struct RefusedCase {
  std::string_view name;
  std::string_view token;
  TokenId id;
  Errc code;
  std::string_view message;
};

class VocabularyRefusesTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(VocabularyRefusesTest, WithAReason) {
  Vocabulary vocabulary;
  ASSERT_TRUE(vocabulary.add("there", 3).has_value());
  const auto added = vocabulary.add(GetParam().token, GetParam().id);
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, GetParam().code);
  EXPECT_THAT(added.error().message, ::testing::HasSubstr(GetParam().message));
  EXPECT_EQ(vocabulary.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Tokens, VocabularyRefusesTest,
                         ::testing::Values(RefusedCase{"same_token", "there", 4, Errc::invalid,
                                                       "\"there\" is there twice, with ids 3 and 4"},
                                           RefusedCase{"same_id", "other", 3, Errc::invalid,
                                                       "id 3 is given to \"there\" and to \"other\""},
                                           RefusedCase{"large_id", "other", kMaxTokenId + 1,
                                                       Errc::unsupported, "ids beyond 2097150"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(TrieTest, FindsTextsByteByByte) {
  Trie trie;
  EXPECT_TRUE(trie.add("ab", 1));
  EXPECT_TRUE(trie.add("abc", 2));
  EXPECT_FALSE(trie.add("ab", 3));
  EXPECT_FALSE(trie.add("", 4));
  const Trie::Node a = trie.step(Trie::kRoot, 'a');
  const Trie::Node ab = trie.step(a, 'b');
  EXPECT_EQ(trie.value(a), Trie::kNone);
  EXPECT_EQ(trie.value(ab), 1U);
  EXPECT_EQ(trie.value(trie.step(ab, 'c')), 2U);
  EXPECT_EQ(trie.step(ab, 'd'), Trie::kNone);
  EXPECT_EQ(Trie{}.step(Trie::kRoot, 'a'), Trie::kNone);
}

TEST(TrieTest, HoldsManyTexts) {
  Trie trie;
  for (std::uint32_t i = 0; i < 20000; ++i) ASSERT_TRUE(trie.add(std::to_string(i), i));
  for (std::uint32_t i = 0; i < 20000; ++i) {
    Trie::Node node = Trie::kRoot;
    for (const char c : std::to_string(i)) node = trie.step(node, c);
    ASSERT_EQ(trie.value(node), i);
  }
}

}  // namespace
}  // namespace dynamo::tokens
