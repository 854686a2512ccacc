#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "graph/facts.h"
#include "kube/client.h"
#include "kube/controller.h"
#include "operator/adapter_reconciler.h"
#include "operator/component_reconciler.h"
#include "operator/graph_reconciler.h"
#include "telemetry/log.h"

namespace dynamo::operators {

struct ManagerOptions {
  std::string ns{};  // empty = all namespaces
  graph::Settings settings{};
  std::size_t workers = 4;                   // reconciliations of a kind at once
  Duration resync = std::chrono::hours{10};  // how often every object is looked at again; zero = never
  kube::BackoffPolicy backoff{};
};

/// The operator: live copies of what it looks at, one controller per kind, and their events. Threads: the
/// loop's.
///   Manager manager(client, options, log); co_await manager.run(stop);
class Manager {
 public:
  Manager(kube::Client& client, ManagerOptions options, telemetry::Logger log,
          const Clock& clock = Clock::system());
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// Works until `stop`; finishes what is under way.
  net::Task<void> run(std::stop_token stop);
  /// The copies are complete and the controllers run.
  bool ready() const noexcept { return ready_; }
  /// Nothing is waiting for work or being worked on.
  bool idle() const;
  /// How often an object was looked at so far.
  std::uint64_t reconciliations() const;
  /// Looks at every object again, now.
  void resync_now() { world_.resync_now(); }

 private:
  kube::ControllerOptions controller_options(std::string name);
  net::Task<void> control(std::stop_token stop);
  void resync(std::uint64_t count);

  kube::Client& client_;
  ManagerOptions options_;
  telemetry::Logger log_;
  World world_;
  Writer writer_;
  kube::EventRecorder graph_events_;
  kube::EventRecorder component_events_;
  kube::EventRecorder adapter_events_;
  GraphReconciler graphs_;
  ComponentReconciler components_;
  AdapterReconciler adapters_;
  kube::Controller graph_controller_;
  kube::Controller component_controller_;
  kube::Controller adapter_controller_;
  bool ready_ = false;
};

}  // namespace dynamo::operators
