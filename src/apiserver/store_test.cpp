#include "apiserver/store.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_folder.h"

namespace dynamo::apiserver {
namespace {

namespace fs = std::filesystem;

class StoreTest : public ::testing::Test {
 protected:
  std::string file() const { return (folder_ / "state.db").string(); }
  std::unique_ptr<Store> open(StoreOptions options = {}) {
    options.file = file();
    auto store = Store::open(loop_, options);
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? std::move(*store) : nullptr;
  }
  Result<void> write(Store& store, const Key& key, std::optional<Object> next) {
    auto submitted = store.submit(key, std::move(next));
    return net::run(loop_, store.settled(submitted.pending));
  }

  const TestFolder test_folder_;
  const fs::path folder_ = test_folder_.path();
  net::Loop loop_;
};

Key pod(std::string name) { return Key{"pods", "ns", std::move(name)}; }
Object body(std::string_view text) { return json::parse(text).value().as_object(); }

TEST_F(StoreTest, KeepsObjectsAndTheCounter) {
  std::string uid_version;
  {
    auto store = open();
    ASSERT_TRUE(write(*store, pod("a"), body(R"({"metadata":{"uid":"u1"}})")));
    ASSERT_TRUE(write(*store, pod("b"), body(R"({"metadata":{"uid":"u2"}})")));
    ASSERT_TRUE(write(*store, pod("a"), std::nullopt));
    uid_version = kube::resource_version_of(*store->get(pod("b")));
  }
  auto store = open();
  EXPECT_EQ(store->get(pod("a")), nullptr);
  ASSERT_NE(store->get(pod("b")), nullptr);
  EXPECT_EQ(kube::uid_of(*store->get(pod("b"))), "u2");
  EXPECT_EQ(kube::resource_version_of(*store->get(pod("b"))), uid_version);
  EXPECT_EQ(store->version(), 3u) << "a deletion counts, and its version is never given out again";
}

TEST_F(StoreTest, AWriteIsInvisibleUntilItIsOnDisk) {
  auto store = open();
  auto submitted = store->submit(pod("a"), body("{}"));
  EXPECT_EQ(store->get(pod("a")), nullptr);
  EXPECT_EQ(store->head(pod("a")), submitted.object) << "the next write builds upon it";
  EXPECT_EQ(store->version(), 0u);
  ASSERT_TRUE(net::run(loop_, store->settled(submitted.pending)));
  EXPECT_EQ(store->get(pod("a")), submitted.object);
  EXPECT_EQ(store->version(), 1u);
}

TEST_F(StoreTest, ListsInOrderAndByNamespace) {
  auto store = open();
  for (const auto& key :
       {Key{"pods", "y", "b"}, Key{"pods", "x", "c"}, Key{"pods", "y", "a"}, Key{"nodes", "", "n"}}) {
    Object object = body("{}");
    kube::metadata(object)["name"] = key.name;
    ASSERT_TRUE(write(*store, key, object));
  }
  const auto names = [](const std::vector<ObjectPtr>& objects) {
    std::string out;
    for (const auto& object : objects) out += kube::name_of(*object);
    return out;
  };
  EXPECT_EQ(names(store->list("pods", "")), "cab");
  EXPECT_EQ(names(store->list("pods", "y")), "ab");
  EXPECT_EQ(names(store->list("nodes", "")), "n");
  EXPECT_EQ(names(store->list("none", "")), "");
}

TEST_F(StoreTest, HistoryTellsWhatHappened) {
  auto store = open();
  ASSERT_TRUE(write(*store, pod("a"), body(R"({"n":1})")));
  ASSERT_TRUE(write(*store, pod("a"), body(R"({"n":2})")));
  ASSERT_TRUE(write(*store, pod("a"), std::nullopt));
  const auto changes = store->changes_after("pods", 1).value();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].type, Change::Type::modified);
  EXPECT_EQ(changes[0].before->at("n"), 1);
  EXPECT_EQ(changes[1].type, Change::Type::deleted);
  EXPECT_EQ(changes[1].object->at("n"), 2);
  EXPECT_EQ(kube::resource_version_of(*changes[1].object), "3");
}

TEST_F(StoreTest, OldHistoryIsGone) {
  auto store = open({.history = 2});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(write(*store, pod("a"), body("{}")));
  EXPECT_EQ(store->changes_after("pods", 3).value().size(), 2u);
  const auto gone = store->changes_after("pods", 2);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::gone);
  EXPECT_EQ(gone.error().message, "too old resource version: 2 (3)");
}

TEST_F(StoreTest, HistoryIsBoundedInBytes) {
  auto store = open({.history_bytes = 4000});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(write(*store, pod("a"), Object{{"x", std::string(1000, 'x')}}));
  EXPECT_LE(store->changes_after("pods", 7).value().size(), 3u);
  EXPECT_FALSE(store->changes_after("pods", 5));
}

TEST_F(StoreTest, NothingIsKnownFromBeforeTheStart) {
  {
    auto store = open();
    ASSERT_TRUE(write(*store, pod("a"), body("{}")));
    ASSERT_TRUE(write(*store, pod("a"), body("{}")));
  }
  auto store = open();
  EXPECT_FALSE(store->changes_after("pods", 1));
  EXPECT_TRUE(store->changes_after("pods", 2).value().empty());
}

TEST_F(StoreTest, ASubscriptionIsWokenByItsCollectionOnly) {
  auto store = open();
  auto pods = store->subscribe("pods");
  ASSERT_TRUE(write(*store, Key{"nodes", "", "n"}, body("{}")));
  EXPECT_FALSE(pods->changed().is_set());
  ASSERT_TRUE(write(*store, pod("a"), body("{}")));
  EXPECT_TRUE(pods->changed().is_set());
}

TEST_F(StoreTest, EphemeralLeavesNoFile) {
  auto store = Store::open(loop_, {}).value();
  ASSERT_TRUE(write(*store, pod("a"), body("{}")));
  EXPECT_NE(store->get(pod("a")), nullptr);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(StoreTest, ACorruptFileIsKeptAside) {
  std::ofstream(file()) << "this is no database, but somebody may still want to read it";
  auto store = open();
  ASSERT_TRUE(store->kept_aside());
  EXPECT_EQ(*store->kept_aside(), file() + ".corrupt-1");
  std::ifstream aside(*store->kept_aside());
  std::string text(std::istreambuf_iterator<char>(aside), {});
  EXPECT_EQ(text, "this is no database, but somebody may still want to read it");
  EXPECT_TRUE(write(*store, pod("a"), body("{}")));
}

TEST_F(StoreTest, ADamagedPageIsNoticed) {
  {
    auto store = open();
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(write(*store, pod(fmt::format("p{}", i)), Object{{"x", std::string(500, 'x')}}));
    }
  }
  {
    std::fstream damage(file(), std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(4096 * 3);
    damage << std::string(8192, '\xff');
  }
  auto store = open();
  EXPECT_TRUE(store->kept_aside());
}

TEST_F(StoreTest, ASecondServerIsRefused) {
  auto store = open();
  ASSERT_TRUE(write(*store, pod("a"), body("{}")));
  const auto second = Store::open(loop_, {.file = file()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::already_exists);
}

TEST_F(StoreTest, AFolderThatIsNotThereIsNamed) {
  const auto store = Store::open(loop_, {.file = (folder_ / "none" / "state.db").string()});
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("none/state.db"), std::string::npos) << store.error().message;
}

/// A child writes as fast as it can and tells each acknowledged version; killed at any instant, all of them
/// are there.
TEST_F(StoreTest, AcknowledgedWritesSurviveAKill) {
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    net::Loop loop;
    auto store = Store::open(loop, {.file = file()}).value();
    for (std::uint32_t i = 0;; ++i) {
      auto submitted = store->submit(pod(fmt::format("p{}", i)), Object{{"i", i}});
      if (!net::run(loop, store->settled(submitted.pending))) ::_exit(1);
      if (::write(fds[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
  }
  ::close(fds[1]);
  std::uint32_t last = 0;
  while (last < 300 && ::read(fds[0], &last, sizeof last) == sizeof last) {
  }
  ::kill(child, SIGKILL);
  while (::read(fds[0], &last, sizeof last) == sizeof last) {
  }
  ::waitpid(child, nullptr, 0);
  ::close(fds[0]);

  auto store = open();
  EXPECT_FALSE(store->kept_aside());
  for (std::uint32_t i = 0; i <= last; ++i) {
    const auto object = store->get(pod(fmt::format("p{}", i)));
    ASSERT_NE(object, nullptr) << i << " of " << last;
    EXPECT_EQ(kube::resource_version_of(*object), std::to_string(i + 1));
  }
  EXPECT_GE(store->version(), last + 1);
}

}  // namespace
}  // namespace dynamo::apiserver
