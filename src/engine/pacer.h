#pragma once

#include <stop_token>

#include "base/clock.h"
#include "net/loop.h"

namespace dynamo::engine {

/// How engines that pretend to take time let it pass; tests let it pass at once.
class Pacer {
 public:
  virtual ~Pacer() = default;
  virtual TimePoint now() const = 0;
  /// False when `stop` was asked for first. Always lets other work of the loop run.
  virtual net::Task<bool> wait_until(TimePoint when, std::stop_token stop) = 0;
};

/// Real time.
class LoopPacer final : public Pacer {
 public:
  explicit LoopPacer(net::Loop& loop) : loop_(loop) {}
  TimePoint now() const override { return Clock::system().now(); }
  net::Task<bool> wait_until(TimePoint when, std::stop_token stop) override {
    const bool waited = co_await loop_.sleep_until(when, stop);
    co_return waited;
  }

 private:
  net::Loop& loop_;
};

}  // namespace dynamo::engine
