#include "schema/json_patch.h"

#include <gtest/gtest.h>

namespace dynamo::schema {
namespace {

struct PatchCase {
  std::string_view name, from, patch, to;
};
class JsonPatchTest : public ::testing::TestWithParam<PatchCase> {};

TEST_P(JsonPatchTest, ChangesTheDocument) {
  const auto& c = GetParam();
  json::value document = json::parse(c.from).value();
  const auto done = apply_json_patch(document, json::parse(c.patch).value());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(document, json::parse(c.to).value()) << json::dump(document);
}

INSTANTIATE_TEST_SUITE_P(
    Operations, JsonPatchTest,
    ::testing::Values(
        PatchCase{"add_member", R"({"a":1})", R"([{"op":"add","path":"/b","value":2}])", R"({"a":1,"b":2})"},
        PatchCase{"add_replaces", R"({"a":1})", R"([{"op":"add","path":"/a","value":2}])", R"({"a":2})"},
        PatchCase{"add_null", R"({})", R"([{"op":"add","path":"/a","value":null}])", R"({"a":null})"},
        PatchCase{"add_item", R"({"a":[1,3]})", R"([{"op":"add","path":"/a/1","value":2}])",
                  R"({"a":[1,2,3]})"},
        PatchCase{"append", R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2}])", R"({"a":[1,2]})"},
        PatchCase{"whole", R"({"a":1})", R"([{"op":"add","path":"","value":[]}])", R"([])"},
        PatchCase{"remove_member", R"({"a":1,"b":2})", R"([{"op":"remove","path":"/a"}])", R"({"b":2})"},
        PatchCase{"remove_item", R"([1,2,3])", R"([{"op":"remove","path":"/1"}])", R"([1,3])"},
        PatchCase{"replace", R"({"a":{"b":1}})", R"([{"op":"replace","path":"/a/b","value":2}])",
                  R"({"a":{"b":2}})"},
        PatchCase{"move", R"({"a":{"b":1},"c":{}})", R"([{"op":"move","from":"/a/b","path":"/c/d"}])",
                  R"({"a":{},"c":{"d":1}})"},
        PatchCase{"copy", R"({"a":[1]})", R"([{"op":"copy","from":"/a","path":"/b"}])",
                  R"({"a":[1],"b":[1]})"},
        PatchCase{"test", R"({"a":1})",
                  R"([{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"}])", "{}"},
        PatchCase{"escapes", R"({"x/y":1,"~":2})",
                  R"([{"op":"remove","path":"/x~1y"},{"op":"replace","path":"/~0","value":3}])",
                  R"({"~":3})"}),
    [](const auto& row) { return std::string(row.param.name); });

struct RefusalCase {
  std::string_view name, patch, says;
  Errc code = Errc::invalid;
};
class JsonPatchRefusalTest : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(JsonPatchRefusalTest, LeavesTheDocumentAlone) {
  const json::value before = json::parse(R"({"a":{"b":[1]}})").value();
  json::value document = before;
  const auto done = apply_json_patch(document, json::parse(GetParam().patch).value());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_NE(done.error().message.find(GetParam().says), std::string::npos) << done.error().message;
  EXPECT_EQ(document, before);
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, JsonPatchRefusalTest,
    ::testing::Values(
        RefusalCase{"no_list", R"({})", "list of operations"},
        RefusalCase{"no_object", R"([1])", "list of operations"},
        RefusalCase{"unknown_op", R"([{"op":"zap","path":"/a","value":1}])", "zap"},
        RefusalCase{"no_path", R"([{"op":"remove"}])", "\"path\""},
        RefusalCase{"no_value", R"([{"op":"add","path":"/c"}])", "\"value\""},
        RefusalCase{"parent_missing", R"([{"op":"add","path":"/x/y","value":1}])", "/x/y"},
        RefusalCase{"replace_missing", R"([{"op":"replace","path":"/x","value":1}])", "does not exist"},
        RefusalCase{"index_too_large", R"([{"op":"add","path":"/a/b/2","value":1}])", "does not exist"},
        RefusalCase{"index_with_zero", R"([{"op":"replace","path":"/a/b/00","value":1}])", "does not exist"},
        RefusalCase{"into_itself", R"([{"op":"move","from":"/a","path":"/a/c"}])", "into itself"},
        RefusalCase{"later_step_fails", R"([{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}])", "/a"},
        RefusalCase{"test_fails", R"([{"op":"test","path":"/a/b/0","value":2}])", "testing value",
                    Errc::conflict}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::schema
