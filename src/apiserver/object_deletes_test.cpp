#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class ObjectDeletes : public ServerTest {};

TEST_F(ObjectDeletes, FinalizersHoldADeletion) {
  post(kConfigMaps, R"({"metadata":{"name":"a","finalizers":["x.example/y"]}})");
  const Reply marked = call("DELETE", kConfigMaps + "/a");
  EXPECT_EQ(marked.code, 200);
  EXPECT_FALSE(marked.at({"metadata", "deletionTimestamp"}).empty());
  EXPECT_EQ(get(kConfigMaps + "/a").code, 200);
  merge(kConfigMaps + "/a", R"({"metadata":{"finalizers":null}})");
  EXPECT_EQ(get(kConfigMaps + "/a").code, 404);
}

TEST_F(ObjectDeletes, PropagationIsRecorded) {
  post(kConfigMaps, config_map("a"));
  const Reply marked = call("DELETE", kConfigMaps + "/a", R"({"propagationPolicy":"Foreground"})");
  EXPECT_EQ(json::dump(marked.body.at("metadata").at("finalizers")), R"(["foregroundDeletion"])");
  EXPECT_EQ(call("DELETE", kConfigMaps + "/a", R"({"propagationPolicy":"Sideways"})").code, 400);
}

TEST_F(ObjectDeletes, PreconditionsHold) {
  post(kConfigMaps, config_map("a"));
  EXPECT_EQ(call("DELETE", kConfigMaps + "/a", R"({"preconditions":{"uid":"other"}})").code, 409);
  EXPECT_EQ(get(kConfigMaps + "/a").code, 200);
}

TEST_F(ObjectDeletes, PodsAreDeletedGracefully) {
  post(kPods, pod("p", R"(,"nodeName":"n","terminationGracePeriodSeconds":7)"));
  const Reply marked = call("DELETE", kPods + "/p");
  EXPECT_EQ(json::int_at(marked.body, {"metadata", "deletionGracePeriodSeconds"}), 7);
  EXPECT_EQ(get(kPods + "/p").code, 200);
  EXPECT_EQ(call("DELETE", kPods + "/p", R"({"gracePeriodSeconds":0})").code, 200);
  EXPECT_EQ(get(kPods + "/p").code, 404);
  post(kPods, pod("q"));
  call("DELETE", kPods + "/q");
  EXPECT_EQ(get(kPods + "/q").code, 404) << "never scheduled: nothing to wait for";
}

TEST_F(ObjectDeletes, DeletesCollections) {
  for (const auto name : {"a", "b"}) post(kConfigMaps, config_map(name));
  EXPECT_EQ(call("DELETE", kConfigMaps + "?fieldSelector=metadata.name%3Da").code, 200);
  EXPECT_EQ(get(kConfigMaps).body.at("items").as_array().size(), 1u);
}

TEST_F(ObjectDeletes, ANamespaceGoesWithItsObjects) {
  post("/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  post("/api/v1/namespaces/n/configmaps", config_map("a"));
  EXPECT_EQ(call("DELETE", "/api/v1/namespaces/n").at({"status", "phase"}), "Terminating");
  EXPECT_EQ(post("/api/v1/namespaces/n/configmaps", config_map("b")).code, 403);
  const auto events = watch("/api/v1/namespaces?watch=1&fieldSelector=metadata.name%3Dn", 2);
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(events.back().starts_with(R"({"type":"DELETED")")) << events.back();
  EXPECT_EQ(get("/api/v1/namespaces/n/configmaps/a").code, 404);
}

}  // namespace
}  // namespace dynamo::apiserver
