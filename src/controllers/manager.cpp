#include "controllers/manager.h"

#include <map>

#include "controllers/claim_binder.h"
#include "controllers/deployment_controller.h"
#include "controllers/garbage_collector.h"
#include "controllers/replica_set_controller.h"
#include "controllers/scheduler.h"
#include "controllers/service_account_controller.h"
#include "controllers/service_controller.h"

namespace dynamo::controllers {
namespace {

namespace res = kube::resources;

const kube::Resource kIngresses{"networking.k8s.io", "v1", "ingresses", "Ingress", true};
const kube::Resource kAutoscalers{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler",
                                  true};
const kube::Resource kDisruptionBudgets{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true};

/// Built-in kinds that no controller reads, but that have owners.
std::vector<kube::Resource> collected_kinds() {
  return {res::kConfigMaps, res::kRoles,  res::kRoleBindings, res::kLeases,
          kIngresses,       kAutoscalers, kDisruptionBudgets};
}

/// The garbage collector reads nothing but metadata.
void keep_metadata(Object& object) {
  Object kept;
  for (const std::string_view field : {"apiVersion", "kind", "metadata"}) {
    if (json::value* value = object.if_contains(field)) kept[field] = std::move(*value);
  }
  object = std::move(kept);
}

}  // namespace

/// Caches first, then what hangs on them.
struct Manager::Impl {
  ManagerOptions options;
  kube::Client& client;
  kube::EventRecorder events;
  Context context;
  std::map<kube::Resource, std::unique_ptr<kube::Cache>> caches;
  DeploymentController deployments;
  ReplicaSetController replica_sets;
  ServiceController services;
  Scheduler scheduler;
  ServiceAccountController accounts;
  TokenController tokens;
  ClaimBinder claims;
  GarbageCollector garbage;
  bool started = false;

  Impl(kube::Client& api, ManagerOptions given)
      : options(std::move(given)),
        client(api),
        events(api, "dynamo-controllers", *options.clock),
        context{api, events, *options.clock, options.random, options.failed},
        deployments(context, cache(res::kDeployments), cache(res::kReplicaSets), cache(res::kPods)),
        replica_sets(context, cache(res::kReplicaSets), cache(res::kPods)),
        services(context, cache(res::kServices), cache(res::kPods), cache(res::kEndpointSlices)),
        scheduler(context, cache(res::kPods), cache(res::kNodes)),
        accounts(context, cache(res::kNamespaces), cache(res::kServiceAccounts)),
        tokens(context, cache(res::kSecrets), cache(res::kServiceAccounts)),
        claims(context, cache(res::kPersistentVolumeClaims)),
        garbage(context, all_caches()) {}

  kube::Cache& cache(const kube::Resource& resource, std::function<void(Object&)> strip = {}) {
    std::unique_ptr<kube::Cache>& slot = caches[resource];
    if (slot) return *slot;
    kube::CacheOptions made;
    made.random = options.random;
    made.strip = std::move(strip);
    made.failed = [this, name = "cache of " + resource.group_resource()](const Error& why, int) {
      if (options.failed) options.failed(name, {}, why);
    };
    slot = std::make_unique<kube::Cache>(client, resource, std::move(made));
    return *slot;
  }

  std::vector<kube::Cache*> all_caches() {
    for (const kube::Resource& kind : collected_kinds()) cache(kind, keep_metadata);
    for (const kube::Resource& kind : options.further_kinds) cache(kind, keep_metadata);
    std::vector<kube::Cache*> all;
    for (const auto& [resource, one] : caches) all.push_back(one.get());
    return all;
  }

  void resync() {
    for (const auto& [resource, one] : caches) one->resync_now();
  }

  net::Task<void> run_controllers(net::TaskGroup& group) {
    const std::stop_token stop = group.stop_token();
    for (const auto& [resource, one] : caches) {
      const bool synced = co_await one->wait_synced(stop);
      if (!synced) co_return;
    }
    started = true;
    group.spawn(
        kube::resync_regularly(client.loop(), options.resync, [this](std::uint64_t) { resync(); }, stop));
    group.spawn(deployments.run(stop));
    group.spawn(replica_sets.run(stop));
    group.spawn(services.run(stop));
    group.spawn(scheduler.run(stop));
    group.spawn(accounts.run(stop));
    group.spawn(tokens.run(stop));
    group.spawn(claims.run(stop));
    group.spawn(garbage.run(stop));
  }
};

Manager::Manager(kube::Client& client, ManagerOptions options)
    : impl_(std::make_unique<Impl>(client, std::move(options))) {}

Manager::~Manager() = default;

bool Manager::started() const noexcept { return impl_->started; }

net::Task<void> Manager::run(std::stop_token stop) {
  net::TaskGroup group(impl_->client.loop());
  const std::stop_callback forward(stop, [&group] { group.request_stop(); });
  for (const auto& [resource, cache] : impl_->caches) group.spawn(cache->run(group.stop_token()));
  group.spawn(impl_->events.run(group.stop_token()));
  group.spawn(impl_->run_controllers(group));
  co_await group.join();
}

}  // namespace dynamo::controllers
