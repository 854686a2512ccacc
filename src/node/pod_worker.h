#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/container_runner.h"
#include "node/plan.h"
#include "node/pod_api.h"
#include "node/pod_status.h"

namespace dynamo::node {

/// What the node has settled before a pod starts.
struct PodSetup {
  PodFacts facts;
  PodGrant grant;               // `kubeconfig` and `account` are filled in by the worker
  const MachineFacts* machine;  // outlives the worker
  std::string server;           // URL of the API server, for the pod's kubeconfig
};

/// Runs one pod from its first sight to its end: volumes, init containers, containers, status, deletion.
/// Threads: the loop's.
class PodWorker {
 public:
  PodWorker(const Services& services, PodApi& api, kube::ObjectPtr pod, PodSetup setup);
  PodWorker(const PodWorker&) = delete;
  PodWorker& operator=(const PodWorker&) = delete;

  /// Until the pod's object has been taken away, or `stop` or `kill` has been carried out.
  net::Task<void> run();
  /// The pod's object as it is now; notices that it is being deleted.
  void update(kube::ObjectPtr pod);
  /// The object has gone: nobody waits for a peaceful end.
  void kill();
  /// The platform ends: containers end in peace within `grace`, the object stays.
  void stop(Duration grace);

  const kube::ObjectPtr& pod() const noexcept { return pod_; }
  const PodObserved& seen() const noexcept { return seen_; }

 private:
  /// Why the pod is to end.
  enum class Ending : std::uint8_t { none, platform_stops, deleted, object_gone };

  net::Task<void> live();
  net::Task<std::optional<PodPlan>> prepare();
  net::Task<Result<PodPlan>> try_to_prepare();
  Result<void> make_volumes(const PodPlan& plan) const;
  void cannot_start(const Error& why);
  net::Task<bool> run_init_containers(std::vector<ContainerPlan> plans);
  net::Task<void> run_containers(std::vector<ContainerPlan> plans);
  Result<ContainerSpec> spec_of(ContainerPlan plan, std::string_view list, bool init) const;
  net::Task<bool> run_init_container(ContainerSpec spec, ContainerObserved& seen);
  net::Task<void> announce(PodPlan& plan);
  net::Task<void> end();
  net::Task<void> report(std::stop_token stop);
  net::Task<Result<void>> report_once();
  void begin_ending(Ending why, Duration grace);
  ContainerListener listener(std::string container);
  Duration grace_of_pod() const;

  const Services& services_;
  PodApi& api_;
  kube::ObjectPtr pod_;
  std::string uid_;
  PodSetup setup_;
  bool known_before_;  // an earlier run of the platform has had it
  PodObserved seen_;
  std::vector<ContainerRunner*> running_;
  Ending ending_ = Ending::none;
  net::Event ending_begun_;
  net::Event dirty_;  // what was seen has not been written
};

}  // namespace dynamo::node
