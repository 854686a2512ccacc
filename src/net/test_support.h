#pragma once

#include <functional>

#include "net/loop.h"

/// How tests wait for what happens on a loop: for a condition, with a deadline, never for a length of time.
namespace dynamo::net::testing {

inline constexpr Duration kPatience = std::chrono::seconds{10};

inline Task<void> one_millisecond(Loop* loop) { co_await loop->sleep_for(std::chrono::milliseconds{1}); }

/// Within a coroutine: waits until `holds` does; false when `patience` ends first.
inline Task<bool> until(Loop* loop, std::function<bool()> holds, Duration patience = kPatience) {
  const TimePoint deadline = loop->now() + patience;
  while (!holds()) {
    if (loop->now() > deadline) co_return false;
    co_await one_millisecond(loop);
  }
  co_return true;
}

/// Outside of the loop, which runs until `holds` does; false when `patience` ends first. `holds` may run the
/// loop itself, to ask a server for example.
inline bool run_until(Loop& loop, const std::function<bool()>& holds, Duration patience = kPatience) {
  const TimePoint deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    run(loop, one_millisecond(&loop));
  }
  return true;
}

}  // namespace dynamo::net::testing
