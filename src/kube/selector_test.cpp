#include "kube/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::kube {
namespace {

struct MatchCase {
  std::string_view name;
  std::string_view selector;
  std::string_view labels;
  bool matches;
};

class LabelMatchTest : public ::testing::TestWithParam<MatchCase> {};

TEST_P(LabelMatchTest, Agrees) {
  const auto& row = GetParam();
  const auto selector = LabelSelector::parse(row.selector);
  ASSERT_TRUE(selector) << selector.error().message;
  EXPECT_EQ(selector->matches(json::parse(row.labels).value().as_object()), row.matches);
}

INSTANTIATE_TEST_SUITE_P(Rows, LabelMatchTest,
                         ::testing::Values(MatchCase{"empty_matches_all", "", R"({"a":"b"})", true},
                                           MatchCase{"equal", "a=b", R"({"a":"b"})", true},
                                           MatchCase{"double_equal", "a == b", R"({"a":"b"})", true},
                                           MatchCase{"equal_wants_presence", "a=b", R"({})", false},
                                           MatchCase{"equal_to_nothing", "a=", R"({"a":""})", true},
                                           MatchCase{"not_equal_allows_absence", "a!=b", R"({})", true},
                                           MatchCase{"not_equal", "a!=b", R"({"a":"b"})", false},
                                           MatchCase{"in", "a in (x, y),b", R"({"a":"y","b":""})", true},
                                           MatchCase{"in_misses", "a in (x,y)", R"({"a":"z"})", false},
                                           MatchCase{"notin", "a notin (x,y)", R"({"a":"z"})", true},
                                           MatchCase{"notin_allows_absence", "a notin (x,y)", R"({})", true},
                                           MatchCase{"exists", "a", R"({"a":"x"})", true},
                                           MatchCase{"not_exists", "!a", R"({"a":"x"})", false},
                                           MatchCase{"greater", "a>3", R"({"a":"4"})", true},
                                           MatchCase{"greater_is_strict", "a>4", R"({"a":"4"})", false},
                                           MatchCase{"less", "a<3", R"({"a":"-1"})", true},
                                           MatchCase{"less_wants_a_number", "a<3", R"({"a":"x"})", false},
                                           MatchCase{"prefix", "nvidia.com/x=1", R"({"nvidia.com/x":"1"})",
                                                     true},
                                           MatchCase{"key_called_in", "in in (in)", R"({"in":"in"})", true},
                                           MatchCase{"all_terms_count", "a=b,c=d", R"({"a":"b"})", false}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(LabelSelectorTest, RefusesWhatIsNoSelector) {
  for (const std::string_view text : {"a=b,,c", "a b", "a in x", "a in (x", "=b", "a>x", "-a=b", "a=-",
                                      "a=b=c", "A_/x=1", "a in (x))", "!", "a,!"}) {
    const auto selector = LabelSelector::parse(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().code, Errc::invalid);
  }
}

TEST(LabelSelectorTest, WritesWhatItReads) {
  const auto selector = LabelSelector::parse("z,b notin (y,x,x),!c,a==1,d>5,e!=2");
  ASSERT_TRUE(selector);
  EXPECT_EQ(selector->to_string(), "a=1,b notin (x,y),!c,d>5,e!=2,z");
  EXPECT_EQ(LabelSelector::parse(selector->to_string()).value(), *selector);
}

TEST(LabelSelectorTest, ReadsTheApiForm) {
  const json::value text = json::parse(R"({"matchLabels":{"app":"web"},"matchExpressions":[
    {"key":"tier","operator":"In","values":["b","a"]},{"key":"old","operator":"DoesNotExist"}]})")
                               .value();
  EXPECT_EQ(LabelSelector::from_json(&text).value().to_string(), "app=web,!old,tier in (a,b)");
  const json::value empty = Object{};
  EXPECT_TRUE(LabelSelector::from_json(&empty).value().matches(Object{{"a", "b"}}));
  EXPECT_FALSE(LabelSelector::from_json(nullptr).value().matches(Object{{"a", "b"}}));
}

TEST(LabelSelectorTest, RefusesBrokenExpressions) {
  for (const std::string_view text :
       {R"({"matchExpressions":[{"key":"a","operator":"Like","values":["x"]}]})",
        R"({"matchExpressions":[{"key":"a","operator":"In"}]})",
        R"({"matchExpressions":[{"key":"a","operator":"Exists","values":["x"]}]})",
        R"({"matchExpressions":[{"key":"","operator":"Exists"}]})", R"(["a"])"}) {
    const json::value selector = json::parse(text).value();
    EXPECT_FALSE(LabelSelector::from_json(&selector)) << text;
  }
}

TEST(FieldSelectorTest, ComparesFieldsByPath) {
  const Object pod = json::parse(R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","hostNetwork":true},
    "status":{"phase":"Running"}})")
                         .value()
                         .as_object();
  EXPECT_TRUE(FieldSelector::parse("metadata.name=p,status.phase!=Failed")->matches(pod));
  EXPECT_TRUE(FieldSelector::parse("spec.hostNetwork==true")->matches(pod));
  EXPECT_TRUE(FieldSelector::parse("spec.absent=")->matches(pod));
  EXPECT_FALSE(FieldSelector::parse("spec.nodeName=")->matches(pod));
  EXPECT_TRUE(FieldSelector::parse("")->matches(pod));
  EXPECT_EQ(FieldSelector::parse("a=x\\,y,b=z").value().terms()[0].value, "x,y");
  for (const std::string_view text : {"a", "=x", "a!x", ",a=b"})
    EXPECT_FALSE(FieldSelector::parse(text)) << text;
}

}  // namespace
}  // namespace dynamo::kube
