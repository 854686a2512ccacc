#include "tokens/byte_bpe.h"

#include <gtest/gtest.h>
#include <thread>

#include "tokens/test_models.h"

namespace dynamo::tokens {
namespace {

std::vector<TokenId> encode_visible(const Bpe& model, std::string_view word) {
  std::string visible;
  append_visible(word, visible);
  std::vector<TokenId> ids;
  model.encode(visible, ids);
  return ids;
}

std::vector<TokenId> encode_bytes(const ByteBpe& bytes, std::string_view word) {
  std::vector<TokenId> ids;
  bytes.encode(word, ids);
  return ids;
}

std::string random_word(std::mt19937& random) {
  static const std::vector<std::string> kCharacters{"a",  "b",  " ",  "é", "è",  "и",
                                                    "中", "国", "文", "ก", "😀", "😁"};
  std::string word;
  const std::size_t size = 1 + random() % (random() % 8 == 0 ? 60 : 9);
  for (std::size_t i = 0; i < size; ++i) word += kCharacters[random() % kCharacters.size()];
  return word;
}

/// A model whose merges come from words, so that tokens end inside of characters as those of real models do.
testing::RandomModel random_model(std::mt19937& random) {
  testing::RandomModel model(testing::byte_alphabet(), 0, random);
  for (int i = 0; i < 200; ++i) {
    std::string word;
    append_visible(random_word(random), word);
    std::vector<TokenId> ids;
    Bpe::build(model.vocabulary, model.rules, {}).value()->encode(word, ids);
    if (ids.size() < 2) continue;
    const std::size_t at = random() % (ids.size() - 1);
    const std::string joined =
        std::string(*model.vocabulary.token(ids[at])) + std::string(*model.vocabulary.token(ids[at + 1]));
    const auto id = static_cast<TokenId>(model.vocabulary.size());
    if (model.vocabulary.add(joined, id)) model.rules.push_back({ids[at], ids[at + 1], id});
  }
  return model;
}

/// With rules in the order they came from words, and in any order at all: then rules for whole tokens go
/// before those that make them, and merges across characters before those inside.
TEST(ByteBpeTest, GivesTheSameIdsAsTheModel) {
  std::mt19937 random(11);
  for (int round = 0; round < 24; ++round) {
    auto given = random_model(random);
    if (round % 2 == 1) std::ranges::shuffle(given.rules, random);
    const auto model = Bpe::build(given.vocabulary, given.rules, {.ignore_merges = round % 4 >= 2}).value();
    const auto bytes = ByteBpe::make(*model);
    ASSERT_NE(bytes, nullptr);
    for (int i = 0; i < 400; ++i) {
      const std::string word = random_word(random);
      ASSERT_EQ(encode_bytes(*bytes, word), encode_visible(*model, word)) << word << " in round " << round;
    }
  }
}

TEST(ByteBpeTest, NeedsTheWholeAlphabet) {
  auto alphabet = testing::byte_alphabet();
  alphabet.pop_back();
  EXPECT_EQ(ByteBpe::make(*Bpe::build(testing::make_vocabulary(alphabet), {}, {}).value()), nullptr);
}

TEST(ByteBpeTest, NeedsCharactersWrittenAlike) {
  const auto vocabulary = testing::make_vocabulary(testing::byte_alphabet());
  EXPECT_EQ(ByteBpe::make(*Bpe::build(vocabulary, {}, {.continuing_prefix = "##"}).value()), nullptr);
  EXPECT_EQ(ByteBpe::make(*Bpe::build(vocabulary, {}, {.end_suffix = "</w>"}).value()), nullptr);
}

TEST(ByteBpeTest, ThreadsSeeTheSameIds) {
  std::mt19937 seed(5);
  const auto given = random_model(seed);
  const auto model = Bpe::build(given.vocabulary, given.rules, {}).value();
  const auto bytes = ByteBpe::make(*model);
  std::vector<std::jthread> threads;
  std::atomic<int> differences = 0;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(thread);
      for (int i = 0; i < 3000; ++i) {
        const std::string word = random_word(random);
        differences += encode_bytes(*bytes, word) != encode_visible(*model, word);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(differences, 0);
}

TEST(ByteBpeTest, OneLetterVeryOftenIsNoTrouble) {
  auto vocabulary = testing::make_vocabulary(testing::byte_alphabet());
  std::vector<std::string> lines;
  for (std::string token = "a"; token.size() < 64; token += token) {
    ASSERT_TRUE(vocabulary.add(token + token, static_cast<TokenId>(vocabulary.size())).has_value());
    lines.push_back(token + " " + token);
  }
  const auto rules = testing::make_rules(vocabulary, lines);
  const auto model = Bpe::build(std::move(vocabulary), rules, {}).value();
  const auto bytes = ByteBpe::make(*model);
  const auto ids = encode_bytes(*bytes, std::string(200'000, 'a'));
  EXPECT_EQ(ids.size(), 200'000U / 64);
}

}  // namespace
}  // namespace dynamo::tokens
