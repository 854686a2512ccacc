#include "engine/mock_scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

namespace dynamo::engine {
namespace {

using ::testing::ElementsAre;

TEST(MockTiming, AgreesWithTheCheckValues) {
  EXPECT_NEAR(prefill_time(1000).count(), 32.11, 0.005);
  EXPECT_NEAR(prefill_time(4000).count(), 83.97, 0.005);
  EXPECT_NEAR(decode_time(8192).count(), 26.31, 0.006);
  EXPECT_NEAR(decode_time(16384).count(), 34.01, 0.005);
  EXPECT_EQ(decode_time(16384 * 10).count(), 0);
}

/// A prompt of `length` tokens, all of them `token` and so with equal prefixes.
TokenChain prompt_of(std::size_t length, TokenId token, std::size_t block_size) {
  TokenChain chain(block_size);
  for (std::size_t i = 0; i < length; ++i) chain.push(token);
  return chain;
}

TokenId fixed_token(std::size_t) { return 7; }

class Bench {
 public:
  explicit Bench(MockLimits limits) : limits_(limits), scheduler_(limits) {}

  Result<void> add(std::uint64_t id, std::size_t prompt, std::size_t max_tokens, TokenId token = 1) {
    return scheduler_.add(SequenceId(id), {.prompt = prompt_of(prompt, token, limits_.block_size),
                                           .max_tokens = max_tokens,
                                           .next_token = fixed_token});
  }
  MockScheduler& scheduler() { return scheduler_; }
  /// Ids that got a token in the next pass.
  std::vector<std::uint64_t> pass() {
    last_ = scheduler_.run_pass();
    std::vector<std::uint64_t> out;
    for (const auto& token : last_.tokens) out.push_back(token.id.get());
    return out;
  }
  const MockPass& last() const { return last_; }

 private:
  MockLimits limits_;
  MockScheduler scheduler_;
  MockPass last_;
};

TEST(MockScheduler, OneSequenceFromPromptToEnd) {
  Bench bench({.block_size = 4});
  ASSERT_TRUE(bench.add(1, 10, 3).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre(1));
  EXPECT_NEAR(bench.last().time.count(), (prefill_time(10) + decode_time(12)).count(), 1e-9);
  EXPECT_EQ(bench.scheduler().load().active_blocks, 3u);
  EXPECT_THAT(bench.pass(), ElementsAre(1));
  EXPECT_NEAR(bench.last().time.count(), decode_time(12).count(), 1e-9);
  EXPECT_FALSE(bench.last().tokens[0].last);
  EXPECT_THAT(bench.pass(), ElementsAre(1));
  EXPECT_EQ(bench.last().tokens[0], (DecodedToken{SequenceId(1), 2, 0, true}));
  EXPECT_TRUE(bench.scheduler().idle());
  EXPECT_EQ(bench.scheduler().load().active_blocks, 0u);
}

TEST(MockScheduler, ARepeatedPromptIsCached) {
  Bench bench({.block_size = 4});
  ASSERT_TRUE(bench.add(1, 10, 1).has_value());
  bench.pass();
  ASSERT_TRUE(bench.add(2, 10, 1).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre(2));
  EXPECT_EQ(bench.last().tokens[0].cached_tokens, 8u);
  EXPECT_NEAR(bench.last().time.count(), (prefill_time(2) + decode_time(12)).count(), 1e-9);
  EXPECT_DOUBLE_EQ(bench.scheduler().load().prefix_hit_rate, 0.4);
}

TEST(MockScheduler, WithoutPrefixCachingNothingIs) {
  Bench bench({.block_size = 4, .prefix_caching = false});
  for (std::uint64_t id = 1; id <= 2; ++id) {
    ASSERT_TRUE(bench.add(id, 10, 1).has_value());
    bench.pass();
    EXPECT_EQ(bench.last().tokens[0].cached_tokens, 0u);
    EXPECT_NEAR(bench.last().time.count(), (prefill_time(10) + decode_time(12)).count(), 1e-9);
  }
  EXPECT_EQ(bench.scheduler().load().active_blocks, 0u);
}

TEST(MockScheduler, LongPromptsAreChunked) {
  Bench bench({.block_size = 4, .max_batched_tokens = 16});
  ASSERT_TRUE(bench.add(1, 40, 1).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre());
  EXPECT_NEAR(bench.last().time.count(), prefill_time(16).count(), 1e-9);
  EXPECT_THAT(bench.pass(), ElementsAre());
  EXPECT_THAT(bench.pass(), ElementsAre(1));
}

TEST(MockScheduler, WithoutChunkingPromptsMustFitTheBudget) {
  Bench bench({.block_size = 4, .max_batched_tokens = 16, .chunked_prefill = false});
  EXPECT_EQ(bench.add(1, 17, 1).error().code, Errc::invalid);
  ASSERT_TRUE(bench.add(2, 10, 2, 1).has_value());
  ASSERT_TRUE(bench.add(3, 10, 2, 2).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre(2));
  EXPECT_THAT(bench.pass(), ElementsAre(2, 3));
}

TEST(MockScheduler, AdmitsNoMoreThanItMayRun) {
  Bench bench({.block_size = 4, .max_sequences = 2});
  for (std::uint64_t id = 1; id <= 3; ++id)
    ASSERT_TRUE(bench.add(id, 4, 2, static_cast<TokenId>(id)).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre(1, 2));
  EXPECT_EQ(bench.scheduler().load().waiting, 1u);
  EXPECT_THAT(bench.pass(), ElementsAre(1, 2));
  EXPECT_THAT(bench.pass(), ElementsAre(3));
}

TEST(MockScheduler, AdmissionLeavesTheWatermarkFree) {
  Bench bench({.blocks = 10, .block_size = 4, .watermark = 0.2});
  EXPECT_EQ(bench.add(1, 33, 1).error().code, Errc::invalid);
  ASSERT_TRUE(bench.add(2, 20, 4, 1).has_value());
  ASSERT_TRUE(bench.add(3, 20, 4, 2).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre(2));
}

TEST(MockScheduler, TheOldestIsTakenBackWhenBlocksRunOut) {
  Bench bench({.blocks = 4, .block_size = 4, .watermark = 0});
  ASSERT_TRUE(bench.add(1, 8, 5, 1).has_value());
  ASSERT_TRUE(bench.add(2, 4, 5, 2).has_value());
  EXPECT_THAT(bench.pass(), ElementsAre(1, 2));  // 1 took the last free block, then 2 took it from 1
  EXPECT_EQ(bench.scheduler().load().waiting, 1u);
  std::vector<std::size_t> positions{0};
  for (int i = 0; i < 20 && !bench.scheduler().idle(); ++i) {
    bench.pass();
    for (const auto& token : bench.last().tokens) {
      if (token.id == SequenceId(1)) positions.push_back(token.position);
    }
  }
  EXPECT_TRUE(bench.scheduler().idle());
  EXPECT_THAT(positions, ElementsAre(0, 1, 2, 3, 4));
}

TEST(MockScheduler, CancellingGivesTheBlocksBack) {
  Bench bench({.block_size = 4});
  ASSERT_TRUE(bench.add(1, 10, 100).has_value());
  ASSERT_TRUE(bench.add(2, 10, 100).has_value());
  bench.scheduler().cancel(SequenceId(2));  // still waiting
  bench.pass();
  bench.scheduler().cancel(SequenceId(1));
  bench.scheduler().cancel(SequenceId(1));
  EXPECT_TRUE(bench.scheduler().idle());
  EXPECT_EQ(bench.scheduler().load().active_blocks, 0u);
}

TEST(MockScheduler, RolesShareTheWork) {
  Bench prefill({.block_size = 4, .role = MockRole::prefill});
  ASSERT_TRUE(prefill.add(1, 10, 50).has_value());
  EXPECT_THAT(prefill.pass(), ElementsAre(1));
  EXPECT_TRUE(prefill.last().tokens[0].last);
  Bench decode({.block_size = 4, .role = MockRole::decode});
  ASSERT_TRUE(decode.add(1, 10, 2).has_value());
  decode.pass();
  EXPECT_NEAR(decode.last().time.count(), decode_time(12).count(), 1e-9);
}

/// Whatever is asked of it, each sequence gets all its tokens, in order and once, and no block is lost.
TEST(MockScheduler, EverySequenceEndsAndNoBlockLeaks) {
  std::mt19937 random(5);
  const auto pick = [&random](std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, high)(random);
  };
  for (int round = 0; round < 60; ++round) {
    Bench bench({.blocks = pick(8, 40),
                 .block_size = pick(1, 5),
                 .max_sequences = pick(1, 8),
                 .max_batched_tokens = pick(20, 60),
                 .prefix_caching = pick(0, 1) == 1,
                 .watermark = 0.01});
    std::map<std::uint64_t, std::size_t> want, got;
    std::uint64_t next_id = 0;
    for (int step = 0; step < 400; ++step) {
      if (step < 60 && pick(0, 1) == 1) {
        const std::size_t tokens = pick(1, 12);
        if (bench.add(++next_id, pick(1, 15), tokens, static_cast<TokenId>(pick(1, 2))))
          want[next_id] = tokens;
      }
      if (step < 80 && pick(0, 9) == 0 && next_id > 0) {
        const auto victim = pick(1, next_id);
        bench.scheduler().cancel(SequenceId(victim));
        if (got[victim] != want[victim]) want[victim] = got[victim];
      }
      bench.pass();
      for (const auto& token : bench.last().tokens) {
        ASSERT_EQ(token.position, got[token.id.get()]++);
        ASSERT_EQ(token.last, got[token.id.get()] == want[token.id.get()]);
      }
    }
    std::erase_if(got, [](const auto& entry) { return entry.second == 0; });
    std::erase_if(want, [](const auto& entry) { return entry.second == 0; });
    ASSERT_EQ(got, want);
    ASSERT_TRUE(bench.scheduler().idle());
    ASSERT_EQ(bench.scheduler().load().active_blocks, 0u);
  }
}

}  // namespace
}  // namespace dynamo::engine
