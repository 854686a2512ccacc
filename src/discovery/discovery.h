#pragma once

#include <functional>
#include <memory>

#include "base/error.h"
#include "discovery/record.h"
#include "discovery/snapshot_diff.h"
#include "net/loop.h"

namespace dynamo::discovery {

/// How the processes of a graph find each other. Backends: in-process, file, and, each in a file of its own,
/// those that need a server. Threads: its loop's.
class Discovery {
 public:
  /// Told of changes on the loop: at first everything that is there (perhaps nothing), then each difference.
  using Listener = std::function<void(const Diff&)>;
  /// Ends its watch when destroyed.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  virtual ~Discovery() = default;

  /// The id that records of this process carry.
  virtual InstanceId instance_id() const = 0;
  /// Makes `record` known until it is withdrawn or this process ends. An earlier one of the same key is
  /// replaced. Errors: invalid (key), and those of the backend.
  virtual net::Task<Result<void>> publish(Record record) = 0;
  /// Takes back what this process published; not an error when it is not there.
  virtual net::Task<Result<void>> withdraw(std::string key) = 0;
  virtual std::unique_ptr<Subscription> watch(Listener listener) = 0;
  /// Ends all background work; withdraws nothing. Must be awaited before destruction.
  virtual net::Task<void> close() = 0;
};

/// Backends keep a snapshot here; it tells the listeners what changed.
class WatchHub {
 public:
  explicit WatchHub(net::Loop& loop) : loop_(loop) {}
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  /// The listener is first called in a later turn of the loop, once `update` has been called at least once.
  std::unique_ptr<Discovery::Subscription> subscribe(Discovery::Listener listener);
  void update(Snapshot next);
  const Snapshot& snapshot() const noexcept { return snapshot_; }

 private:
  struct Subscriber;
  void greet(const std::weak_ptr<Subscriber>& subscriber);
  net::Loop& loop_;
  Snapshot snapshot_;
  bool known_ = false;
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace dynamo::discovery
