#include "kube/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/owner.h"

namespace dynamo::kube {
namespace {

using ::testing::ElementsAre;

Object pod(std::string name, std::string version, std::string app = "web", std::string ns = "ns") {
  Object made = make_object(resources::kPods, {std::move(ns), std::move(name)});
  metadata(made)["resourceVersion"] = version;
  set_label(made, "app", app);
  return made;
}

std::vector<std::string> names(const std::vector<ObjectPtr>& objects) {
  std::vector<std::string> out;
  for (const ObjectPtr& object : objects) out.emplace_back(name_of(*object));
  return out;
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { store_.add_index("app", index_label("app")); }
  std::optional<Change> apply(WatchEvent::Type type, Object object) {
    return store_.apply({type, std::move(object)});
  }
  Store store_;
};

TEST_F(StoreTest, ReplaceTellsOnlyWhatChanged) {
  EXPECT_EQ(store_.replace({pod("a", "1"), pod("b", "1"), pod("c", "1")}).size(), 3U);
  const auto changes = store_.replace({pod("a", "1"), pod("b", "2"), pod("d", "1")});
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(name_of(changes[0].object()), "c");
  EXPECT_EQ(changes[0].after, nullptr);
  EXPECT_EQ(resource_version_of(*changes[1].before), "1");
  EXPECT_EQ(resource_version_of(*changes[1].after), "2");
  EXPECT_EQ(changes[2].before, nullptr);
  EXPECT_THAT(names(store_.list()), ElementsAre("a", "b", "d"));
}

TEST_F(StoreTest, EventsAreAppliedAndRepeatsIgnored) {
  using Type = WatchEvent::Type;
  EXPECT_TRUE(apply(Type::added, pod("a", "1")));
  EXPECT_FALSE(apply(Type::added, pod("a", "1")));
  EXPECT_TRUE(apply(Type::modified, pod("a", "2")));
  EXPECT_FALSE(apply(Type::bookmark, pod("a", "9")));
  EXPECT_TRUE(apply(Type::deleted, pod("a", "3")));
  EXPECT_FALSE(apply(Type::deleted, pod("a", "3")));
  EXPECT_EQ(store_.size(), 0U);
}

TEST_F(StoreTest, IndexesFollowTheirObjects) {
  store_.replace({pod("a", "1"), pod("b", "1")});
  apply(WatchEvent::Type::modified, pod("a", "2", "api"));
  EXPECT_THAT(names(store_.by_index("app", "web")), ElementsAre("b"));
  EXPECT_THAT(names(store_.by_index("app", "api")), ElementsAre("a"));
  apply(WatchEvent::Type::deleted, pod("a", "3", "api"));
  EXPECT_THAT(names(store_.by_index("app", "api")), ElementsAre());
  EXPECT_THAT(names(store_.by_index("unknown", "api")), ElementsAre());
}

TEST_F(StoreTest, ListsOneNamespaceOnly) {
  store_.replace({pod("a", "1", "x", "n"), pod("b", "1", "x", "ns"), pod("c", "1", "x", "ns-2")});
  EXPECT_THAT(names(store_.list("ns")), ElementsAre("b"));
  EXPECT_THAT(names(store_.list()), ElementsAre("a", "b", "c"));
}

TEST(StoreIndexTest, FindsByEveryOwner) {
  Store store;
  store.add_index("owner", index_owner_uids);
  Object owned = pod("a", "1");
  ASSERT_TRUE(set_owner(owned, {"v1", "A", "x", "u1", true, true}));
  ASSERT_TRUE(set_owner(owned, {"v1", "B", "y", "u2", false, false}));
  store.replace({owned});
  EXPECT_THAT(names(store.by_index("owner", "u1")), ElementsAre("a"));
  EXPECT_THAT(names(store.by_index("owner", "u2")), ElementsAre("a"));
}

}  // namespace
}  // namespace dynamo::kube
