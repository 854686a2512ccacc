#include "node/log_store.h"

#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "net/test_support.h"
#include "node/files.h"

namespace dynamo::node {
namespace {

class LogStoreTest : public testing::Test {
 protected:
  std::unique_ptr<LogWriter> begin(int run = 0) { return std::move(*store().begin("u1", "main", run)); }
  LogStore& store() {
    if (!store_) store_.emplace(loop_, root_, max_bytes_, clock_);
    return *store_;
  }
  std::string read(LogQuery query) {
    query.pod_uid = "u1";
    query.container = "main";
    auto reader = store().open(std::move(query));
    return reader ? net::run(loop_, read_all(**reader)) : "error: " + reader.error().message;
  }
  static net::Task<std::string> read_all(LogReader& reader) {
    std::string all;
    for (;;) {
      const auto next = co_await reader.read();
      if (!next) co_return all + "(" + next.error().message + ")";
      if (next->empty()) co_return all;
      all.append(*next);
    }
  }

  net::Loop loop_;
  FakeClock clock_;
  std::size_t max_bytes_ = 10u << 20;
  const TestFolder test_folder_;
  const std::string root_ = test_folder_.path();
  std::optional<LogStore> store_;
};

TEST_F(LogStoreTest, GivesBackWholeLinesOfBothOrigins) {
  auto writer = begin();
  writer->write(LogOrigin::output, "one\ntw");
  writer->write(LogOrigin::error, "problem\n");
  writer->write(LogOrigin::output, "o\nlast without end");
  EXPECT_EQ(read({}), "one\nproblem\ntwo\n");
  writer.reset();
  EXPECT_EQ(read({}), "one\nproblem\ntwo\nlast without end\n");
}

TEST_F(LogStoreTest, SelectsByTimeTailAndLimit) {
  auto writer = begin();
  writer->write(LogOrigin::output, "one\n");
  clock_.advance(std::chrono::seconds{10});
  writer->write(LogOrigin::output, "two\nthree\n");
  EXPECT_EQ(read({.since = clock_.wall_now()}), "two\nthree\n");
  EXPECT_EQ(read({.tail_lines = 1}), "three\n");
  EXPECT_EQ(read({.tail_lines = 9}), "one\ntwo\nthree\n");
  EXPECT_EQ(read({.tail_lines = 0}), "");
  EXPECT_EQ(read({.limit_bytes = 6}), "one\ntw");
  EXPECT_EQ(read({.timestamps = true, .tail_lines = 1}), "2023-11-14T22:13:30.000000Z three\n");
}

TEST_F(LogStoreTest, ALongLineComesBackWhole) {
  const std::string line(kMaxLogLine * 2 + 5, 'x');
  begin()->write(LogOrigin::output, line + "\n");
  EXPECT_EQ(read({}), line + "\n");
}

TEST_F(LogStoreTest, RotatesAndKeepsTheNewestLines) {
  max_bytes_ = 200;  // three lines of about 50 bytes
  auto writer = begin();
  for (int i = 0; i < 20; ++i) writer->write(LogOrigin::output, fmt::format("line {}\n", i));
  const std::string all = read({});
  EXPECT_TRUE(all.ends_with("line 18\nline 19\n")) << all;
  EXPECT_LT(all.size(), 80u) << "bounded";
  EXPECT_EQ(read({.tail_lines = 4}), "line 16\nline 17\nline 18\nline 19\n") << "across both files";
}

TEST_F(LogStoreTest, KeepsThePreviousRun) {
  begin(0)->write(LogOrigin::output, "first\n");
  begin(1)->write(LogOrigin::output, "second\n");
  EXPECT_EQ(read({}), "second\n");
  EXPECT_EQ(read({.previous = true}), "first\n");
  begin(2)->write(LogOrigin::output, "third\n");
  EXPECT_EQ(read({.previous = true}), "second\n");
  EXPECT_FALSE(exists(root_ + "/u1/main/0.log"));
}

TEST_F(LogStoreTest, SaysWhatThereIsNoLogOf) {
  EXPECT_EQ(read({}), "error: container main has written no log yet");
  begin(0);
  EXPECT_EQ(read({.previous = true}), "error: previous terminated container main not found");
}

/// Writes once what was written before has been read.
net::Task<void> write_later(net::Loop& loop, std::unique_ptr<LogWriter> writer, const std::string& all) {
  co_await net::testing::until(&loop, [&all] { return all.ends_with("early\n"); });
  writer->write(LogOrigin::output, "later\n");
  co_await net::testing::until(&loop, [&all] { return all.ends_with("later\n"); });
  for (int i = 0; i < 20; ++i) writer->write(LogOrigin::output, fmt::format("line {}\n", i));
}

net::Task<std::string> follow_while_written(net::Loop& loop, LogStore& store,
                                            std::unique_ptr<LogWriter> writer) {
  LogQuery query{.pod_uid = "u1", .container = "main", .follow = true};
  auto reader = store.open(std::move(query));
  net::TaskGroup group(loop);
  std::string all;
  group.spawn(write_later(loop, std::move(writer), all));
  for (;;) {
    const auto next = co_await (*reader)->read();
    if (!next || next->empty()) break;
    all.append(*next);
  }
  co_await group.join();
  co_return all;
}

TEST_F(LogStoreTest, FollowsUntilTheContainerEnds) {
  auto writer = begin();
  writer->write(LogOrigin::output, "early\n");
  const std::string all = net::run(loop_, follow_while_written(loop_, store(), std::move(writer)));
  EXPECT_TRUE(all.starts_with("early\nlater\nline 0\n")) << all;
  EXPECT_TRUE(all.ends_with("line 19\n")) << all;
}

TEST_F(LogStoreTest, AReaderThatLeavesIsCancelled) {
  auto writer = begin();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(read({.follow = true, .stop = stop.get_token()}), "(cancelled)");
}

TEST_F(LogStoreTest, ForgetsAPod) {
  begin()->write(LogOrigin::output, "one\n");
  store().forget("u1");
  EXPECT_EQ(read({}), "error: container main has written no log yet");
}

}  // namespace
}  // namespace dynamo::node
