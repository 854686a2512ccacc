#include "schema/strategic_merge.h"

#include <gtest/gtest.h>

namespace dynamo::schema {
namespace {

/// A pod template in miniature: containers merge by name, ports by containerPort, finalizers as a set,
/// args are replaced, strategy has members that exclude each other.
const Schema& pod_schema() {
  static const Schema schema = parse(json::parse(R"({"type":"object","properties":{
    "labels":{"type":"object","additionalProperties":{"type":"string"}},
    "strategy":{"type":"object","x-kubernetes-patch-strategy":"retainKeys","properties":{
      "type":{"type":"string"},"rollingUpdate":{"type":"object","properties":{"maxSurge":{"type":"integer"}}}}},
    "finalizers":{"type":"array","x-kubernetes-patch-strategy":"merge","items":{"type":"string"}},
    "containers":{"type":"array","x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"name",
      "items":{"type":"object","properties":{
        "name":{"type":"string"},"image":{"type":"string"},
        "args":{"type":"array","items":{"type":"string"}},
        "ports":{"type":"array","x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"containerPort",
          "items":{"type":"object","properties":{"containerPort":{"type":"integer"},"name":{"type":"string"}}}}}}}}})")
                                         .value())
                                   .value();
  return schema;
}

struct PatchCase {
  std::string_view name, from, patch, to;
};
class StrategicMergeTest : public ::testing::TestWithParam<PatchCase> {};

TEST_P(StrategicMergeTest, ChangesTheTarget) {
  const auto& c = GetParam();
  json::value target = json::parse(c.from).value();
  const json::value patch = json::parse(c.patch).value();
  auto done = apply_strategic_merge(target, patch, pod_schema());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(target, json::parse(c.to).value()) << json::dump(target);
  done = apply_strategic_merge(target, patch, pod_schema());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(target, json::parse(c.to).value()) << "a second time: " << json::dump(target);
}

INSTANTIATE_TEST_SUITE_P(
    Merging, StrategicMergeTest,
    ::testing::Values(
        PatchCase{"map_merges", R"({"labels":{"a":"1","b":"2"}})", R"({"labels":{"b":null,"c":"3"}})",
                  R"({"labels":{"a":"1","c":"3"}})"},
        PatchCase{"item_by_key", R"({"containers":[{"name":"a","image":"x","args":["1"]},{"name":"b"}]})",
                  R"({"containers":[{"name":"a","image":"y"}]})",
                  R"({"containers":[{"name":"a","image":"y","args":["1"]},{"name":"b"}]})"},
        PatchCase{"new_item_last", R"({"containers":[{"name":"a"}]})",
                  R"({"containers":[{"name":"b","image":null}]})",
                  R"({"containers":[{"name":"a"},{"name":"b"}]})"},
        PatchCase{
            "nested_list", R"({"containers":[{"name":"a","ports":[{"containerPort":1}]}]})",
            R"({"containers":[{"name":"a","ports":[{"containerPort":2},{"containerPort":1,"name":"p"}]}]})",
            R"({"containers":[{"name":"a","ports":[{"containerPort":1,"name":"p"},{"containerPort":2}]}]})"},
        PatchCase{"plain_list_replaced", R"({"containers":[{"name":"a","args":["1","2"]}]})",
                  R"({"containers":[{"name":"a","args":["3"]}]})",
                  R"({"containers":[{"name":"a","args":["3"]}]})"},
        PatchCase{"set_grows", R"({"finalizers":["a"]})", R"({"finalizers":["b","a"]})",
                  R"({"finalizers":["a","b"]})"},
        PatchCase{"list_starts", R"({})", R"({"containers":[{"name":"a"}]})",
                  R"({"containers":[{"name":"a"}]})"}),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Directives, StrategicMergeTest,
    ::testing::Values(
        PatchCase{"item_deleted", R"({"containers":[{"name":"a"},{"name":"b"}]})",
                  R"({"containers":[{"name":"a","$patch":"delete"}]})", R"({"containers":[{"name":"b"}]})"},
        PatchCase{"map_replaced", R"({"labels":{"a":"1"}})", R"({"labels":{"$patch":"replace","b":"2"}})",
                  R"({"labels":{"b":"2"}})"},
        PatchCase{"member_deleted", R"({"labels":{"a":"1"},"finalizers":["x"]})",
                  R"({"labels":{"$patch":"delete"}})", R"({"finalizers":["x"]})"},
        PatchCase{"list_replaced", R"({"containers":[{"name":"a"},{"name":"b"}]})",
                  R"({"containers":[{"$patch":"replace"},{"name":"c"}]})",
                  R"({"containers":[{"name":"c"}]})"},
        PatchCase{"retain_keys", R"({"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}})",
                  R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})",
                  R"({"strategy":{"type":"Recreate"}})"},
        PatchCase{"set_shrinks", R"({"finalizers":["a","b","c"]})",
                  R"({"$deleteFromPrimitiveList/finalizers":["b"]})", R"({"finalizers":["a","c"]})"},
        PatchCase{
            "order", R"({"containers":[{"name":"a"},{"name":"b"}]})",
            R"({"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c"}]})",
            R"({"containers":[{"name":"c"},{"name":"b"},{"name":"a"}]})"},
        PatchCase{"order_keeps_strangers", R"({"containers":[{"name":"side"},{"name":"a"},{"name":"b"}]})",
                  R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})",
                  R"({"containers":[{"name":"side"},{"name":"b"},{"name":"a"}]})"},
        PatchCase{"order_of_set", R"({"finalizers":["a","b"]})",
                  R"({"$setElementOrder/finalizers":["b","a"]})", R"({"finalizers":["b","a"]})"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(StrategicMerge, RefusesAnItemWithoutItsKey) {
  json::value target = json::parse(R"({"containers":[]})").value();
  const auto done =
      apply_strategic_merge(target, json::parse(R"({"containers":[{"image":"x"}]})").value(), pod_schema());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, R"(map: {"image":"x"} does not contain declared merge key: name)");
}

TEST(StrategicMerge, RefusesAnUnknownDirective) {
  json::value target = json::parse("{}").value();
  const auto done =
      apply_strategic_merge(target, json::parse(R"({"labels":{"$patch":"zap"}})").value(), pod_schema());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::invalid);
}

}  // namespace
}  // namespace dynamo::schema
