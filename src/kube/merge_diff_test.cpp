#include "kube/merge_diff.h"

#include <gtest/gtest.h>

namespace dynamo::kube {
namespace {

struct DiffCase {
  std::string_view name;
  std::string_view from;
  std::string_view to;
  std::string_view patch;
};
class MergeDiffTest : public ::testing::TestWithParam<DiffCase> {};
TEST_P(MergeDiffTest, IsSmallest) {
  const auto& row = GetParam();
  EXPECT_EQ(json::dump(merge_diff(json::parse(row.from).value().as_object(),
                                  json::parse(row.to).value().as_object())),
            row.patch);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, MergeDiffTest,
    ::testing::Values(DiffCase{"equal", R"({"a":1,"b":{"c":2}})", R"({"b":{"c":2},"a":1})", "{}"},
                      DiffCase{"changed", R"({"a":1})", R"({"a":2})", R"({"a":2})"},
                      DiffCase{"removed", R"({"a":1,"b":2})", R"({"b":2})", R"({"a":null})"},
                      DiffCase{"nested", R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})",
                               R"({"a":{"c":3}})"},
                      DiffCase{"array", R"({"a":[1,2]})", R"({"a":[1]})", R"({"a":[1]})"},
                      DiffCase{"other_type", R"({"a":{"b":1}})", R"({"a":1})", R"({"a":1})"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::kube
