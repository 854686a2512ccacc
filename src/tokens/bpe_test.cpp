#include "tokens/bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tokens/test_models.h"

namespace dynamo::tokens {
namespace {

struct BpeCase {
  std::string_view name;
  std::vector<std::string> vocabulary;
  std::vector<std::string> merges;
  BpeOptions options;
  std::string_view word;
  std::vector<Piece> pieces;
};

class BpeTest : public ::testing::TestWithParam<BpeCase> {};

TEST_P(BpeTest, CutsTheWordIntoTheseTokens) {
  const BpeCase& c = GetParam();
  Vocabulary vocabulary = testing::make_vocabulary(c.vocabulary);
  const auto rules = testing::make_rules(vocabulary, c.merges, c.options.continuing_prefix.size());
  const auto model = Bpe::build(std::move(vocabulary), rules, c.options).value();
  std::vector<Piece> pieces;
  model->tokenize(c.word, pieces);
  EXPECT_EQ(pieces, c.pieces);

  std::vector<TokenId> ids;
  std::vector<TokenId> expected;
  model->encode(c.word, ids);
  for (const Piece& piece : c.pieces) expected.push_back(piece.id);
  EXPECT_EQ(ids, expected);
}

const std::vector<std::string> kLetters{"<unk>", "a", "b", "c", "ab", "abc", "bc"};

INSTANTIATE_TEST_SUITE_P(
    Options, BpeTest,
    ::testing::Values(
        BpeCase{"earliest_rule_first", kLetters, {"b c", "a b"}, {}, "abc", {{1, {0, 1}}, {6, {1, 3}}}},
        BpeCase{"rules_build_on_rules", kLetters, {"a b", "ab c"}, {}, "abcab", {{5, {0, 3}}, {4, {3, 5}}}},
        BpeCase{"leftmost_of_equals", {"a", "aa"}, {"a a"}, {}, "aaa", {{1, {0, 2}}, {0, {2, 3}}}},
        BpeCase{"unknown_left_out", kLetters, {"a b"}, {}, "aéc", {{1, {0, 1}}, {3, {1, 2}}}},
        BpeCase{"left_out_joins_neighbours", kLetters, {"a b"}, {}, "éab", {{4, {0, 2}}}},
        BpeCase{"unknown_each", kLetters, {}, {.unknown = "<unk>"}, "éx", {{0, {0, 2}}, {0, {2, 3}}}},
        BpeCase{"unknown_fused",
                kLetters,
                {},
                {.unknown = "<unk>", .fuse_unknown = true},
                "aéxb",
                {{1, {0, 1}}, {0, {1, 4}}, {2, {4, 5}}}},
        BpeCase{"bytes",
                {"a", "<0xC3>", "<0xA9>"},
                {},
                {.byte_fallback = true},
                "aé",
                {{0, {0, 1}}, {1, {1, 2}}, {2, {2, 3}}}},
        BpeCase{"bytes_missing",
                {"a", "<0xC3>", "<unk>"},
                {},
                {.unknown = "<unk>", .byte_fallback = true},
                "aé",
                {{0, {0, 1}}, {2, {1, 3}}}},
        BpeCase{"bytes_overtake_unknown",
                {"a", "<0xC3>", "<0xA9>", "<unk>"},
                {},
                {.unknown = "<unk>", .byte_fallback = true},
                "xéa",
                {{1, {0, 1}}, {2, {1, 2}}, {3, {2, 3}}, {0, {3, 4}}}},
        BpeCase{"prefix",
                {"a", "##a", "aa"},
                {"a ##a"},
                {.continuing_prefix = "##"},
                "aaa",
                {{2, {0, 2}}, {1, {2, 3}}}},
        BpeCase{"suffix",
                {"a", "a</w>", "aa</w>"},
                {"a a</w>"},
                {.end_suffix = "</w>"},
                "aaa",
                {{0, {0, 1}}, {2, {1, 3}}}},
        BpeCase{"suffix_alone", {"a", "a</w>"}, {}, {.end_suffix = "</w>"}, "a", {{1, {0, 1}}}},
        BpeCase{"whole_word", kLetters, {}, {.ignore_merges = true}, "abc", {{5, {0, 3}}}},
        BpeCase{"whole_word_unless_told", kLetters, {}, {}, "abc", {{1, {0, 1}}, {2, {1, 2}}, {3, {2, 3}}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(BpeCutsTest, MergesAsIfTheWordWereNeverCut) {
  std::mt19937 random(3);
  const std::vector<std::string> alphabet{"a", "b", "é", "中", "國", "😀", "▁"};
  for (int round = 0; round < 300; ++round) {
    testing::RandomModel given(alphabet, random() % 30, random);
    const auto merges = Merges::build(given.rules).value();
    const auto model = Bpe::build(given.vocabulary, given.rules, {}).value();
    std::string word;
    std::vector<Symbol> symbols;
    for (std::size_t i = 0; i < 1 + random() % 30; ++i) {
      const auto id = static_cast<TokenId>(random() % alphabet.size());
      word += alphabet[id];
      symbols.push_back({id, static_cast<std::uint32_t>(alphabet[id].size())});
    }
    symbols.resize(merges.apply(symbols));
    std::vector<TokenId> expected;
    for (const Symbol& symbol : symbols) expected.push_back(symbol.id);
    std::vector<TokenId> ids;
    model->encode(word, ids);
    EXPECT_EQ(ids, expected) << word;
  }
}

TEST(BpeBuildTest, RefusesAnUnknownTokenThatIsNotThere) {
  const auto built = Bpe::build(testing::make_vocabulary({"a"}), {}, {.unknown = "<unk>"});
  ASSERT_FALSE(built.has_value());
  EXPECT_THAT(built.error().message, ::testing::HasSubstr("model.unk_token \"<unk>\""));
}

struct RuleCase {
  std::string_view name;
  std::string_view left;
  std::string_view right;
  std::size_t prefix_size;
  std::string_view message;
};

class BpeRuleTest : public ::testing::TestWithParam<RuleCase> {};

TEST_P(BpeRuleTest, IsRefused) {
  const RuleCase& c = GetParam();
  const auto rule = Bpe::rule(testing::make_vocabulary({"a", "b"}), c.left, c.right, c.prefix_size);
  ASSERT_FALSE(rule.has_value());
  EXPECT_EQ(rule.error().code, Errc::invalid);
  EXPECT_THAT(rule.error().message, ::testing::HasSubstr(c.message));
}

INSTANTIATE_TEST_SUITE_P(Missing, BpeRuleTest,
                         ::testing::Values(RuleCase{"left", "x", "b", 0, "\"x\" is not in model.vocab"},
                                           RuleCase{"right", "a", "x", 0, "\"x\" is not in model.vocab"},
                                           RuleCase{"joined", "a", "b", 0, "\"ab\" is not in model.vocab"},
                                           RuleCase{"short_right", "a", "b", 2, "shorter"}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::tokens
