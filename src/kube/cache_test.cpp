#include "kube/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/applier.h"
#include "kube/controller.h"
#include "kube/event_recorder.h"
#include "kube/fake_api_server.h"
#include "kube/owner.h"
#include "net/test_support.h"

namespace dynamo::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

Object config_map(std::string name, std::string value = "1") {
  Object made = make_object(resources::kConfigMaps, {"ns", std::move(name)});
  made["data"] = Object{{"key", value}};
  metadata(made)["managedFields"] = json::array{Object{{"manager", "x"}}};
  return made;
}

/// A cache of ConfigMaps that runs against a fake server.
class CacheTest : public ::testing::Test {
 protected:
  CacheTest() : client_(Client::make(loop_, server_.config()).value()) {}

  ~CacheTest() override {
    group_.request_stop();
    net::run(loop_, group_.join());
    net::run(loop_, server_.stop());
  }

  static CacheOptions options() {
    CacheOptions made;
    made.retry = {milliseconds{1}, milliseconds{5}, 2.0, 0.0};
    made.random = [] { return 0.5; };
    return made;
  }
  void start() {
    cache_.on_change([this](const Change& change) {
      changes_.push_back((change.before ? (change.after ? "~" : "-") : "+") +
                         std::string(name_of(change.object())));
    });
    group_.spawn(cache_.run(group_.stop_token()));
    ASSERT_TRUE(net::run(loop_, cache_.wait_synced({}, loop_.now() + net::testing::kPatience)));
  }
  bool eventually(const std::function<bool()>& done) { return net::testing::run_until(loop_, done); }

  net::Loop loop_;
  FakeApiServer server_{loop_};
  std::unique_ptr<Client> client_;
  net::TaskGroup group_{loop_};
  Cache cache_{*client_, resources::kConfigMaps, options()};
  std::vector<std::string> changes_;
};

TEST_F(CacheTest, ListsThenFollows) {
  server_.put(resources::kConfigMaps, config_map("a"));
  start();
  EXPECT_THAT(changes_, ElementsAre("+a"));
  EXPECT_FALSE(cache_.get({"ns", "a"})->at("metadata").as_object().contains("managedFields"));
  server_.put(resources::kConfigMaps, config_map("b"));
  server_.put(resources::kConfigMaps, config_map("b", "2"));
  server_.erase(resources::kConfigMaps, {"ns", "a"});
  EXPECT_TRUE(eventually([&] { return changes_.size() == 4; }));
  EXPECT_THAT(changes_, ElementsAre("+a", "+b", "~b", "-a"));
  EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(CacheTest, ResumesAWatchWithoutListing) {
  start();
  ASSERT_TRUE(eventually([&] { return server_.count("watch=true") == 1; }));
  server_.put(resources::kConfigMaps, config_map("a"));
  ASSERT_TRUE(eventually([&] { return changes_.size() == 1; }));
  server_.end_watches();
  server_.put(resources::kConfigMaps, config_map("b"));
  EXPECT_TRUE(eventually([&] { return changes_.size() == 2; }));
  EXPECT_EQ(cache_.lists(), 1U);
}

TEST_F(CacheTest, ListsAgainWhenItsPlaceIsGone) {
  server_.put(resources::kConfigMaps, config_map("a"));
  server_.put(resources::kConfigMaps, config_map("b"));
  start();
  ASSERT_TRUE(eventually([&] { return server_.count("watch=true") == 1; }));
  server_.end_watches();
  server_.erase(resources::kConfigMaps, {"ns", "a"});
  server_.put(resources::kConfigMaps, config_map("c"));
  server_.compact();
  EXPECT_TRUE(eventually([&] { return changes_.size() == 4; }));
  EXPECT_THAT(changes_, ElementsAre("+a", "+b", "-a", "+c"));
  EXPECT_EQ(cache_.lists(), 2U);
}

TEST_F(CacheTest, BookmarksMoveThePlaceToResumeFrom) {
  start();
  ASSERT_TRUE(eventually([&] { return server_.count("watch=true") == 1; }));
  for (int i = 0; i < 5; ++i) server_.send_bookmarks();
  ASSERT_TRUE(eventually([&] { return cache_.resource_version() == "6"; }));
  server_.end_watches();
  EXPECT_TRUE(eventually([&] { return server_.count("resourceVersion=6") == 1; }));
}

TEST_F(CacheTest, KeepsTheLastStateWhileTheServerFails) {
  server_.put(resources::kConfigMaps, config_map("a"));
  start();
  ASSERT_TRUE(eventually([&] { return server_.count("watch=true") == 1; }));
  server_.answer_next("configmaps", {500, {}, "broken"}, 3);
  server_.end_watches();
  ASSERT_TRUE(eventually([&] { return server_.requests().size() >= 5; }));
  EXPECT_EQ(cache_.size(), 1U);
  server_.put(resources::kConfigMaps, config_map("b"));
  EXPECT_TRUE(eventually([&] { return cache_.size() == 2; }));
}

TEST_F(CacheTest, ResyncTellsEverythingAgain) {
  server_.put(resources::kConfigMaps, config_map("a"));
  start();
  cache_.resync_now();
  EXPECT_THAT(changes_, ElementsAre("+a", "~a"));
}

/// Counts what a controller does with its keys.
struct Worker {
  net::Loop& loop;
  std::vector<std::string> log;
  int failures_left = 0;
  int at_once = 0;
  int most_at_once = 0;
  net::Task<Outcome> reconcile(NamespacedName key, std::stop_token stop) {
    most_at_once = std::max(most_at_once, ++at_once);
    co_await loop.sleep_for(milliseconds{1}, stop);  // stands for work that takes a while
    --at_once;
    log.push_back(key.name);
    if (failures_left > 0) {
      --failures_left;
      co_return Backoff{Error{Errc::unavailable, "away"}};
    }
    co_return Done{};
  }
};

TEST_F(CacheTest, AControllerWorksOnEachChangedObject) {
  Worker worker{loop_};
  ControllerOptions options;
  options.workers = 2;
  options.backoff = {milliseconds{1}, milliseconds{2}, 2.0, 0.0};
  int told = 0;
  options.failed = [&](const NamespacedName&, const Error&, int, Duration) { ++told; };
  Controller controller(
      loop_,
      [&](NamespacedName key, std::stop_token stop) {
        return worker.reconcile(std::move(key), std::move(stop));
      },
      options);
  controller.watch(cache_);
  for (const char* name : {"a", "b", "c"}) server_.put(resources::kConfigMaps, config_map(name));
  worker.failures_left = 2;
  net::TaskGroup running(loop_);
  running.spawn(controller.run(running.stop_token()));
  start();
  EXPECT_TRUE(eventually([&] { return worker.log.size() == 5 && controller.queue().idle(); }));
  EXPECT_EQ(told, 2);
  EXPECT_EQ(worker.most_at_once, 2);
  running.request_stop();
  net::run(loop_, running.join());
  group_.request_stop();
  net::run(loop_, group_.join());
}

TEST_F(CacheTest, OwnedObjectsWakeTheirController) {
  Worker worker{loop_};
  Controller controller(loop_,
                        [&](NamespacedName key, std::stop_token stop) {
                          return worker.reconcile(std::move(key), std::move(stop));
                        },
                        {});
  controller.watch_owned(cache_, "Graph");
  Object owned = config_map("a");
  ASSERT_TRUE(set_owner(owned, {"nvidia.com/v1alpha1", "Graph", "g", "u", true, true}));
  Object foreign = config_map("b");
  ASSERT_TRUE(set_owner(foreign, {"v1", "Other", "o", "u2", true, true}));
  server_.put(resources::kConfigMaps, owned);
  server_.put(resources::kConfigMaps, foreign);
  net::TaskGroup running(loop_);
  running.spawn(controller.run(running.stop_token()));
  start();
  EXPECT_TRUE(eventually([&] { return !worker.log.empty(); }));
  EXPECT_THAT(worker.log, ElementsAre("g"));
  running.request_stop();
  net::run(loop_, running.join());
  group_.request_stop();
  net::run(loop_, group_.join());
}

TEST_F(CacheTest, TheApplierSendsNothingWhenNothingChanged) {
  Applier applier(*client_, "tester");
  applier.use(cache_);
  start();
  ApplyRules rules;
  rules.owner_uid = "owner";
  const auto desired = [](std::string value) {
    Object made = config_map("a", std::move(value));
    metadata(made).erase("managedFields");
    EXPECT_TRUE(set_owner(made, {"nvidia.com/v1alpha1", "Graph", "g", "owner", true, true}));
    return std::vector<Desired>{{resources::kConfigMaps, std::move(made)}};
  };
  auto report = net::run(loop_, applier.apply(desired("1"), rules, {}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->has(ApplyAction::create));
  ASSERT_TRUE(eventually([&] { return cache_.size() == 1; }));

  const int writes = server_.writes();
  report = net::run(loop_, applier.apply(desired("1"), rules, {}));
  EXPECT_EQ(report->unchanged, 1U);
  EXPECT_EQ(server_.writes(), writes);

  report = net::run(loop_, applier.apply(desired("2"), rules, {}));
  EXPECT_TRUE(report->has(ApplyAction::update));
  ASSERT_TRUE(eventually([&] { return json::string_at(*cache_.get({"ns", "a"}), {"data", "key"}) == "2"; }));
  report = net::run(loop_, applier.apply({}, rules, {}));
  EXPECT_TRUE(report->has(ApplyAction::prune));
  EXPECT_TRUE(eventually([&] { return cache_.size() == 0; }));
}

TEST_F(CacheTest, TheApplierAsksOnceWhereTheServerWritesValuesInItsOwnWay) {
  Applier applier(*client_, "tester");
  applier.use(cache_);
  Object wanted = config_map("a");
  metadata(wanted).erase("managedFields");
  Object stored = wanted;
  stored["data"].as_object()["key"] = "1.0";  // the server's form
  server_.put(resources::kConfigMaps, stored);
  start();
  const std::string body = json::dump(*server_.get(resources::kConfigMaps, {"ns", "a"}));
  server_.answer_next("PATCH", {200, {}, body}, 5);
  for (int i = 0; i < 3; ++i) {
    const auto report = net::run(loop_, applier.apply({{resources::kConfigMaps, wanted}}, {}, {}));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->unchanged, i == 0 ? 0U : 1U);
  }
  EXPECT_EQ(server_.count("PATCH"), 1);
  wanted["data"].as_object()["key"] = "2";
  const auto report = net::run(loop_, applier.apply({{resources::kConfigMaps, wanted}}, {}, {}));
  EXPECT_TRUE(report->has(ApplyAction::update));
}

TEST_F(CacheTest, EventsAreWrittenOnceAndCounted) {
  EventRecorder recorder(*client_, "tester");
  const Object about = config_map("a");
  recorder.normal(about, "Created", "m");
  recorder.normal(about, "Created", "m");
  recorder.warning(about, "Failed", "n");
  std::stop_source stop;
  stop.request_stop();
  net::run(loop_, recorder.run(stop.get_token()));
  EXPECT_EQ(server_.count("POST /api/v1/namespaces/ns/events"), 2);
  EXPECT_EQ(server_.count("PATCH /api/v1/namespaces/ns/events/a."), 1);
  EXPECT_EQ(recorder.dropped(), 0U);
}

}  // namespace
}  // namespace dynamo::kube
