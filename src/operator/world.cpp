#include "operator/world.h"

#include "api/codec.h"
#include "api/constants.h"
#include "api/scaling_adapter.h"
#include "operator/pull_secrets.h"
#include "operator/resources.h"

namespace dynamo::operators {
namespace {

constexpr std::string_view kByOwner = "world/owner-uid";
constexpr std::string_view kByGraph = "world/graph";
constexpr Duration kGroupsRetry = std::chrono::seconds{2};

std::vector<std::string> graph_of_adapter(const kube::Object& adapter) {
  const kube::NamespacedName graph{std::string(kube::namespace_of(adapter)),
                                   std::string(json::string_at(adapter, {"spec", "dgdRef", "name"}))};
  return {graph.to_string()};
}

std::set<std::string> group_names(const json::value& list) {
  std::set<std::string> names;
  const json::value* groups = json::find(list, {"groups"});
  if (!groups || !groups->is_array()) return names;
  for (const json::value& group : groups->get_array()) names.emplace(json::string_at(group, {"name"}));
  return names;
}

}  // namespace

World::World(kube::Client& client, WorldOptions options)
    : client_(client),
      options_(std::move(options)),
      graphs(client, resources::kGraphs, cache_options("graphs")),
      components(client, resources::kComponents, cache_options("components")),
      adapters(client, resources::kAdapters, cache_options("scaling adapters")),
      deployments(client, kube::resources::kDeployments, cache_options("deployments")),
      services(client, kube::resources::kServices, cache_options("services")),
      claims(client, kube::resources::kPersistentVolumeClaims, cache_options("persistent volume claims")),
      accounts(client, kube::resources::kServiceAccounts, cache_options("service accounts")),
      roles(client, kube::resources::kRoles, cache_options("roles")),
      bindings(client, kube::resources::kRoleBindings, cache_options("role bindings")),
      pull_secrets(client, kube::resources::kSecrets, pull_secret_options()),
      groups_known_(client.loop()) {
  components.add_index(std::string(kByOwner), kube::index_owner_uids);
  adapters.add_index(std::string(kByOwner), kube::index_owner_uids);
  adapters.add_index(std::string(kByGraph), graph_of_adapter);
}

std::array<kube::Cache*, 10> World::all() {
  return {&graphs, &components, &adapters, &deployments, &services,
          &claims, &accounts,   &roles,    &bindings,    &pull_secrets};
}
std::array<const kube::Cache*, 10> World::all() const {
  return {&graphs, &components, &adapters, &deployments, &services,
          &claims, &accounts,   &roles,    &bindings,    &pull_secrets};
}

kube::CacheOptions World::cache_options(std::string what) const {
  kube::CacheOptions options;
  options.ns = options_.ns;
  if (options_.failed) {
    options.failed = [told = options_.failed, what = std::move(what)](const Error& why, int failures) {
      told(what, why, failures);
    };
  }
  return options;
}

kube::CacheOptions World::pull_secret_options() const {
  kube::CacheOptions options = cache_options("pull secrets");
  options.field_selector = std::string("type=") + kDockerConfigType;
  options.strip = keep_only_hosts;
  return options;
}

net::Task<void> World::run(std::stop_token stop) {
  net::TaskGroup group(client_.loop());
  group.spawn(learn_groups(stop));
  for (kube::Cache* cache : all()) group.spawn(cache->run(stop));
  co_await group.join();
}

net::Task<void> World::learn_groups(std::stop_token stop) {
  for (int failures = 1; !stop.stop_requested(); ++failures) {
    kube::ApiRequest request;
    request.path = "/apis";
    request.what = "list API groups";
    kube::CallOptions call{.stop = stop, .deadline = {}};
    const auto listed = co_await client_.send(std::move(request), std::move(call));
    if (listed) {
      api_groups_ = group_names(*listed);
      groups_known_.set();
      co_return;
    }
    if (options_.failed) options_.failed("API groups", listed.error(), failures);
    co_await client_.loop().sleep_for(kGroupsRetry, stop);
  }
}

net::Task<bool> World::wait_synced(std::stop_token stop) {
  bool complete = co_await groups_known_.wait(stop);
  for (kube::Cache* cache : all()) {
    if (!complete) break;
    complete = co_await cache->wait_synced(stop);
  }
  co_return complete;
}

bool World::synced() const {
  return groups_known_.is_set() &&
         std::ranges::all_of(all(), [](const kube::Cache* cache) { return cache->synced(); });
}

void World::resync_now() {
  for (kube::Cache* cache : all()) cache->resync_now();
}

const kube::Cache* World::find(const kube::Resource& resource) const {
  for (const kube::Cache* cache : all()) {
    if (cache->resource() == resource) return cache;
  }
  return nullptr;
}

std::map<std::string, api::DynamoComponentDeployment> World::components_of(
    const api::DynamoGraphDeployment& dgd) const {
  std::map<std::string, api::DynamoComponentDeployment> by_service;
  for (const kube::ObjectPtr& object : components.by_index(kByOwner, dgd.metadata.uid)) {
    auto component = api::from_json<api::DynamoComponentDeployment>(*object);
    if (!component) continue;  // as good as absent: rendering writes it anew
    std::string service = component->spec.service_name;
    by_service.insert_or_assign(std::move(service), std::move(*component));
  }
  return by_service;
}

std::vector<kube::NamespacedName> World::adapters_of(const kube::NamespacedName& graph) const {
  std::vector<kube::NamespacedName> keys;
  for (const kube::ObjectPtr& adapter : adapters.by_index(kByGraph, graph.to_string())) {
    keys.push_back(kube::key_of(*adapter));
  }
  return keys;
}

graph::GraphFacts World::facts_of(const api::DynamoGraphDeployment& dgd) const {
  graph::GraphFacts facts{.settings = options_.settings, .api_groups = api_groups_};
  facts.components = components_of(dgd);
  for (const kube::ObjectPtr& claim : claims.list(dgd.metadata.ns))
    facts.claims.emplace(kube::name_of(*claim));
  for (const kube::ObjectPtr& object : adapters.by_index(kByOwner, dgd.metadata.uid)) {
    const auto adapter = api::from_json<api::DynamoGraphDeploymentScalingAdapter>(*object);
    if (!adapter || kube::is_deleting(*object)) continue;
    facts.adapter_replicas[adapter->spec.dgd_ref.service_name] = adapter->spec.replicas;
  }
  return facts;
}

graph::ComponentFacts World::facts_of(const api::DynamoComponentDeployment& dcd) const {
  graph::ComponentFacts facts{.settings = options_.settings};
  facts.pull_secrets = index_pull_secrets(pull_secrets.list(dcd.metadata.ns));
  for (const kube::ObjectPtr& account : accounts.list(dcd.metadata.ns)) {
    if (kube::label(*account, api::label::kComponentPod) == "true")
      facts.pod_accounts.emplace_back(kube::name_of(*account));
  }
  return facts;
}

}  // namespace dynamo::operators
