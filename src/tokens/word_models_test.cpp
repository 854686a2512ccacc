#include "tokens/word_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tokens/test_models.h"
#include "tokens/unigram.h"

namespace dynamo::tokens {
namespace {

std::vector<Piece> tokenize(const Model& model, std::string_view word) {
  std::vector<Piece> pieces;
  model.tokenize(word, pieces);
  return pieces;
}

struct WordCase {
  std::string_view name;
  std::string_view word;
  std::vector<Piece> pieces;
};

class WordPieceTest : public ::testing::TestWithParam<WordCase> {};

TEST_P(WordPieceTest, TakesTheLongestTokens) {
  auto vocabulary = testing::make_vocabulary({"[UNK]", "un", "##aff", "##able", "una", "##é"});
  const auto model = WordPiece::build(std::move(vocabulary), {.max_characters = 9}).value();
  EXPECT_EQ(tokenize(*model, GetParam().word), GetParam().pieces);
}

INSTANTIATE_TEST_SUITE_P(Words, WordPieceTest,
                         ::testing::Values(WordCase{"one", "un", {{1, {0, 2}}}},
                                           WordCase{
                                               "several", "unaffable", {{0, {0, 9}}}},  // "una" leads nowhere
                                           WordCase{"cut", "unable", {{0, {0, 6}}}},
                                           WordCase{"rest", "unaé", {{4, {0, 3}}, {5, {3, 5}}}},
                                           WordCase{"unknown", "zzz", {{0, {0, 3}}}},
                                           WordCase{"too_long", "ununununun", {{0, {0, 10}}}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(WordPieceTest, TakesNoLongerForTheRestOfALongWord) {
  auto vocabulary = testing::make_vocabulary({"[UNK]", "a", "##a", "##aaaa"});
  const std::string word(300'001, 'a');
  const auto model = WordPiece::build(std::move(vocabulary), {.max_characters = word.size()}).value();
  EXPECT_EQ(tokenize(*model, word).size(), 1 + (word.size() - 1) / 4);
}

TEST(WordLevelTest, LooksWordsUp) {
  const auto model = WordLevel::build(testing::make_vocabulary({"<unk>", "yes"}), "<unk>").value();
  EXPECT_EQ(tokenize(*model, "yes"), (std::vector<Piece>{{1, {0, 3}}}));
  EXPECT_EQ(tokenize(*model, "no"), (std::vector<Piece>{{0, {0, 2}}}));
}

TEST(WordModelsTest, NeedTheirUnknownToken) {
  EXPECT_THAT(WordLevel::build(testing::make_vocabulary({"a"}), "<unk>").error().message,
              ::testing::HasSubstr("model.unk_token \"<unk>\" is not in model.vocab"));
  EXPECT_THAT(WordPiece::build(testing::make_vocabulary({"a"}), {}).error().message,
              ::testing::HasSubstr("model.unk_token \"[UNK]\" is not in model.vocab"));
}

std::unique_ptr<const Unigram> make_unigram(bool byte_fallback) {
  auto vocabulary =
      testing::make_vocabulary({"<unk>", "a", "b", "cd", "ab", "abc", "abcd", "<0xC3>", "<0xA9>"});
  return Unigram::build(std::move(vocabulary), {0, 0, 0, 1, 2, 5, 10, -5, -5}, {TokenId{0}, byte_fallback})
      .value();
}

class UnigramTest : public ::testing::TestWithParam<WordCase> {};

TEST_P(UnigramTest, TakesTheBestSum) {
  EXPECT_EQ(tokenize(*make_unigram(true), GetParam().word), GetParam().pieces);
}

INSTANTIATE_TEST_SUITE_P(
    Words, UnigramTest,
    ::testing::Values(WordCase{"best", "abcd", {{6, {0, 4}}}},
                      WordCase{"parts", "abacd", {{4, {0, 2}}, {1, {2, 3}}, {3, {3, 5}}}},
                      WordCase{"unknown_is_one_token", "axyb", {{1, {0, 1}}, {0, {1, 3}}, {2, {3, 4}}}},
                      WordCase{"bytes", "aé", {{1, {0, 1}}, {7, {1, 3}}, {8, {1, 3}}}},
                      WordCase{"not_all_bytes", "éx", {{0, {0, 3}}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(UnigramTest, ShowsAnUnknownStretchAsItself) {
  const auto model = make_unigram(false);
  EXPECT_EQ(model->shown({0, {1, 3}}, "axyb"), "xy");
  EXPECT_EQ(model->shown({1, {0, 1}}, "axyb"), "a");
}

TEST(UnigramTest, NeedsAnUnknownToken) {
  EXPECT_THAT(Unigram::build(testing::make_vocabulary({"a"}), {0}, {}).error().message,
              ::testing::HasSubstr("model.unk_id is null"));
  EXPECT_THAT(Unigram::build(testing::make_vocabulary({"a"}), {0}, {TokenId{1}, false}).error().message,
              ::testing::HasSubstr("model.unk_id must be below"));
}

TEST(UnigramTest, NeedsNoneForTheByteAlphabet) {
  const auto alphabet = testing::byte_alphabet();
  EXPECT_TRUE(Unigram::build(testing::make_vocabulary(alphabet), std::vector<double>(256), {}).has_value());
}

}  // namespace
}  // namespace dynamo::tokens
