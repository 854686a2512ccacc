#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "kube/backoff.h"
#include "kube/client.h"
#include "kube/store.h"

namespace dynamo::kube {

struct CacheOptions {
  std::string ns;  // empty = all namespaces
  std::string label_selector;
  std::string field_selector;
  BackoffPolicy retry{std::chrono::milliseconds{200}, std::chrono::seconds{30}, 2.0, 0.5};
  std::chrono::seconds watch_timeout{300};
  /// Takes what nobody reads out of an object before it is kept; managedFields have gone already.
  std::function<void(Object&)> strip;
  /// Told when listing or watching fails, with how many times in a row; cancellation is not told.
  std::function<void(const Error&, int failures)> failed;
  Random random = system_random();
};

/// A live copy of a collection: list, then watch, resumed where it broke off; 410 leads to a new list. While
/// the server is away the last known state stays. Threads: its loop's.
///   cache.on_change(…); group.spawn(cache.run(group.stop_token())); co_await cache.wait_synced(stop);
class Cache {
 public:
  using Handler = std::function<void(const Change&)>;

  Cache(Client& client, Resource resource, CacheOptions options = {});
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  /// Both before `run`. Handlers are called on the loop, after the cache has changed, in order of adding; a
  /// resync is a change with `before` equal to `after`. A handler must not destroy the cache.
  void add_index(std::string name, IndexFunction function) {
    store_.add_index(std::move(name), std::move(function));
  }
  void on_change(Handler handler) { handlers_.push_back(std::move(handler)); }

  /// Until `stop`.
  net::Task<void> run(std::stop_token stop);
  /// The first list is in and all handlers have heard of it.
  bool synced() const noexcept { return synced_.is_set(); }
  /// False when `stop` came first.
  net::Task<bool> wait_synced(std::stop_token stop, std::optional<TimePoint> deadline = {});
  /// Hands every object to the handlers again, now.
  void resync_now();

  ObjectPtr get(const NamespacedName& key) const { return store_.get(key); }
  std::vector<ObjectPtr> list(std::string_view ns = {}) const { return store_.list(ns); }
  std::vector<ObjectPtr> by_index(std::string_view name, std::string_view value) const {
    return store_.by_index(name, value);
  }
  std::size_t size() const noexcept { return store_.size(); }
  const Resource& resource() const noexcept { return resource_; }
  /// How many lists were taken, and where the watch would resume.
  std::uint64_t lists() const noexcept { return lists_; }
  const std::string& resource_version() const noexcept { return resource_version_; }

 private:
  net::Task<Result<void>> list_once(std::stop_token stop);
  net::Task<Result<void>> watch_once(std::stop_token stop);
  net::Task<void> pause(Error why, std::stop_token stop);
  net::Task<Result<std::size_t>> follow(Watch& watch);
  void take(WatchEvent event);
  void strip(Object& object) const;
  void tell(const Change& change) const;

  Client& client_;
  Resource resource_;
  CacheOptions options_;
  Store store_;
  std::vector<Handler> handlers_;
  net::Event synced_;
  std::string resource_version_;  // where to go on watching; empty = list first
  int failures_ = 0;
  std::uint64_t lists_ = 0;
};

/// Calls `resync` every so often with how many times that was, until `stop`; a time of zero means never. It
/// should hand all objects to their controllers again: what somebody else has changed unseen is mended then.
net::Task<void> resync_regularly(net::Loop& loop, Duration every, std::function<void(std::uint64_t)> resync,
                                 std::stop_token stop);

}  // namespace dynamo::kube
