#include "base/quantity.h"

#include <gtest/gtest.h>

namespace dynamo {
namespace {

struct QuantityCase {
  std::string_view text;
  std::string_view canonical;
};

class QuantityTest : public ::testing::TestWithParam<QuantityCase> {};

TEST_P(QuantityTest, HasThisCanonicalForm) {
  const auto quantity = Quantity::parse(GetParam().text);
  ASSERT_TRUE(quantity) << quantity.error().message;
  EXPECT_EQ(quantity->to_string(), GetParam().canonical);
  const auto again = Quantity::parse(quantity->to_string());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *quantity);
}

INSTANTIATE_TEST_SUITE_P(
    Canonical, QuantityTest,
    ::testing::Values(QuantityCase{"0", "0"}, QuantityCase{"0Gi", "0"}, QuantityCase{"-0", "0"},
                      QuantityCase{"1", "1"}, QuantityCase{"+1", "1"}, QuantityCase{"-1", "-1"},
                      QuantityCase{"0.5", "500m"}, QuantityCase{".5", "500m"}, QuantityCase{"5.", "5"},
                      QuantityCase{"1000m", "1"}, QuantityCase{"1500m", "1500m"}, QuantityCase{"0.001", "1m"},
                      QuantityCase{"100u", "100u"}, QuantityCase{"1000n", "1u"}, QuantityCase{"1n", "1n"},
                      QuantityCase{"0.1n", "1n"}, QuantityCase{"-0.1n", "-1n"},
                      QuantityCase{"0.00000000000000000000000000000000000000000001", "1n"},
                      QuantityCase{"1000", "1k"}, QuantityCase{"1001", "1001"},
                      QuantityCase{"1500k", "1500k"}, QuantityCase{"1000k", "1M"},
                      QuantityCase{"1.5G", "1500M"}, QuantityCase{"1T", "1T"}, QuantityCase{"1P", "1P"},
                      QuantityCase{"1E", "1E"}, QuantityCase{"1e3", "1e3"}, QuantityCase{"1E3", "1e3"},
                      QuantityCase{"1e-3", "1e-3"}, QuantityCase{"12e4", "120e3"}, QuantityCase{"1e0", "1"},
                      QuantityCase{"1Ki", "1Ki"}, QuantityCase{"1024", "1024"}, QuantityCase{"1024Ki", "1Mi"},
                      QuantityCase{"1024Mi", "1Gi"}, QuantityCase{"1.5Gi", "1536Mi"},
                      QuantityCase{"0.5Ki", "512"}, QuantityCase{"0.5Mi", "512Ki"},
                      QuantityCase{"0.1Mi", "104857600m"}, QuantityCase{"8Ei", "9223372036854775807"},
                      QuantityCase{"7Ei", "7Ei"}, QuantityCase{"1e30", "9223372036854775807"},
                      QuantityCase{"9223372036854775807", "9223372036854775807"},
                      QuantityCase{"9223372036854775808", "9223372036854775807"},
                      QuantityCase{"-9223372036854775809", "-9223372036854775807"},
                      QuantityCase{"00000000000000000000000000000000000000000000000000001", "1"}));

class NotAQuantityTest : public ::testing::TestWithParam<std::string_view> {};

TEST_P(NotAQuantityTest, IsRefused) {
  const auto quantity = Quantity::parse(GetParam());
  ASSERT_FALSE(quantity) << quantity->to_string();
  EXPECT_EQ(quantity.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Bad, NotAQuantityTest,
                         ::testing::Values("", " ", "lots", "1 Gi", "1gi", "1K", "1ki", "Gi", ".", "+", "-",
                                           "--1", "1.2.3", "1e", "1e+", "1ee3", "0x10", "1_000", "1,5",
                                           "1Gi ", "1e3.5"));

TEST(Quantity, ComparesByValue) {
  EXPECT_EQ(*Quantity::parse("1Gi"), *Quantity::parse("1024Mi"));
  EXPECT_EQ(*Quantity::parse("1Gi"), *Quantity::parse("1073741824"));
  EXPECT_LT(*Quantity::parse("1G"), *Quantity::parse("1Gi"));
  EXPECT_LT(*Quantity::parse("-1"), *Quantity::parse("1n"));
  EXPECT_NE(*Quantity::parse("1"), *Quantity::parse("1001m"));
}

TEST(Quantity, AddsAndSubtracts) {
  EXPECT_EQ((*Quantity::parse("500m") + *Quantity::parse("1.5")).to_string(), "2");
  EXPECT_EQ((*Quantity::parse("1Gi") + *Quantity::parse("1Mi")).to_string(), "1025Mi");
  EXPECT_EQ((Quantity{} + *Quantity::parse("1Gi")).to_string(), "1Gi");
  EXPECT_EQ((*Quantity::parse("1") - *Quantity::parse("250m")).to_string(), "750m");
  EXPECT_EQ((*Quantity::parse("7Ei") + *Quantity::parse("7Ei")).to_string(), "9223372036854775807");
}

TEST(Quantity, RoundsAwayFromZeroToWholeUnits) {
  EXPECT_EQ(Quantity::parse("1500m")->units(), 2);
  EXPECT_EQ(Quantity::parse("-1500m")->units(), -2);
  EXPECT_EQ(Quantity::parse("1n")->units(), 1);
  EXPECT_EQ(Quantity::parse("0.5")->milli_units(), 500);
  EXPECT_EQ(Quantity::parse("1u")->milli_units(), 1);
  EXPECT_EQ(Quantity::parse("7Ei")->milli_units(), 9223372036854775807);
  EXPECT_EQ(Quantity::of(3).to_string(), "3");
  EXPECT_EQ(Quantity::of(2048, Quantity::Format::binary_si).to_string(), "2Ki");
}

}  // namespace
}  // namespace dynamo
