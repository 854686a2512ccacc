#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "graph/facts.h"
#include "graph/rendered.h"
#include "graph/role.h"

/// From a DynamoComponentDeployment to the workload that runs it. Pure.
namespace dynamo::graph {

/// What all objects of one component have in common, worked out once.
struct Component {
  const api::DynamoComponentDeployment& source;
  const ComponentFacts& facts;
  std::string name;  // of the component, its Deployment and its Service
  std::string ns;
  std::string graph;    // name of the DynamoGraphDeployment; empty when there is none
  std::string service;  // key in the graph's services
  std::string dynamo_namespace;
  std::string model_hash;  // empty without modelRef
  Role role = Role::generic;
  DiscoveryBackend discovery = DiscoveryBackend::kubernetes;
  std::map<std::string, std::string> labels;  // of every object of the component

  bool kubernetes_discovery() const { return discovery == DiscoveryBackend::kubernetes; }
  /// Of the spec, else of the object; empty when there is none.
  std::string_view annotation(std::string_view key) const;
};

/// Errors: invalid (no runtime namespace, no usable names), unsupported (see `checks.h`).
Result<Component> make_component(const api::DynamoComponentDeployment& dcd, const ComponentFacts& facts);

/// Everything that has to exist for the component: Deployment, Service, and for a base model its headless
/// Service. Errors: invalid (the spec contradicts itself, with the field), unsupported (by name, see
/// `checks.h`).
Result<std::vector<Rendered>> render_component(const api::DynamoComponentDeployment& dcd,
                                               const ComponentFacts& facts);

}  // namespace dynamo::graph
