#include "kube/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::kube {
namespace {

const WallTime kNow{std::chrono::seconds{1'700'000'000}};

EventSubject pod(std::string name) {
  return {"v1", "Pod", {"ns", std::move(name)}, "uid", "spec.containers{main}"};
}

TEST(EventLogTest, RepeatsRaiseTheCount) {
  EventLog log("tester");
  const auto first = log.observe(pod("p"), {EventType::warning, "BackOff", "again"}, kNow);
  EXPECT_TRUE(first.create);
  EXPECT_EQ(json::string_at(first.body, {"involvedObject", "name"}), "p");
  EXPECT_EQ(json::string_at(first.body, {"involvedObject", "fieldPath"}), "spec.containers{main}");
  EXPECT_EQ(json::string_at(first.body, {"type"}), "Warning");
  EXPECT_EQ(json::string_at(first.body, {"source", "component"}), "tester");
  EXPECT_EQ(int_at(first.body, {"count"}), 1);

  const auto second =
      log.observe(pod("p"), {EventType::warning, "BackOff", "again"}, kNow + std::chrono::minutes{1});
  EXPECT_FALSE(second.create);
  EXPECT_EQ(second.key, first.key);
  EXPECT_EQ(json::dump(second.body), R"({"count":2,"lastTimestamp":"2023-11-14T22:14:20Z"})");
}

TEST(EventLogTest, DifferentNotesAreDifferentEvents) {
  EventLog log("tester");
  const EventNote note{EventType::normal, "Started", "m"};
  const auto first = log.observe(pod("p"), note, kNow);
  EXPECT_TRUE(log.observe(pod("q"), note, kNow).create);
  EXPECT_TRUE(log.observe(pod("p"), {EventType::normal, "Killing", "m"}, kNow).create);
  const auto other_text = log.observe(pod("p"), {EventType::normal, "Started", "n"}, kNow);
  EXPECT_TRUE(other_text.create);
  EXPECT_NE(other_text.key, first.key);
}

TEST(EventLogTest, ForgetsTheLeastRecentlyUsed) {
  EventLog log("tester", 2);
  const EventNote note{EventType::normal, "R", "m"};
  log.observe(pod("a"), note, kNow);
  log.observe(pod("b"), note, kNow);
  EXPECT_FALSE(log.observe(pod("a"), note, kNow).create);
  log.observe(pod("c"), note, kNow);
  EXPECT_EQ(log.size(), 2U);
  EXPECT_FALSE(log.observe(pod("a"), note, kNow).create);
  EXPECT_TRUE(log.observe(pod("b"), note, kNow).create);
}

TEST(EventLogTest, AForgottenEventIsCreatedAgain) {
  EventLog log("tester");
  const auto first = log.observe(pod("a"), {EventType::normal, "R", "m"}, kNow);
  log.forget(first.key);
  EXPECT_TRUE(log.observe(pod("a"), {EventType::normal, "R", "m"}, kNow).create);
}

TEST(EventLogTest, ShortensLongMessagesBetweenCharacters) {
  EventLog log("tester");
  const auto write = log.observe(pod("a"), {EventType::normal, "R", std::string(1023, 'x') + "äöü"}, kNow);
  EXPECT_EQ(json::string_at(write.body, {"message"}), std::string(1023, 'x'));
}

TEST(EventLogTest, ClusterWideSubjectsGoToTheDefaultNamespace) {
  EventLog log("tester");
  const auto write = log.observe({"v1", "Node", {"", "n"}, "u", {}}, {EventType::normal, "R", "m"}, kNow);
  EXPECT_EQ(write.key.ns, "default");
}

}  // namespace
}  // namespace dynamo::kube
