#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/clock.h"
#include "base/error.h"
#include "net/task.h"

namespace dynamo::net {

/// Told about a descriptor's readiness. Registered edge-triggered, once, for everything: the handler keeps
/// track of what is ready until an attempt says EAGAIN.
class FdHandler {
 public:
  /// `events` are those of epoll (EPOLLIN, EPOLLOUT, EPOLLRDHUP, …). May destroy itself.
  virtual void fd_ready(std::uint32_t events) = 0;

 protected:
  ~FdHandler() = default;
};

/// One thread's event loop over epoll: sockets, timers and coroutines. Everything that hangs on a loop
/// (sockets, timers, tasks) is used from the thread that runs it; only `post` and `stop` may be called from
/// others. One loop per thread; nothing here locks.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop()`. What is ready when it stops is not run.
  void run();
  /// Ends `run()` after the current turn. Threads: any.
  void stop();
  /// Runs `work` on the loop's thread, in order. Threads: any.
  void post(std::move_only_function<void()> work);
  /// Resumes `waiting` in the next turn; for code that must not run its waiter on its own stack.
  void resume_soon(std::coroutine_handle<> waiting);

  /// Tells `handler` of readiness edges of `fd` from now on. Errors: too_many, io.
  Result<void> watch(int fd, FdHandler& handler);
  /// Forgets `fd`; events of the turn under way that were meant for `handler` are dropped.
  void unwatch(int fd, FdHandler& handler);

  /// The time as read once per turn; cheap.
  TimePoint now() const noexcept;

  /// Waits until `when`; false when `stop` was asked for (on this thread) before that.
  class Sleep;
  Sleep sleep_until(TimePoint when, std::stop_token stop = {});
  Sleep sleep_for(Duration how_long, std::stop_token stop = {});

  /// Handle of a callback in time; destroying or cancelling it forgets the callback.
  class Timer;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A callback at a point in time that can be moved. Must be destroyed on the loop's thread, before the loop.
class Loop::Timer {
 public:
  Timer(Loop& loop, std::function<void()> expired);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Arms the timer, replacing an earlier arming.
  void arm(TimePoint when);
  void cancel();
  bool armed() const noexcept { return armed_; }
  TimePoint when() const noexcept { return when_; }

 private:
  friend Loop;
  friend struct Loop::Impl;
  Loop& loop_;
  std::function<void()> expired_;
  TimePoint when_{};
  std::uint64_t sequence_ = 0;  // orders timers of the same instant
  bool armed_ = false;
};

class [[nodiscard]] Loop::Sleep {
 public:
  Sleep(Loop& loop, TimePoint when, std::stop_token stop)
      : loop_(loop), when_(when), stop_(std::move(stop)) {}
  bool await_ready() const noexcept { return stop_.stop_requested(); }
  void await_suspend(std::coroutine_handle<> waiting);
  bool await_resume() noexcept;

 private:
  Loop& loop_;
  TimePoint when_;
  std::stop_token stop_;
  std::optional<Timer> timer_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

/// Owns tasks that run beside their parent. The group must be joined before it is destroyed:
///   TaskGroup group(loop); group.spawn(serve(…)); … group.request_stop(); co_await group.join();
/// A task that lets an exception out ends the process: expected failures are values.
class TaskGroup {
 public:
  explicit TaskGroup(Loop& loop) : loop_(loop) {}
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` at once, up to its first wait.
  void spawn(Task<void> task);
  std::size_t size() const noexcept { return running_; }
  /// Handed to the tasks, by whoever spawns them, so that they notice `request_stop`.
  std::stop_token stop_token() const { return stop_.get_token(); }
  void request_stop() { stop_.request_stop(); }
  /// Waits until every task has ended, those spawned meanwhile included. One waiter at a time.
  Task<void> join();

 private:
  struct Root;
  static Root drive(TaskGroup* group, Task<void> task);
  void ended();
  Loop& loop_;
  std::stop_source stop_;
  std::size_t running_ = 0;
  std::coroutine_handle<> joining_{};
};

/// A wake-up that any number of coroutines of one loop can wait for. `set` wakes those waiting and lets later
/// ones pass until `reset`.
class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}
  void set();
  void reset() noexcept { set_ = false; }
  bool is_set() const noexcept { return set_; }
  /// True when set, false when `stop` was asked for or `deadline` passed first.
  Task<bool> wait(std::stop_token stop = {}, std::optional<TimePoint> deadline = {});

 private:
  struct Waiter;
  Loop& loop_;
  bool set_ = false;
  Waiter* first_ = nullptr;
};

/// Runs `work` on a thread of its own and continues on the loop when it is done: for calls that block (name
/// look-up, a file system). The thread is joined before the loop is destroyed.
Task<void> run_blocking(Loop& loop, std::move_only_function<void()> work);

/// Runs `task` on `loop` until it ends and returns its result: for `main` and for tests.
template <class T>
T run(Loop& loop, Task<T> task);

namespace detail {
template <class T>
Task<void> store_and_stop(Loop& loop, Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
  loop.stop();
}
inline Task<void> store_and_stop(Loop& loop, Task<void> task, bool& done) {
  co_await std::move(task);
  done = true;
  loop.stop();
}
}  // namespace detail

template <class T>
T run(Loop& loop, Task<T> task) {
  TaskGroup group(loop);
  if constexpr (std::is_void_v<T>) {
    bool done = false;
    group.spawn(detail::store_and_stop(loop, std::move(task), done));
    while (!done) loop.run();
  } else {
    std::optional<T> out;
    group.spawn(detail::store_and_stop(loop, std::move(task), out));
    while (!out) loop.run();
    return std::move(*out);
  }
}

}  // namespace dynamo::net
