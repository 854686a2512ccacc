#include "graph/env.h"

#include <gtest/gtest.h>

#include "graph/test_support.h"

namespace dynamo::graph {
namespace {

std::string names(const json::array& env) {
  std::string out;
  for (const json::value& entry : env) out += std::string(json::string_at(entry, {"name"})) + " ";
  return out;
}

TEST(EnvTest, TheUpperListReplacesWholeEntries) {
  json::array base{env_value("A", "1"), env_field("B", "metadata.name")};
  json::array over{env_value("B", "2"), env_value("C", "3")};
  const json::array merged = merge_env(base, over);
  EXPECT_EQ(json::dump(merged),
            R"([{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"C","value":"3"}])");
}

TEST(EnvTest, OfTwoInOneListTheLastCounts) {
  const json::array merged = merge_env({}, json::array{env_value("A", "1"), env_value("A", "2")});
  EXPECT_EQ(json::dump(merged), R"([{"name":"A","value":"2"}])");
}

struct OrderCase {
  std::string_view name;
  json::array env;
  std::string_view order;
};
class OrderTest : public ::testing::TestWithParam<OrderCase> {};
TEST_P(OrderTest, ByNameAndBehindWhatItRefersTo) {
  EXPECT_EQ(names(order_env(GetParam().env)), GetParam().order);
}
INSTANTIATE_TEST_SUITE_P(
    Lists, OrderTest,
    ::testing::Values(
        OrderCase{"by_name", {env_value("C", ""), env_value("A", ""), env_value("B", "")}, "A B C "},
        OrderCase{"backward", {env_value("B", "$(A)"), env_value("A", "")}, "A B "},
        OrderCase{"forward",
                  {env_value("A", "http://$(HOST):$(PORT)/"), env_value("HOST", ""), env_value("PORT", "")},
                  "HOST PORT A "},
        OrderCase{"chain", {env_value("A", "$(B)"), env_value("B", "$(C)"), env_value("C", "")}, "C B A "},
        OrderCase{"escaped", {env_value("A", "$$(B)"), env_value("B", "")}, "A B "},
        OrderCase{"unclosed", {env_value("A", "$(B"), env_value("B", "$")}, "A B "},
        OrderCase{"unknown", {env_value("A", "$(HOME)"), env_value("B", "")}, "A B "},
        OrderCase{"itself", {env_value("A", "$(A)x")}, "A "},
        OrderCase{"circle", {env_value("A", "$(B)"), env_value("B", "$(A)")}, "B A "},
        OrderCase{"nothing", {}, ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EnvTest, ALongChainIsOrderedWithoutLosingAny) {
  json::array env;
  for (int i = 0; i < 5000; ++i)
    env.push_back(env_value(fmt::format("V{:05}", i), fmt::format("$(V{:05})", i + 1)));
  EXPECT_EQ(order_env(env).size(), 5000U);
}

}  // namespace
}  // namespace dynamo::graph
