#include "tokens/word_cache.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>

#include "tokens/prompt_cache.h"

namespace dynamo::tokens {
namespace {

std::vector<TokenId> find(const WordCache& cache, std::string_view word, std::uint8_t kind = 0) {
  std::vector<TokenId> ids(WordCache::kMaxIds);
  ids.resize(cache.find({word, kind}, ids.data()));
  return ids;
}

TEST(WordCacheTest, RemembersWords) {
  WordCache cache(1 << 16);
  const std::vector<TokenId> ids{1, 2, 3, 4, 5, 6, 7, 8};
  cache.insert({"word", 0}, ids.data(), 3);
  cache.insert({std::string_view("word\0", 5), 0}, ids.data(), 2);
  cache.insert({std::string(WordCache::kMaxWord, 'x'), 0}, ids.data(), 8);
  EXPECT_EQ(find(cache, "word"), (std::vector<TokenId>{1, 2, 3}));
  EXPECT_EQ(find(cache, std::string(WordCache::kMaxWord, 'x')), ids);
  EXPECT_TRUE(find(cache, "wor").empty());
}

TEST(WordCacheTest, TellsTheKindsApart) {
  WordCache cache(1 << 16);
  const TokenId id = 7;
  cache.insert({"word", 0}, &id, 1);
  EXPECT_TRUE(find(cache, "word", 1).empty());
}

TEST(WordCacheTest, LeavesOutWhatDoesNotFit) {
  WordCache cache(1 << 16);
  const std::vector<TokenId> ids(WordCache::kMaxIds + 1);
  cache.insert({"long", 0}, ids.data(), ids.size());
  cache.insert({"none", 0}, ids.data(), 0);
  EXPECT_TRUE(find(cache, "long").empty());
  EXPECT_TRUE(find(cache, "none").empty());
}

TEST(WordCacheTest, NewWordsTakeThePlaceOfOld) {
  WordCache cache(1);  // two entries
  for (TokenId id = 0; id < 100; ++id) {
    cache.insert({std::to_string(id), 0}, &id, 1);
    EXPECT_EQ(find(cache, std::to_string(id)), std::vector<TokenId>{id});
  }
}

TEST(WordCacheTest, NeverMixesWords) {
  WordCache cache(1);
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (TokenId thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const std::vector<TokenId> ids(WordCache::kMaxIds, thread);
      for (int i = 0; i < 20000; ++i) {
        const std::string word(8 * (1 + thread % 3), static_cast<char>('a' + thread));
        cache.insert({word, 0}, ids.data(), ids.size());
        const auto found = find(cache, word);
        wrong += !found.empty() && found != ids;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(PromptCacheTest, RemembersByTextAndScope) {
  PromptCache cache(1 << 20);
  const std::vector<TokenId> ids{1, 2, 3};
  cache.insert({"hello", 1}, ids.data(), ids.size());
  std::vector<TokenId> found{9};
  EXPECT_TRUE(cache.find({"hello", 1}, found));
  EXPECT_EQ(found, (std::vector<TokenId>{9, 1, 2, 3}));
  EXPECT_FALSE(cache.find({"hello", 2}, found));
  EXPECT_FALSE(cache.find({"hell", 1}, found));
}

TEST(PromptCacheTest, StaysWithinItsBounds) {
  PromptCache cache(1 << 16);
  const std::vector<TokenId> ids(100);
  for (int i = 0; i < 1000; ++i) {
    cache.insert({std::to_string(i) + std::string(200, 'x'), 1}, ids.data(), ids.size());
    EXPECT_LE(cache.bytes(), 1U << 16);
  }
  EXPECT_GT(cache.bytes(), 1U << 14);
  std::vector<TokenId> found;
  EXPECT_TRUE(cache.find({"999" + std::string(200, 'x'), 1}, found));
  EXPECT_FALSE(cache.find({"0" + std::string(200, 'x'), 1}, found));
}

TEST(PromptCacheTest, LeavesOutWhatIsTooLarge) {
  PromptCache cache(1 << 12);
  cache.insert({std::string(1 << 12, 'x'), 1}, nullptr, 0);
  EXPECT_EQ(cache.bytes(), 0U);
}

}  // namespace
}  // namespace dynamo::tokens
