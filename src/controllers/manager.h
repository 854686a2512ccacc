#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "controllers/context.h"

namespace dynamo::controllers {

struct ManagerOptions {
  /// Kinds besides the built-in ones whose objects are cleaned up after their owners: our custom resources.
  /// Their definitions must be there already.
  std::vector<kube::Resource> further_kinds;
  Duration resync = std::chrono::hours{10};  // how often every object is looked at again; zero = never
  const Clock* clock = &Clock::system();
  kube::Random random = kube::system_random();
  /// Told of failures, for the log.
  std::function<void(std::string_view controller, const kube::NamespacedName& key, const Error& why)> failed;
};

/// All embedded workload controllers over one set of caches: Deployment, ReplicaSet, Service, scheduler,
/// garbage collector, ServiceAccount and token, PersistentVolumeClaim. (A namespace is
/// emptied by the API server itself.) Threads: the client's loop's.
class Manager {
 public:
  /// `client` outlives this.
  Manager(kube::Client& client, ManagerOptions options);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// Until `stop`. Controllers begin when all caches are in sync: none acts on half of the truth.
  net::Task<void> run(std::stop_token stop);
  /// The controllers have begun.
  bool started() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::controllers
