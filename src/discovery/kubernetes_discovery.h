#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/environment.h"
#include "discovery/discovery.h"
#include "kube/cache.h"
#include "kube/client.h"

namespace dynamo::discovery {

struct KubernetesDiscoveryOptions {
  std::string pod_name;
  std::string pod_uid;
  std::string pod_namespace;
  Duration debounce = std::chrono::milliseconds{500};
  /// POD_NAME, POD_UID and POD_NAMESPACE. Errors: invalid, naming those that are missing.
  static Result<KubernetesDiscoveryOptions> from_environment(const Environment& env);
};

/// Discovery through the Kubernetes API (spec/runtime.md 4.2). What this pod publishes stands in one
/// DynamoWorkerMetadata object of its name; what others serve is read from such objects and from
/// EndpointSlices, so a pod that is not ready is not there. The first change is told at once, later ones
/// gathered for `debounce`. While the API server is away the last known state stays. Withdrawing the last
/// record deletes the object.
class KubernetesDiscovery final : public Discovery {
 public:
  /// `client` outlives this.
  KubernetesDiscovery(kube::Client& client, KubernetesDiscoveryOptions options);

  InstanceId instance_id() const override { return instance_id_of_pod(options_.pod_name); }
  net::Task<Result<void>> publish(Record record) override;
  net::Task<Result<void>> withdraw(std::string key) override;
  std::unique_ptr<Subscription> watch(Listener listener) override;
  net::Task<void> close() override;

 private:
  net::Task<void> greet_when_synced();
  net::Task<Result<void>> save();
  net::Task<Result<void>> write_own();
  kube::Object own_object() const;
  void changed();
  void quiet_time_over();
  void refresh();

  kube::Client& client_;
  KubernetesDiscoveryOptions options_;
  WatchHub hub_;
  kube::Cache slices_;
  kube::Cache metadata_;
  net::TaskGroup tasks_;
  bool watching_ = false;

  // What is gathered while the quiet time runs.
  std::optional<net::Loop::Timer> quiet_;
  bool dirty_ = false;

  // One write at a time; what is asked for meanwhile goes out with the next one.
  Snapshot own_;
  std::uint64_t own_version_ = 0;
  std::uint64_t saved_version_ = 0;
  bool saving_ = false;
  net::Event saved_;
};

}  // namespace dynamo::discovery
