#include "net/loop.h"

#include <csignal>
#include <mutex>
#include <set>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <thread>
#include <tuple>
#include <unistd.h>

namespace dynamo::net {
namespace {

constexpr int kEventsPerTurn = 512;

struct TimerOrder {
  bool operator()(const auto& a, const auto& b) const noexcept {
    return std::tie(a.when, a.sequence) < std::tie(b.when, b.sequence);
  }
};

struct Armed {
  TimePoint when;
  std::uint64_t sequence;
  Loop::Timer* timer;
};

}  // namespace

struct Loop::Impl {
  int epoll = -1;
  int wake = -1;
  TimePoint now = std::chrono::steady_clock::now();
  std::set<Armed, TimerOrder> timers;
  std::uint64_t next_sequence = 0;
  std::vector<std::coroutine_handle<>> soon;
  epoll_event batch[kEventsPerTurn];
  int batch_size = 0;

  std::mutex mutex;  // guards the two below, the only state that other threads touch
  std::vector<std::move_only_function<void()>> posted;
  bool stopping = false;

  int wait_milliseconds() const;
  void dispatch_events();
  void dispatch_timers();
  void dispatch_posted();
  void dispatch_soon();
  bool take_stop();
  void wake_up() const;
};

namespace {

int checked(int fd, const char* what) {
  if (fd < 0) throw std::runtime_error(system_error(what, errno).message);
  return fd;
}

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error value, not the end of the process
  impl_->epoll = checked(::epoll_create1(EPOLL_CLOEXEC), "creating an epoll instance");
  impl_->wake = checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "creating an eventfd");
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  checked(::epoll_ctl(impl_->epoll, EPOLL_CTL_ADD, impl_->wake, &event), "watching an eventfd");
}

Loop::~Loop() {
  ::close(impl_->wake);
  ::close(impl_->epoll);
}

TimePoint Loop::now() const noexcept { return impl_->now; }

void Loop::run() {
  while (!impl_->take_stop()) {
    impl_->batch_size = ::epoll_wait(impl_->epoll, impl_->batch, kEventsPerTurn, impl_->wait_milliseconds());
    impl_->now = std::chrono::steady_clock::now();
    impl_->dispatch_events();
    impl_->dispatch_timers();
    impl_->dispatch_posted();
    impl_->dispatch_soon();
  }
}

/// Rounded up, so that a timer is never early; 0 when something is waiting to run.
int Loop::Impl::wait_milliseconds() const {
  if (!soon.empty()) return 0;
  if (timers.empty()) return -1;
  const auto left = timers.begin()->when - std::chrono::steady_clock::now();
  if (left <= Duration::zero()) return 0;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(rounded, 3'600'000));
}

void Loop::Impl::dispatch_events() {
  for (int i = 0; i < batch_size; ++i) {
    const epoll_event event = batch[i];
    if (event.data.ptr == this) continue;  // forgotten during this turn
    if (event.data.ptr == nullptr) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto n = ::read(wake, &count, sizeof count);
      continue;
    }
    static_cast<FdHandler*>(event.data.ptr)->fd_ready(event.events);
  }
  batch_size = 0;
}

void Loop::Impl::dispatch_timers() {
  while (!timers.empty() && timers.begin()->when <= now) {
    Timer* timer = timers.begin()->timer;
    timers.erase(timers.begin());
    timer->armed_ = false;
    timer->expired_();
  }
}

void Loop::Impl::dispatch_posted() {
  std::vector<std::move_only_function<void()>> work;
  {
    const std::lock_guard lock(mutex);
    work.swap(posted);
  }
  for (auto& item : work) item();
}

void Loop::Impl::dispatch_soon() {
  std::vector<std::coroutine_handle<>> ready;
  ready.swap(soon);
  for (const auto handle : ready) handle.resume();
}

bool Loop::Impl::take_stop() {
  const std::lock_guard lock(mutex);
  return std::exchange(stopping, false);
}

void Loop::Impl::wake_up() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(wake, &one, sizeof one);
}

void Loop::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake_up();
}

void Loop::post(std::move_only_function<void()> work) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->posted.push_back(std::move(work));
  }
  impl_->wake_up();
}

void Loop::resume_soon(std::coroutine_handle<> waiting) { impl_->soon.push_back(waiting); }

Result<void> Loop::watch(int fd, FdHandler& handler) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &handler}};
  if (::epoll_ctl(impl_->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    return std::unexpected(system_error("watching a descriptor", errno));
  }
  return {};
}

void Loop::unwatch(int fd, FdHandler& handler) {
  ::epoll_ctl(impl_->epoll, EPOLL_CTL_DEL, fd, nullptr);
  for (int i = 0; i < impl_->batch_size; ++i) {
    if (impl_->batch[i].data.ptr == &handler) impl_->batch[i].data.ptr = impl_.get();
  }
}

Loop::Timer::Timer(Loop& loop, std::function<void()> expired) : loop_(loop), expired_(std::move(expired)) {}

Loop::Timer::~Timer() { cancel(); }

void Loop::Timer::arm(TimePoint when) {
  cancel();
  when_ = when;
  sequence_ = loop_.impl_->next_sequence++;
  loop_.impl_->timers.insert({when_, sequence_, this});
  armed_ = true;
}

void Loop::Timer::cancel() {
  if (!std::exchange(armed_, false)) return;
  loop_.impl_->timers.erase({when_, sequence_, this});
}

Loop::Sleep Loop::sleep_until(TimePoint when, std::stop_token stop) { return {*this, when, std::move(stop)}; }

Loop::Sleep Loop::sleep_for(Duration how_long, std::stop_token stop) {
  return {*this, std::chrono::steady_clock::now() + how_long, std::move(stop)};
}

void Loop::Sleep::await_suspend(std::coroutine_handle<> waiting) {
  timer_.emplace(loop_, [waiting] { waiting.resume(); });
  timer_->arm(when_);
  if (!stop_.stop_possible()) return;
  on_stop_.emplace(stop_, [this, waiting] {
    if (!timer_->armed()) return;
    timer_->cancel();
    loop_.resume_soon(waiting);
  });
}

bool Loop::Sleep::await_resume() noexcept {
  on_stop_.reset();
  timer_.reset();
  return !stop_.stop_requested();
}

struct TaskGroup::Root {
  struct promise_type {
    Root get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const { throw; }
  };
};

TaskGroup::Root TaskGroup::drive(TaskGroup* group, Task<void> task) {
  co_await std::move(task);
  group->ended();
}

TaskGroup::~TaskGroup() {
  if (running_ > 0) {
    fmt::print(stderr, "bug: a task group is destroyed while {} of its tasks run\n", running_);
    std::terminate();
  }
}

void TaskGroup::spawn(Task<void> task) {
  ++running_;
  drive(this, std::move(task));
}

void TaskGroup::ended() {
  if (--running_ == 0 && joining_) loop_.resume_soon(std::exchange(joining_, {}));
}

Task<void> TaskGroup::join() {
  struct Joined {
    TaskGroup& group;
    bool await_ready() const noexcept { return group.running_ == 0; }
    void await_suspend(std::coroutine_handle<> waiting) const noexcept { group.joining_ = waiting; }
    void await_resume() const noexcept {}
  };
  while (running_ > 0) co_await Joined{*this};
}

/// One coroutine in an event's list; leaves the list when it is woken, whoever wakes it.
struct Event::Waiter {
  Event& event;
  std::stop_token stop;
  std::optional<TimePoint> deadline;
  Waiter* previous = nullptr;
  Waiter* next = nullptr;
  std::coroutine_handle<> waiting{};
  bool by_event = false;
  std::optional<Loop::Timer> timer{};
  std::optional<std::stop_callback<std::function<void()>>> on_stop{};

  bool await_ready() const noexcept { return event.set_ || stop.stop_requested(); }

  void await_suspend(std::coroutine_handle<> handle) {
    waiting = handle;
    next = event.first_;
    if (next != nullptr) next->previous = this;
    event.first_ = this;
    if (deadline) {
      timer.emplace(event.loop_, [this] { wake(false); });
      timer->arm(*deadline);
    }
    if (stop.stop_possible()) on_stop.emplace(stop, [this] { wake(false); });
  }

  void await_resume() {
    on_stop.reset();
    timer.reset();
  }

  void wake(bool event_set) {
    if (!waiting) return;
    if (previous != nullptr) previous->next = next;
    if (event.first_ == this) event.first_ = next;
    if (next != nullptr) next->previous = previous;
    by_event = event_set;
    if (timer) timer->cancel();
    event.loop_.resume_soon(std::exchange(waiting, {}));
  }
};

void Event::set() {
  set_ = true;
  while (first_ != nullptr) first_->wake(true);
}

Task<bool> Event::wait(std::stop_token stop, std::optional<TimePoint> deadline) {
  if (set_) co_return true;
  Waiter waiter{*this, std::move(stop), deadline};
  co_await waiter;
  co_return waiter.by_event;
}

Task<void> run_blocking(Loop& loop, std::move_only_function<void()> work) {
  struct Handover {
    Loop& loop;
    std::move_only_function<void()>& work;
    std::thread thread{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      thread = std::thread([this, waiting] {
        work();
        loop.post([waiting] { waiting.resume(); });
      });
    }
    void await_resume() { thread.join(); }
  };
  Handover handover{loop, work};
  co_await handover;
}

}  // namespace dynamo::net
