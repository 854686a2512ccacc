#pragma once

#include <array>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "api/graph_deployment.h"
#include "graph/facts.h"
#include "kube/cache.h"
#include "kube/client.h"
#include "net/loop.h"

namespace dynamo::operators {

struct WorldOptions {
  std::string ns{};  // empty = all namespaces
  graph::Settings settings{};
  /// Told when something cannot be listed or watched, and how many times in a row.
  std::function<void(std::string_view what, const Error&, int failures)> failed{};
};

/// What the operator knows of the cluster: a live copy of each collection that it reads or writes, and the
/// API groups that there were at the start. Threads: the loop's.
class World {
 private:
  kube::Client& client_;
  WorldOptions options_;

 public:
  World(kube::Client& client, WorldOptions options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  kube::Cache graphs;
  kube::Cache components;
  kube::Cache adapters;
  kube::Cache deployments;
  kube::Cache services;
  kube::Cache claims;
  kube::Cache accounts;
  kube::Cache roles;
  kube::Cache bindings;
  kube::Cache pull_secrets;  // of registries; without what is secret

  /// Keeps the copies live until `stop`.
  net::Task<void> run(std::stop_token stop);
  /// All copies are complete and the groups are known. False when `stop` came first.
  net::Task<bool> wait_synced(std::stop_token stop);
  bool synced() const;
  /// Hands every object to the controllers again, now.
  void resync_now();

  /// The copy of a resource; null for one that is not kept.
  const kube::Cache* find(const kube::Resource& resource) const;

  /// The components of a graph as they are, by service.
  std::map<std::string, api::DynamoComponentDeployment> components_of(
      const api::DynamoGraphDeployment& dgd) const;
  /// The scaling adapters that refer to a graph, whoever made them.
  std::vector<kube::NamespacedName> adapters_of(const kube::NamespacedName& graph) const;
  /// What an object is rendered from, besides itself.
  graph::GraphFacts facts_of(const api::DynamoGraphDeployment& dgd) const;
  graph::ComponentFacts facts_of(const api::DynamoComponentDeployment& dcd) const;

 private:
  std::array<kube::Cache*, 10> all();
  std::array<const kube::Cache*, 10> all() const;
  kube::CacheOptions cache_options(std::string what) const;
  kube::CacheOptions pull_secret_options() const;
  net::Task<void> learn_groups(std::stop_token stop);

  std::set<std::string> api_groups_;
  net::Event groups_known_;
};

}  // namespace dynamo::operators
