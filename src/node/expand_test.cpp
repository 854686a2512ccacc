#include "node/expand.h"

#include <gtest/gtest.h>

namespace dynamo::node {
namespace {

struct ExpandCase {
  const char* name;
  const char* text;
  const char* expanded;
};
class ExpandTest : public testing::TestWithParam<ExpandCase> {};

TEST_P(ExpandTest, GivesThisText) {
  const auto value_of = [](std::string_view name) -> std::optional<std::string_view> {
    if (name == "IP") return "127.1.2.3";
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  EXPECT_EQ(expand(GetParam().text, value_of), GetParam().expanded);
}

INSTANTIATE_TEST_SUITE_P(All, ExpandTest,
                         testing::Values(ExpandCase{"plain", "abc", "abc"},
                                         ExpandCase{"in_the_middle", "http://$(IP):80/$(IP)",
                                                    "http://127.1.2.3:80/127.1.2.3"},
                                         ExpandCase{"empty_value", "a$(EMPTY)b", "ab"},
                                         ExpandCase{"unknown_stays", "$(NOPE)", "$(NOPE)"},
                                         ExpandCase{"escaped", "$$(IP)", "$(IP)"},
                                         ExpandCase{"escaped_twice", "$$$(IP)", "$127.1.2.3"},
                                         ExpandCase{"shell_variable", "${IP} $IP $", "${IP} $IP $"},
                                         ExpandCase{"unclosed", "$(IP", "$(IP"}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::node
