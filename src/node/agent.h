#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "kube/cache.h"
#include "kube/client.h"
#include "kube/event_recorder.h"
#include "node/addresses.h"
#include "node/cluster_pod_api.h"
#include "node/log_store.h"
#include "node/machine.h"
#include "node/plan.h"
#include "node/pod_worker.h"
#include "node/prober.h"

namespace dynamo::node {

struct AgentOptions {
  std::string node_name;
  std::string state_folder;         // pods, their temporary files, logs, claims and shims live below it
  std::string dynamo;               // our own executable
  std::vector<std::string> reaper;  // as for ProcessTree
  Environment environment;          // what pods' processes start from
  std::uint8_t address_block = 64;  // pods are at 127.BLOCK.x.y
  EngineMode engine_mode = EngineMode::automatic;
  std::string server;  // URL of the API server, for pods
  std::string ca_pem;
  std::string version;
  Duration stop_grace = std::chrono::seconds{10};  // how long containers may take when the platform ends
  /// Told of what fails and is tried again: what, and why.
  std::function<void(std::string_view what, const Error& why)> failed = [](std::string_view, const Error&) {};
};

/// The node of one machine: registers it, runs the pods that are bound to it, and keeps their logs.
/// Threads: its loop's.
class Agent {
 public:
  Agent(kube::Client& client, AgentOptions options, const Clock& clock = Clock::system());
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Writes the Node object and prepares the state folder; nothing runs yet.
  /// Errors: io, or as the API server says.
  net::Task<Result<void>> register_node(std::stop_token stop);
  /// Until `stop`; then ends all containers in peace. Pods stay in the API server as they are.
  net::Task<void> run(std::stop_token stop);

  LogStore& logs() noexcept { return logs_; }
  const MachineCapacity& capacity() const noexcept { return capacity_; }
  std::size_t pods() const noexcept { return workers_.size(); }

 private:
  void sync(kube::ObjectPtr pod);
  void start(const kube::ObjectPtr& pod);
  Result<PodSetup> setup_for(const kube::Object& pod);
  net::Task<void> work(std::string uid);
  net::Task<void> reject(kube::ObjectPtr pod, Error why);
  void remove_leftovers() const;
  std::string pod_folder(std::string_view uid) const;
  std::string temporary_folder(std::string_view uid) const;

  kube::Client& client_;
  net::Loop& loop_;
  AgentOptions options_;
  const Clock& clock_;
  MachineCapacity capacity_;
  MachineFacts machine_;
  kube::Object allocatable_;
  kube::EventRecorder events_;
  ClusterPodApi api_;
  LogStore logs_;
  Prober prober_;
  Services services_;
  AddressPool addresses_;
  GpuPool gpus_;
  kube::Cache pods_;
  net::TaskGroup work_;
  std::map<std::string, std::unique_ptr<PodWorker>> workers_;  // by uid
  bool started_ = false;
};

}  // namespace dynamo::node
