#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/loop.h"
#include "net/stream.h"
#include "node/log_store.h"
#include "node/plan.h"
#include "node/pod_status.h"
#include "node/probe.h"
#include "node/prober.h"
#include "node/restart.h"
#include "process/tree.h"

namespace dynamo::node {

/// What all containers of a node share. Outlives them.
struct Services {
  net::Loop& loop;
  const Clock& clock;
  std::vector<std::string> reaper;  // as for ProcessTree
  LogStore& logs;
  Prober& prober;
  /// Told of what fails and is tried again: what, and why.
  std::function<void(std::string_view what, const Error& why)> failed;
};

/// One container, ready to run.
struct ContainerSpec {
  ContainerPlan plan;
  std::optional<ProbeSpec> startup, liveness, readiness;
  RestartPolicy policy = RestartPolicy::always;
  Duration grace{};
};

/// Who hears what happens to a container.
struct ContainerListener {
  std::function<void()> changed;           // its ContainerObserved has
  std::function<void(PlanNote)> happened;  // becomes an event
};

/// Runs a container: starts its process, probes it, starts it again with back-off as its policy says. What is
/// seen goes into a ContainerObserved that belongs to the pod. Threads: the loop's.
class ContainerRunner {
 public:
  ContainerRunner(const Services& services, std::string pod_uid, ContainerSpec spec, ContainerObserved& seen,
                  ContainerListener listener);
  ContainerRunner(const ContainerRunner&) = delete;
  ContainerRunner& operator=(const ContainerRunner&) = delete;

  /// Until its policy wants no further run, or it was asked to end and has.
  net::Task<void> run();
  /// SIGTERM now, SIGKILL after `grace`, no restart. A grace of zero kills at once.
  void request_end(Duration grace);

 private:
  enum class Role : std::uint8_t { startup, liveness, readiness };
  static std::string_view to_string(Role role) noexcept;

  net::Task<process::ExitStatus> run_once();
  net::Task<bool> wait_for_restart(Duration wait);
  void begin_run();
  void started(const process::ProcessTree& tree);
  process::ExitStatus start_failed(const Error& error);
  void ended(process::ExitStatus how);
  net::Task<void> pump(int fd, LogOrigin origin, LogWriter& log);
  net::Task<void> enforce_end(process::ProcessTree& tree, std::stop_token run_over);
  net::Task<void> probe_all(TimePoint since, net::TaskGroup& group);
  net::Task<void> probe(Role role, ProbeSpec spec, TimePoint since, std::stop_token run_over);
  void take_verdict(Role role, const ProbeSpec& spec, ProbeStatus status);
  void note(bool warning, std::string reason, std::string message);

  const Services& services_;
  std::string pod_uid_;
  ContainerSpec spec_;
  ContainerObserved& seen_;
  ContainerListener listener_;
  RestartBackoff backoff_;
  WallTime started_at_{};
  Duration grace_{};          // of the end that was asked for last
  net::Event end_requested_;  // for good
  net::Event end_run_;        // this run
  net::Event news_;           // the run has ended, or `grace_` has changed
  bool run_ended_ = false;
};

}  // namespace dynamo::node
