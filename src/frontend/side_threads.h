#pragma once

#include <functional>

#include "net/loop.h"

namespace dynamo::frontend {

/// Runs work of some length on threads beside the loop, a few at a time; more waits for its turn, so that
/// many long requests cost neither the loop's time nor ever more threads. Threads: its loop's.
class SideThreads {
 public:
  SideThreads(net::Loop& loop, std::size_t most) : loop_(loop), most_(most), freed_(loop) {}

  /// `work` refers only to what lives until it is done.
  net::Task<void> run(std::move_only_function<void()> work);

 private:
  net::Loop& loop_;
  std::size_t most_;
  std::size_t running_ = 0;
  net::Event freed_;
};

}  // namespace dynamo::frontend
