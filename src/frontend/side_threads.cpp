#include "frontend/side_threads.h"

namespace dynamo::frontend {

net::Task<void> SideThreads::run(std::move_only_function<void()> work) {
  while (running_ == most_) {
    freed_.reset();
    co_await freed_.wait();
  }
  ++running_;
  co_await net::run_blocking(loop_, std::move(work));
  --running_;
  freed_.set();
}

}  // namespace dynamo::frontend
