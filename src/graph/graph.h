#pragma once

#include <vector>

#include "api/graph_deployment.h"
#include "graph/facts.h"
#include "graph/rendered.h"

/// From a DynamoGraphDeployment to the objects that make it up. Pure.
namespace dynamo::graph {

/// Everything that has to exist for the graph, in order of writing: claims that it makes, with Kubernetes
/// discovery the pods' ServiceAccount, Role and RoleBinding, then for each service a
/// DynamoComponentDeployment and, where wanted, a scaling adapter. Replicas of a service with an adapter are
/// the adapter's. Errors: those of `check_graph`.
Result<std::vector<Rendered>> render_graph(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts);

/// Where the graph's instances find each other: as its annotation says, else as the operator was told.
DiscoveryBackend discovery_of(const api::DynamoGraphDeployment& dgd, const Settings& settings);

}  // namespace dynamo::graph
