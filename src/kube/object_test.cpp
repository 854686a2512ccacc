#include "kube/object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/conditions.h"
#include "kube/owner.h"
#include "kube/resource.h"

namespace dynamo::kube {
namespace {

const WallTime kNow{std::chrono::seconds{1'700'000'000}};

Object object(std::string_view text) { return json::parse(text).value().as_object(); }

TEST(ResourceTest, PathsFollowGroupAndScope) {
  EXPECT_EQ(collection_path(resources::kPods, "ns"), "/api/v1/namespaces/ns/pods");
  EXPECT_EQ(collection_path(resources::kDeployments, ""), "/apis/apps/v1/deployments");
  EXPECT_EQ(object_path(resources::kNodes, {"", "n1"}), "/api/v1/nodes/n1");
  EXPECT_EQ(object_path(resources::kNodes, {"ignored", "n1"}), "/api/v1/nodes/n1");
  EXPECT_EQ(object_path(resources::kDeployments, {"ns", "web"}, "scale"),
            "/apis/apps/v1/namespaces/ns/deployments/web/scale");
  EXPECT_EQ(resources::kDeployments.group_resource(), "deployments.apps");
  EXPECT_EQ((NamespacedName{"ns", "web"}).to_string(), "ns/web");
  EXPECT_EQ((NamespacedName{"", "web"}).to_string(), "web");
}

TEST(ObjectTest, ReadsMetadataAndLivesWithoutIt) {
  const Object web = object(R"({"metadata":{"name":"web","namespace":"ns","uid":"u","generation":3,
    "resourceVersion":"7","labels":{"a":"b"},"deletionTimestamp":"2026-01-01T00:00:00Z"}})");
  EXPECT_EQ(key_of(web), (NamespacedName{"ns", "web"}));
  EXPECT_EQ(uid_of(web), "u");
  EXPECT_EQ(generation_of(web), 3);
  EXPECT_EQ(label(web, "a"), "b");
  EXPECT_EQ(label(web, "b"), "");
  EXPECT_TRUE(is_deleting(web));
  EXPECT_EQ(name_of(Object{}), "");
  EXPECT_EQ(generation_of(Object{}), 0);
  EXPECT_TRUE(labels_of(Object{}).empty());
}

TEST(OwnerTest, ReplacesTheReferenceOfTheSameOwner) {
  Object pod = make_object(resources::kPods, {"ns", "p"});
  OwnerReference owner{"apps/v1", "ReplicaSet", "rs", "u1", true, true};
  ASSERT_TRUE(set_owner(pod, owner));
  owner.name = "renamed";
  ASSERT_TRUE(set_owner(pod, owner));
  EXPECT_THAT(owners_of(pod), ::testing::ElementsAre(owner));
  EXPECT_TRUE(is_controlled_by(pod, "u1"));
  EXPECT_FALSE(is_controlled_by(pod, ""));
  EXPECT_TRUE(remove_owner(pod, "u1"));
  EXPECT_FALSE(remove_owner(pod, "u1"));
  EXPECT_FALSE(pod["metadata"].as_object().contains("ownerReferences"));
}

TEST(OwnerTest, RefusesASecondController) {
  Object pod = make_object(resources::kPods, {"ns", "p"});
  ASSERT_TRUE(set_owner(pod, {"apps/v1", "ReplicaSet", "first", "u1", true, true}));
  const auto refused = set_owner(pod, {"apps/v1", "ReplicaSet", "second", "u2", true, true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::already_exists);
  EXPECT_THAT(refused.error().message,
              ::testing::HasSubstr("ns/p is already controlled by ReplicaSet first"));
  EXPECT_TRUE(set_owner(pod, {"v1", "ConfigMap", "plain", "u3", false, false}));
  EXPECT_TRUE(is_owned_by(pod, "u3"));
}

TEST(FinalizerTest, AddsOnceAndCleansUp) {
  Object pod = make_object(resources::kPods, {"ns", "p"});
  EXPECT_TRUE(add_finalizer(pod, "x/y"));
  EXPECT_FALSE(add_finalizer(pod, "x/y"));
  EXPECT_TRUE(has_finalizer(pod, "x/y"));
  EXPECT_TRUE(remove_finalizer(pod, "x/y"));
  EXPECT_FALSE(remove_finalizer(pod, "x/y"));
  EXPECT_FALSE(pod["metadata"].as_object().contains("finalizers"));
}

TEST(ConditionTest, TransitionTimeMovesOnlyWithTheStatus) {
  json::array conditions;
  Condition ready{"Ready", ConditionStatus::no, "Starting", "0 of 1", 1};
  EXPECT_TRUE(set_condition(conditions, ready, kNow));
  EXPECT_FALSE(set_condition(conditions, ready, kNow + std::chrono::hours{1}));

  ready.message = "still 0 of 1";
  ready.observed_generation = 2;
  EXPECT_TRUE(set_condition(conditions, ready, kNow + std::chrono::hours{1}));
  const Object* seen = find_condition(conditions, "Ready");
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(json::string_at(*seen, {"lastTransitionTime"}), format_rfc3339(kNow));
  EXPECT_EQ(int_at(*seen, {"observedGeneration"}), 2);

  ready.status = ConditionStatus::yes;
  EXPECT_TRUE(set_condition(conditions, ready, kNow + std::chrono::hours{2}));
  EXPECT_EQ(json::string_at(*find_condition(conditions, "Ready"), {"lastTransitionTime"}),
            format_rfc3339(kNow + std::chrono::hours{2}));
  EXPECT_TRUE(is_condition_true(conditions, "Ready"));
  EXPECT_EQ(conditions.size(), 1U);
}

TEST(ConditionTest, KeepsForeignFieldsAndRemoves) {
  json::array conditions = json::parse(R"([{"type":"Ready","status":"True","reason":"R","message":"m",
    "lastTransitionTime":"2026-01-01T00:00:00Z","foreign":1}])")
                               .value()
                               .as_array();
  set_condition(conditions, {"Ready", ConditionStatus::unknown, "R", "m", 0}, kNow);
  EXPECT_EQ(int_at(*find_condition(conditions, "Ready"), {"foreign"}), 1);
  EXPECT_TRUE(remove_condition(conditions, "Ready"));
  EXPECT_FALSE(remove_condition(conditions, "Ready"));
}

}  // namespace
}  // namespace dynamo::kube
