#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/component_deployment.h"
#include "base/json.h"

/// All that rendering may look at besides the object itself. Closed: what is not here cannot make a
/// difference, so a file rendered offline and one rendered in a cluster differ only where these facts do.
namespace dynamo::graph {

/// Where instances find each other.
enum class DiscoveryBackend { kubernetes, etcd };
std::string_view to_string(DiscoveryBackend backend) noexcept;
/// Nothing for other words.
std::optional<DiscoveryBackend> parse_discovery_backend(std::string_view word) noexcept;

/// What the operator was told when it was started; empty addresses are not passed on to pods.
struct Settings {
  DiscoveryBackend discovery_backend = DiscoveryBackend::kubernetes;
  std::string nats_server{};
  std::string etcd_endpoints{};
  std::string model_express_url{};
  std::string prometheus_endpoint{};
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// What a DynamoGraphDeployment is rendered from, besides itself.
struct GraphFacts {
  Settings settings{};
  std::set<std::string> api_groups{};  // that the cluster serves, "apps"
  std::set<std::string> claims{};      // PersistentVolumeClaims of the namespace
  std::map<std::string, api::DynamoComponentDeployment>
      components{};  // of this graph, by service, as last seen
  std::map<std::string, std::int32_t>
      adapter_replicas{};  // spec.replicas of the scaling adapters, by service
};

/// What a DynamoComponentDeployment is rendered from, besides itself.
struct ComponentFacts {
  Settings settings{};
  std::map<std::string, std::vector<std::string>> pull_secrets{};  // of the namespace, by registry host
  std::vector<std::string> pod_accounts{};  // ServiceAccounts meant for component pods, by name
};

}  // namespace dynamo::graph
