#include "kube/apply_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/compare.h"
#include "kube/owner.h"

namespace dynamo::kube {
namespace {

struct DifferenceCase {
  std::string_view name;
  std::string_view seen;
  std::string_view wanted;
  std::optional<std::string> field;
};
class DifferenceTest : public ::testing::TestWithParam<DifferenceCase> {};
TEST_P(DifferenceTest, FindsTheFirst) {
  const auto& row = GetParam();
  EXPECT_EQ(first_difference(json::parse(row.seen).value().as_object(),
                             json::parse(row.wanted).value().as_object()),
            row.field);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, DifferenceTest,
    ::testing::Values(
        DifferenceCase{"same", R"({"a":{"b":1}})", R"({"a":{"b":1}})", std::nullopt},
        DifferenceCase{"server_defaults_do_not_count", R"({"a":{"b":1,"c":2},"d":3})", R"({"a":{"b":1}})",
                       std::nullopt},
        DifferenceCase{"value", R"({"a":{"b":1}})", R"({"a":{"b":2}})", "a.b"},
        DifferenceCase{"absent", R"({"a":{}})", R"({"a":{"b":2}})", "a.b"},
        DifferenceCase{"signedness", R"({"a":1})", R"({"a":1})", std::nullopt},
        DifferenceCase{"empty_is_absent", R"({})",
                       R"({"a":{},"b":[],"c":"","d":false,"e":0,"f":null,"g":{"h":{}}})", std::nullopt},
        DifferenceCase{"nothing_is_not_something", R"({"a":"x"})", R"({"a":""})", "a"},
        DifferenceCase{"false_is_not_true", R"({"a":true})", R"({"a":false})", "a"},
        DifferenceCase{"type", R"({"a":"1"})", R"({"a":1})", "a"},
        DifferenceCase{"plain_list_is_ordered", R"({"args":["a","b"]})", R"({"args":["b","a"]})", "args[0]"},
        DifferenceCase{"plain_list_has_a_length", R"({"args":["a","b"]})", R"({"args":["a"]})", "args"},
        DifferenceCase{"merged_list_may_have_more",
                       R"({"env":[{"name":"X","value":"1"},{"name":"A","value":"2"}]})",
                       R"({"env":[{"name":"A","value":"2"}]})", std::nullopt},
        DifferenceCase{"merged_list_entry", R"({"containers":[{"name":"main","image":"a"}]})",
                       R"({"containers":[{"name":"main","image":"b"}]})", "containers[name=main].image"},
        DifferenceCase{"merged_list_misses", R"({"containers":[]})", R"({"containers":[{"name":"main"}]})",
                       "containers[name=main]"},
        DifferenceCase{"ports_with_protocol", R"({"ports":[{"containerPort":1,"protocol":"UDP"}]})",
                       R"({"ports":[{"containerPort":1}]})", "ports[containerPort=1]"},
        DifferenceCase{"ports_default_to_tcp", R"({"ports":[{"containerPort":1,"protocol":"TCP"}]})",
                       R"({"ports":[{"containerPort":1}]})", std::nullopt},
        DifferenceCase{"empty_env_value_is_dropped", R"({"env":[{"name":"A"}]})",
                       R"({"env":[{"name":"A","value":""}]})", std::nullopt},
        DifferenceCase{"finalizers_are_a_set", R"({"finalizers":["x","y"]})", R"({"finalizers":["y"]})",
                       std::nullopt},
        DifferenceCase{"quantities_by_value", R"({"limits":{"cpu":"1","memory":"1Gi"}})",
                       R"({"limits":{"cpu":"1000m","memory":"1024Mi"}})", std::nullopt},
        DifferenceCase{"quantity_as_number", R"({"limits":{"nvidia.com/gpu":"1"}})",
                       R"({"limits":{"nvidia.com/gpu":1}})", std::nullopt},
        DifferenceCase{"quantities_differ", R"({"requests":{"cpu":"1"}})", R"({"requests":{"cpu":"2"}})",
                       "requests.cpu"},
        DifferenceCase{"text_is_not_a_quantity", R"({"a":"1000m"})", R"({"a":"1"})", "a"},
        DifferenceCase{"size_limit", R"({"sizeLimit":"8Gi"})", R"({"sizeLimit":"8192Mi"})", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ContentHashTest, DependsOnContentNotOnOrder) {
  const Object a{{"x", 1}, {"y", Object{{"p", 1}, {"q", 2}}}};
  const Object b{{"y", Object{{"q", 2}, {"p", 1}}}, {"x", 1}};
  EXPECT_EQ(content_hash(a), content_hash(b));
  EXPECT_EQ(content_hash(a).size(), 64U);
  EXPECT_NE(content_hash(a), content_hash(Object{{"x", 1}}));
  EXPECT_EQ(content_hash(Object{}),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");  // of "{}"
}

/// A small world: what the server has, keyed by name, all ConfigMaps controlled by `owner`.
class ApplyPlanTest : public ::testing::Test {
 protected:
  static Object config_map(std::string name, std::string value) {
    Object made = make_object(resources::kConfigMaps, {"ns", std::move(name)});
    made["data"] = Object{{"key", value}};
    set_label(made, "graph", "g");
    EXPECT_TRUE(set_owner(made, {"nvidia.com/v1alpha1", "Graph", "g", "owner", true, true}));
    return made;
  }
  void have(const Object& object) { seen_[key_of(object)] = std::make_shared<const Object>(object); }
  /// As the server would have it after an earlier apply.
  void applied(Object object) {
    auto steps = plan({{resources::kConfigMaps, std::move(object)}});
    have(steps.at(0).desired.object);
  }
  std::vector<ApplyStep> plan(std::vector<Desired> desired) {
    std::vector<Owned> owned;
    for (const auto& [key, object] : seen_) owned.push_back({resources::kConfigMaps, object});
    const FindObject find = [this](const Resource&, const NamespacedName& key) {
      const auto found = seen_.find(key);
      return found == seen_.end() ? nullptr : found->second;
    };
    ApplyRules rules;
    rules.owner_uid = "owner";
    rules.inventory = LabelSelector::parse("graph=g").value();
    return plan_apply(std::move(desired), find, owned, rules);
  }
  std::vector<std::string> actions(std::vector<Desired> desired) {
    std::vector<std::string> out;
    for (const ApplyStep& step : plan(std::move(desired))) {
      out.push_back(std::string(to_string(step.action)) + " " + std::string(name_of(step.desired.object)));
    }
    return out;
  }
  std::map<NamespacedName, ObjectPtr> seen_;
};

using ::testing::ElementsAre;

TEST_F(ApplyPlanTest, CreatesWhatIsNotThere) {
  EXPECT_THAT(actions({{resources::kConfigMaps, config_map("a", "1")}}), ElementsAre("create a"));
}

TEST_F(ApplyPlanTest, LeavesAloneWhatIsAsWanted) {
  applied(config_map("a", "1"));
  EXPECT_THAT(actions({{resources::kConfigMaps, config_map("a", "1")}}), ElementsAre("unchanged a"));
}

TEST_F(ApplyPlanTest, UpdatesWhatSomebodyChanged) {
  applied(config_map("a", "1"));
  Object edited = *seen_.begin()->second;
  edited["data"].as_object()["key"] = "edited";
  have(edited);
  const auto steps = plan({{resources::kConfigMaps, config_map("a", "1")}});
  EXPECT_EQ(steps.at(0).action, ApplyAction::update);
  EXPECT_EQ(steps.at(0).why, "data.key");
}

TEST_F(ApplyPlanTest, NoticesFieldsNoLongerWanted) {
  applied(config_map("a", "1"));
  Object less = config_map("a", "1");
  less.erase("data");
  const auto steps = plan({{resources::kConfigMaps, less}});
  EXPECT_EQ(steps.at(0).action, ApplyAction::update);
  EXPECT_EQ(steps.at(0).why, "metadata.annotations.nvidia.com/last-applied-hash");
}

TEST_F(ApplyPlanTest, PrunesOnlyItsOwnInventory) {
  applied(config_map("old", "1"));
  Object foreign_label = config_map("unlabelled", "1");
  metadata(foreign_label).erase("labels");
  have(foreign_label);
  Object foreign_owner = config_map("other", "1");
  metadata(foreign_owner).erase("ownerReferences");
  have(foreign_owner);
  Object going = config_map("going", "1");
  metadata(going)["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  have(going);
  EXPECT_THAT(actions({}), ElementsAre("prune old"));
}

TEST_F(ApplyPlanTest, DoesNotTakeObjectsFromOthers) {
  Object taken = config_map("a", "1");
  metadata(taken).erase("ownerReferences");
  ASSERT_TRUE(set_owner(taken, {"v1", "Other", "o", "other", true, true}));
  have(taken);
  const auto steps = plan({{resources::kConfigMaps, config_map("a", "1")}});
  EXPECT_EQ(steps.at(0).action, ApplyAction::blocked);
  EXPECT_EQ(steps.at(0).why, "controlled by Other o");
}

TEST_F(ApplyPlanTest, WaitsForDeletionToEnd) {
  Object going = config_map("a", "1");
  metadata(going)["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  have(going);
  EXPECT_THAT(actions({{resources::kConfigMaps, config_map("a", "1")}}), ElementsAre("blocked a"));
}

}  // namespace
}  // namespace dynamo::kube
