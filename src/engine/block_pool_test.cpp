#include "engine/block_pool.h"

#include <gtest/gtest.h>

namespace dynamo::engine {
namespace {

TEST(BlockPool, SharesActiveBlocks) {
  BlockPool pool(2);
  EXPECT_TRUE(pool.use(1));
  EXPECT_TRUE(pool.use(1));
  EXPECT_EQ(pool.active(), 1u);
  pool.release(1);
  EXPECT_EQ(pool.active(), 1u);
  pool.release(1);
  EXPECT_EQ(pool.active(), 0u);
  EXPECT_EQ(pool.inactive(), 1u);
}

TEST(BlockPool, RevivesInactiveBlocks) {
  BlockPool pool(1);
  pool.use(1);
  pool.release(1);
  EXPECT_TRUE(pool.use(1));
  EXPECT_EQ(pool.inactive(), 0u);
}

TEST(BlockPool, EvictsTheLeastRecentlyUsed) {
  BlockPool pool(2);
  for (const BlockHash hash : {1u, 2u}) pool.use(hash);
  pool.release(2);
  pool.release(1);
  EXPECT_TRUE(pool.use(3));
  const std::vector<BlockHash> first{2}, second{1};
  EXPECT_EQ(pool.matching_prefix(first), 0u);
  EXPECT_EQ(pool.matching_prefix(second), 1u);
}

TEST(BlockPool, FailsWhenAllBlocksAreActive) {
  BlockPool pool(2);
  EXPECT_TRUE(pool.use(1));
  EXPECT_TRUE(pool.use_partial());
  EXPECT_FALSE(pool.use(2));
  EXPECT_FALSE(pool.use_partial());
  pool.discard_partial();
  EXPECT_TRUE(pool.use_partial());
}

TEST(BlockPool, PromotionMayMeetTheSameBlock) {
  BlockPool pool(4);
  pool.use(1);
  pool.use_partial();
  pool.promote(1);  // another sequence has the same content
  EXPECT_EQ(pool.active(), 1u);
  pool.use_partial();
  pool.promote(2);
  EXPECT_EQ(pool.active(), 2u);
  pool.release(1);
  pool.release(1);
  EXPECT_EQ(pool.active(), 1u);
}

TEST(BlockPool, MatchesPrefixesOnly) {
  BlockPool pool(4);
  pool.use(1);
  pool.use(3);
  const std::vector<BlockHash> hashes{1, 2, 3};
  EXPECT_EQ(pool.matching_prefix(hashes), 1u);
}

}  // namespace
}  // namespace dynamo::engine
