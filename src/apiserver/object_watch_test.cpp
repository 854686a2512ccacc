#include <gtest/gtest.h>

#include "apiserver/server_fixture.h"
#include "apiserver/test_objects.h"

namespace dynamo::apiserver {
namespace {

class ObjectWatch : public ServerTest {};

TEST_F(ObjectWatch, WatchTellsOfEachChange) {
  const Reply made = post(kConfigMaps, config_map("a"));
  const std::string version(made.at({"metadata", "resourceVersion"}));
  merge(kConfigMaps + "/a", R"({"data":{"a":"2"}})");
  post(kConfigMaps, config_map("b"));
  call("DELETE", kConfigMaps + "/a");
  const auto lines = watch(kConfigMaps + "?watch=true&resourceVersion=" + version, 3);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].starts_with(R"({"type":"MODIFIED")"));
  EXPECT_TRUE(lines[1].starts_with(R"({"type":"ADDED")"));
  EXPECT_TRUE(lines[2].starts_with(R"({"type":"DELETED")"));
}

TEST_F(ObjectWatch, WatchWithoutVersionBeginsWithWhatIsThere) {
  post(kConfigMaps, config_map("a"));
  const auto lines = watch(kConfigMaps + "?watch=1", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with(R"({"type":"ADDED")"));
}

TEST_F(ObjectWatch, AnObjectThatLeavesTheSelectionIsDeletedForThatWatch) {
  const Reply made = post(kConfigMaps, R"({"metadata":{"name":"a","labels":{"x":"1"}}})");
  merge(kConfigMaps + "/a", R"({"metadata":{"labels":{"x":"2"}}})");
  merge(kConfigMaps + "/a", R"({"metadata":{"labels":{"x":"1"}}})");
  const auto lines = watch(fmt::format("{}?watch=1&labelSelector=x%3D1&resourceVersion={}", kConfigMaps,
                                       made.at({"metadata", "resourceVersion"})),
                           2);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with(R"({"type":"DELETED")")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with(R"({"type":"ADDED")")) << lines[1];
}

TEST_F(ObjectWatch, AWatchThatIsTooOldHearsOf410) {
  post(kConfigMaps, config_map("a"));
  for (int i = 0; i < 1030; ++i) merge(kConfigMaps + "/a", fmt::format(R"({{"data":{{"a":"{}"}}}})", i));
  const auto lines = watch(kConfigMaps + "?watch=1&resourceVersion=1", 2);
  ASSERT_EQ(lines.size(), 1u) << "and then it ends";
  const json::value event = json::parse(lines[0]).value();
  EXPECT_EQ(json::string_at(event, {"type"}), "ERROR");
  EXPECT_EQ(json::int_at(event, {"object", "code"}), 410);
  EXPECT_EQ(json::string_at(event, {"object", "reason"}), "Expired");
}

TEST_F(ObjectWatch, WatchEndsWithABookmarkAtItsTime) {
  post(kConfigMaps, config_map("a"));
  const auto lines = watch(kConfigMaps + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=1", 9);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[1].starts_with(R"({"type":"BOOKMARK")")) << lines[1];
}

}  // namespace
}  // namespace dynamo::apiserver
