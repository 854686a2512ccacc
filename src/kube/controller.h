#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <variant>

#include "kube/cache.h"
#include "kube/work_queue.h"
#include "net/loop.h"

namespace dynamo::kube {

/// How a reconciliation ended.
struct Done {};
struct RetryAfter {
  Duration delay{};  // look again then, even if nothing changes
};
struct Backoff {
  Error why;  // failed: again after a wait that grows from failure to failure
};
using Outcome = std::variant<Done, RetryAfter, Backoff>;

/// Brings the world closer to what the object of that key says. Never runs twice at once for the same key.
using Reconcile = std::function<net::Task<Outcome>(NamespacedName key, std::stop_token stop)>;

struct ControllerOptions {
  std::string name;
  std::size_t workers = 4;  // reconciliations at once
  BackoffPolicy backoff;
  Random random = system_random();
  /// Told of each failure, its number in a row and when the next attempt comes; cancellation and conflicts,
  /// which are part of normal life, are not told.
  std::function<void(const NamespacedName&, const Error&, int failures, Duration next)> failed;
};

/// Runs reconciliations for the keys that are put into its queue. Threads: its loop's.
class Controller {
 public:
  Controller(net::Loop& loop, Reconcile reconcile, ControllerOptions options);
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  void enqueue(const NamespacedName& key);
  void enqueue_after(const NamespacedName& key, Duration delay);

  /// Puts the key of every changed object into the queue.
  void watch(Cache& cache);
  /// Puts the key of the managing controller of every changed object into the queue, when it is of `kind`.
  void watch_owned(Cache& cache, std::string kind);
  /// Puts what `map` makes of each change into the queue.
  void watch_mapped(Cache& cache, std::function<std::vector<NamespacedName>(const Change&)> map);

  /// Until `stop`; waits for reconciliations under way, which see the same stop.
  net::Task<void> run(std::stop_token stop);

  const std::string& name() const noexcept { return options_.name; }
  const WorkQueue& queue() const noexcept { return queue_; }
  std::uint64_t reconciliations() const noexcept { return reconciliations_; }

 private:
  net::Task<void> work(NamespacedName key, std::stop_token stop);
  void settle(const NamespacedName& key, const Outcome& outcome);
  void failed(const NamespacedName& key, const Error& why);

  net::Loop& loop_;
  Reconcile reconcile_;
  ControllerOptions options_;
  WorkQueue queue_;
  net::Event wake_;
  std::uint64_t reconciliations_ = 0;
};

}  // namespace dynamo::kube
