#include "up/address_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

namespace dynamo::up {
namespace {

/// Away from the platforms of this machine.
std::string scope() { return fmt::format("dynamo-test-{}", ::getpid()); }

TEST(AddressBlock, BelongsToOneAtATime) {
  auto first = AddressBlock::claim(100, scope());
  ASSERT_TRUE(first);
  const std::uint8_t number = first->number();
  const auto second = AddressBlock::claim(number, scope());
  ASSERT_TRUE(second);
  EXPECT_NE(second->number(), number);
  *first = std::move(*AddressBlock::claim(number, scope()));  // gives the old one back
  EXPECT_EQ(AddressBlock::claim(number, scope())->number(), number);
}

TEST(AddressBlock, GoesRoundUntilAllAreTaken) {
  std::vector<AddressBlock> held;
  std::set<int> numbers;
  for (;;) {
    auto next = AddressBlock::claim(230, scope());
    if (!next) {
      EXPECT_EQ(next.error().code, Errc::already_exists);
      break;
    }
    numbers.insert(next->number());
    held.push_back(std::move(*next));
  }
  EXPECT_EQ(numbers.size(), held.size());
  EXPECT_GE(*numbers.begin(), AddressBlock::kFirst);
  EXPECT_LT(*numbers.rbegin(), AddressBlock::kFirst + AddressBlock::kCount);
}

TEST(AddressBlock, IsPreferredByAStateDirectory) {
  std::set<int> seen;
  for (const char* root : {"/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"}) {
    const int block = preferred_address_block({root});
    EXPECT_EQ(block, preferred_address_block({root}));
    EXPECT_GE(block, AddressBlock::kFirst);
    EXPECT_LT(block, AddressBlock::kFirst + AddressBlock::kCount);
    seen.insert(block);
  }
  EXPECT_GT(seen.size(), 1U);
}

}  // namespace
}  // namespace dynamo::up
