#include "discovery/discovery.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "base/test_folder.h"
#include "discovery/file_discovery.h"
#include "discovery/memory_discovery.h"
#include "net/test_support.h"

namespace dynamo::discovery {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Record instance(std::uint64_t id, std::string address = "http://a") {
  return Instance{{"ns", "backend", "generate"}, InstanceId(id), std::move(address)};
}

Snapshot snapshot_of(std::initializer_list<Record> records) {
  Snapshot out;
  for (const auto& record : records) out.emplace(key_of(record), record);
  return out;
}

TEST(Diff, TellsPutAndRemoved) {
  const auto before = snapshot_of({instance(1), instance(2), instance(3)});
  const auto after = snapshot_of({instance(1), instance(2, "http://b"), instance(4)});
  const auto change = diff(before, after);
  EXPECT_EQ(change.put, snapshot_of({instance(2, "http://b"), instance(4)}));
  EXPECT_EQ(change.removed, snapshot_of({instance(3)}));
}

TEST(Diff, ApplyingItGivesTheLaterSnapshot) {
  std::mt19937 random(3);
  std::uniform_int_distribution<std::uint64_t> pick(0, 9);
  for (int round = 0; round < 300; ++round) {
    Snapshot before, after;
    for (int i = 0; i < 6; ++i) {
      const auto a = instance(pick(random), pick(random) < 5 ? "http://a" : "http://b");
      const auto b = instance(pick(random), pick(random) < 5 ? "http://a" : "http://b");
      before.insert_or_assign(key_of(a), a);
      after.insert_or_assign(key_of(b), b);
    }
    Snapshot moved = before;
    apply_diff(moved, diff(before, after));
    ASSERT_EQ(moved, after);
    ASSERT_TRUE(diff(after, moved).empty());
  }
}

/// Keeps what a watch has told.
struct Told {
  Snapshot now;
  int calls = 0;
  /// Whether the snapshot, which comes first, has come.
  bool hears(net::Loop& loop) {
    return net::testing::run_until(loop, [this] { return calls > 0; });
  }
  Discovery::Listener listener() {
    return [this](const Diff& change) {
      apply_diff(now, change);
      ++calls;
    };
  }
};

TEST(MemoryDiscovery, TellsTheSnapshotThenChanges) {
  net::Loop loop;
  MemoryDiscovery discovery(loop);
  ASSERT_TRUE(net::run(loop, discovery.publish(instance(1))).has_value());
  Told told;
  auto watch = discovery.watch(told.listener());
  EXPECT_EQ(told.calls, 0);
  ASSERT_TRUE(told.hears(loop));
  EXPECT_EQ(told.now, snapshot_of({instance(1)}));
  ASSERT_TRUE(net::run(loop, discovery.publish(instance(2))).has_value());
  ASSERT_TRUE(net::run(loop, discovery.withdraw(key_of(instance(1)))).has_value());
  EXPECT_EQ(told.now, snapshot_of({instance(2)}));
  EXPECT_EQ(told.calls, 3);
  watch.reset();
  ASSERT_TRUE(net::run(loop, discovery.withdraw(key_of(instance(2)))).has_value());
  EXPECT_EQ(told.calls, 3);
}

TEST(MemoryDiscovery, AnEmptySnapshotIsToldToo) {
  net::Loop loop;
  MemoryDiscovery discovery(loop);
  Told told;
  const auto watch = discovery.watch(told.listener());
  ASSERT_TRUE(told.hears(loop));
  EXPECT_EQ(told.calls, 1);
}

TEST(MemoryDiscovery, RefusesBrokenKeys) {
  net::Loop loop;
  MemoryDiscovery discovery(loop);
  EXPECT_EQ(net::run(loop, discovery.publish(Instance{{"..", "b", "c"}, InstanceId(1), "x"})).error().code,
            Errc::invalid);
}

class FileDiscoveryTest : public ::testing::Test {
 protected:
  std::unique_ptr<FileDiscovery> make() { return std::make_unique<FileDiscovery>(loop_, options_, clock_); }
  void close(FileDiscovery& discovery) { net::run(loop_, discovery.close()); }

  net::Loop loop_;
  FakeClock clock_;
  const TestFolder test_folder_;
  FileDiscoveryOptions options_{.root = test_folder_.path(), .poll_interval = 1h};
};

TEST_F(FileDiscoveryTest, ProcessesSeeEachOther) {
  auto worker = make();
  auto frontend = make();
  ASSERT_TRUE(net::run(loop_, worker->publish(instance(1))).has_value());
  EXPECT_TRUE(fs::exists(options_.root / "v1/instances/ns/backend/generate/1"));
  Told told;
  const auto watch = frontend->watch(told.listener());
  ASSERT_TRUE(told.hears(loop_));
  EXPECT_EQ(told.now, snapshot_of({instance(1)}));

  ASSERT_TRUE(net::run(loop_, worker->publish(instance(1, "http://moved"))).has_value());
  frontend->poll();
  EXPECT_EQ(told.now, snapshot_of({instance(1, "http://moved")}));
  ASSERT_TRUE(net::run(loop_, worker->withdraw(key_of(instance(1)))).has_value());
  frontend->poll();
  EXPECT_TRUE(told.now.empty());
  close(*worker);
  close(*frontend);
}

TEST_F(FileDiscoveryTest, RecordsThatAreNotRefreshedExpire) {
  auto worker = make();
  auto frontend = make();
  ASSERT_TRUE(net::run(loop_, worker->publish(instance(1))).has_value());
  Told told;
  const auto watch = frontend->watch(told.listener());
  ASSERT_TRUE(told.hears(loop_));

  clock_.advance(8s);
  worker->refresh();
  clock_.advance(8s);
  frontend->poll();
  EXPECT_EQ(told.now.size(), 1u);
  clock_.advance(3s);
  frontend->poll();
  EXPECT_TRUE(told.now.empty());
  EXPECT_FALSE(fs::exists(options_.root / "v1/instances/ns/backend/generate/1"));

  worker->refresh();  // it lives after all
  frontend->poll();
  EXPECT_EQ(told.now.size(), 1u);
  close(*worker);
  close(*frontend);
}

TEST_F(FileDiscoveryTest, ForeignAndBrokenFilesAreNoRecords) {
  auto frontend = make();
  fs::create_directories(options_.root / "v1/instances");
  std::ofstream(options_.root / "v1/instances/broken") << "{";
  std::ofstream(options_.root / "v1/instances/half.tmp") << "{";
  Told told;
  const auto watch = frontend->watch(told.listener());
  ASSERT_TRUE(told.hears(loop_));
  EXPECT_EQ(told.calls, 1);
  EXPECT_TRUE(told.now.empty());
  close(*frontend);
}

TEST_F(FileDiscoveryTest, AFolderThatCannotBeMadeIsAnError) {
  options_.root = "/proc/nowhere";
  auto worker = make();
  const auto published = net::run(loop_, worker->publish(instance(1)));
  ASSERT_FALSE(published.has_value());
  EXPECT_THAT(published.error().message, ::testing::HasSubstr("/proc/nowhere"));
  close(*worker);
}

TEST(FileDiscoveryOptions, ComeFromTheEnvironment) {
  EXPECT_EQ(FileDiscoveryOptions::from_environment({{"DYN_FILE_KV", "/a"}}).root, "/a");
  EXPECT_EQ(FileDiscoveryOptions::from_environment({{"TMPDIR", "/b"}}).root, "/b/dynamo_store_kv");
  EXPECT_EQ(FileDiscoveryOptions::from_environment({}).root, "/tmp/dynamo_store_kv");
}

}  // namespace
}  // namespace dynamo::discovery
