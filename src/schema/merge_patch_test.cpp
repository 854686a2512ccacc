#include "schema/merge_patch.h"

#include <gtest/gtest.h>

namespace dynamo::schema {
namespace {

struct PatchCase {
  std::string_view name, from, patch, to;
};
class MergePatchTest : public ::testing::TestWithParam<PatchCase> {};

TEST_P(MergePatchTest, ChangesTheTarget) {
  const auto& c = GetParam();
  json::value target = json::parse(c.from).value();
  const json::value patch = json::parse(c.patch).value();
  apply_merge_patch(target, patch);
  EXPECT_EQ(json::dump(target), c.to);
  apply_merge_patch(target, patch);
  EXPECT_EQ(json::dump(target), c.to) << "a second time changes nothing";
}

// The table of RFC 7386, appendix A, and two rows of nesting.
INSTANTIATE_TEST_SUITE_P(
    Rfc7386, MergePatchTest,
    ::testing::Values(
        PatchCase{"replaces", R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        PatchCase{"adds", R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        PatchCase{"removes", R"({"a":"b"})", R"({"a":null})", R"({})"},
        PatchCase{"list_gone", R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        PatchCase{"list_new", R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        PatchCase{"nested", R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        PatchCase{"list_whole", R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        PatchCase{"top_list", R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
        PatchCase{"top_scalar", R"({"a":"b"})", R"("c")", R"("c")"},
        PatchCase{"top_null", R"({"a":"foo"})", "null", "null"},
        PatchCase{"null_kept", R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        PatchCase{"list_becomes_object", R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
        PatchCase{"null_in_new_object", "{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(MakeMergePatch, LeadsFromOneToTheOther) {
  const std::vector<std::string> documents = {R"({})", R"({"a":1})", R"({"a":{"b":1,"c":[1,2]}})",
                                              R"({"a":{"c":[2]},"d":"x"})", R"([1])"};
  for (const auto& from : documents) {
    for (const auto& to : documents) {
      json::value target = json::parse(from).value();
      const json::value wanted = json::parse(to).value();
      apply_merge_patch(target, make_merge_patch(target, wanted));
      EXPECT_EQ(target, wanted) << from << " -> " << to;
    }
  }
}

TEST(MakeMergePatch, IsEmptyForEqualDocuments) {
  const json::value same = json::parse(R"({"a":{"b":[1,2]}})").value();
  EXPECT_EQ(json::dump(make_merge_patch(same, same)), "{}");
}

}  // namespace
}  // namespace dynamo::schema
