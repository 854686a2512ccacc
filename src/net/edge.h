#pragma once

#include <cstdint>

#include "net/loop.h"

namespace dynamo::net {

/// One edge on a descriptor, awaited: a connect in progress, a listener with a caller, a pending signal.
class Edge final : public FdHandler {
 public:
  Edge(Loop& loop, int fd) : loop_(loop), fd_(fd) { watched_ = loop.watch(fd, *this).has_value(); }
  ~Edge() {
    if (watched_) loop_.unwatch(fd_, *this);
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;
  void fd_ready(std::uint32_t) override { event_.set(); }
  Event& event() noexcept { return event_; }

 private:
  Loop& loop_;
  int fd_;
  bool watched_ = false;
  Event event_{loop_};
};

}  // namespace dynamo::net
