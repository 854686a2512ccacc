#include "node/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(AddressPool, GivesEachOwnerItsOwn) {
  AddressPool pool(77);
  EXPECT_EQ(pool.acquire("a"), "127.77.0.1");
  EXPECT_EQ(pool.acquire("b"), "127.77.0.2");
  EXPECT_EQ(pool.acquire("a"), "127.77.0.1");
}

TEST(AddressPool, ReusesAnAddressLate) {
  AddressPool pool(77);
  EXPECT_TRUE(pool.acquire("a"));
  pool.release("a");
  EXPECT_EQ(pool.acquire("b"), "127.77.0.2");
}

TEST(AddressPool, SkipsNetworkAddressesAndEndsWithAnError) {
  AddressPool pool(77);
  int given = 0;
  while (const auto address = pool.acquire(std::to_string(given))) {
    EXPECT_FALSE(address->ends_with(".0") || address->ends_with(".255")) << *address;
    ++given;
  }
  EXPECT_EQ(given, 256 * 254);
  EXPECT_EQ(pool.acquire("one more").error().code, Errc::too_many);
}

TEST(AddressPool, ReclaimsWhatAnEarlierRunGave) {
  AddressPool pool(77);
  EXPECT_TRUE(pool.reclaim("a", "127.77.0.9"));
  EXPECT_EQ(pool.acquire("a"), "127.77.0.9");
  EXPECT_FALSE(pool.reclaim("b", "127.77.0.9")) << "taken";
  EXPECT_FALSE(pool.reclaim("b", "127.78.0.9")) << "another block";
  EXPECT_FALSE(pool.reclaim("b", "10.0.0.1"));
  EXPECT_FALSE(pool.reclaim("b", ""));
  EXPECT_EQ(pool.acquire("c"), "127.77.0.10");
}

TEST(GpuPool, CountsAndEnforces) {
  GpuPool pool(4);
  EXPECT_THAT(*pool.acquire("a", 2), ElementsAre(0, 1));
  EXPECT_THAT(*pool.acquire("b", 1), ElementsAre(2));
  EXPECT_THAT(*pool.acquire("a", 2), ElementsAre(0, 1)) << "asking again changes nothing";
  const auto refused = pool.acquire("c", 2);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("asks for 2 GPUs; 1 of 4 are free"));
  pool.release("a");
  EXPECT_THAT(*pool.acquire("c", 2), ElementsAre(0, 1));
  EXPECT_THAT(*pool.acquire("d", 0), ElementsAre());
}

}  // namespace
}  // namespace dynamo::node
