#include "net/loop.h"

#include <gtest/gtest.h>
#include <thread>

#include "net/test_support.h"

namespace dynamo::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

Task<int> add(int a, int b) { co_return a + b; }

Task<int> sum_to(int n) {
  int total = 0;
  for (int i = 1; i <= n; ++i) total = co_await add(total, i);
  co_return total;
}

TEST(Task, ManyAwaitsThatEndAtOnceUseNoStack) {
  Loop loop;
  EXPECT_EQ(run(loop, sum_to(60'000)), 1'800'030'000);
}

Task<void> note_after(Loop& loop, milliseconds delay, int id, std::vector<int>& order) {
  co_await loop.sleep_for(delay);
  order.push_back(id);
}

Task<void> three_sleepers(Loop& loop, std::vector<int>& order) {
  TaskGroup group(loop);
  group.spawn(note_after(loop, milliseconds{20}, 2, order));
  group.spawn(note_after(loop, milliseconds{40}, 3, order));
  group.spawn(note_after(loop, milliseconds{1}, 1, order));
  co_await group.join();
}

TEST(Loop, SleepersWakeInTheOrderOfTheirDeadlines) {
  Loop loop;
  std::vector<int> order;
  run(loop, three_sleepers(loop, order));
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

Task<void> sleep_until_stopped(Loop& loop, std::stop_token stop, bool& slept_on) {
  slept_on = co_await loop.sleep_for(hours{1}, stop);
}

Task<void> stop_a_sleeper(Loop& loop, bool& slept_on) {
  TaskGroup group(loop);
  group.spawn(sleep_until_stopped(loop, group.stop_token(), slept_on));
  group.request_stop();
  co_await group.join();
}

TEST(Loop, AStoppedSleepEndsAtOnceAndSaysSo) {
  Loop loop;
  bool slept_on = true;
  run(loop, stop_a_sleeper(loop, slept_on));
  EXPECT_FALSE(slept_on);
}

Task<void> wait_and_note(Event& event, std::optional<TimePoint> deadline, int& outcome) {
  const bool set = co_await event.wait({}, deadline);
  outcome = set ? 1 : 0;
}

Task<void> event_reaches_all(Loop& loop, int (&outcomes)[3]) {
  Event event(loop);
  TaskGroup group(loop);
  group.spawn(wait_and_note(event, std::nullopt, outcomes[0]));
  group.spawn(wait_and_note(event, loop.now() + hours{1}, outcomes[1]));
  group.spawn(wait_and_note(event, loop.now() - hours{1}, outcomes[2]));
  const bool past = co_await testing::until(&loop, [&outcomes] { return outcomes[2] == 0; });
  EXPECT_TRUE(past);
  event.set();
  co_await group.join();
}

TEST(Event, WakesAllWaitersAndHonoursDeadlines) {
  Loop loop;
  int outcomes[3] = {-1, -1, -1};
  run(loop, event_reaches_all(loop, outcomes));
  EXPECT_EQ(outcomes[0], 1);
  EXPECT_EQ(outcomes[1], 1);
  EXPECT_EQ(outcomes[2], 0);
}

TEST(Loop, PostRunsOnTheLoopInOrderFromAnyThread) {
  Loop loop;
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&loop] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

Task<std::thread::id> blocking_thread(Loop& loop) {
  std::thread::id id;
  std::move_only_function<void()> work = [&id] { id = std::this_thread::get_id(); };
  co_await run_blocking(loop, std::move(work));
  co_return id;
}

TEST(Loop, BlockingWorkRunsElsewhere) {
  Loop loop;
  EXPECT_NE(run(loop, blocking_thread(loop)), std::this_thread::get_id());
}

}  // namespace
}  // namespace dynamo::net
