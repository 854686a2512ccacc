#pragma once

#include <vector>

#include "api/graph_deployment.h"
#include "base/json.h"

namespace dynamo::graph {

/// ServiceAccount, Role and RoleBinding with which the graph's pods find each other through the Kubernetes
/// API. Source: the operator reference, "Kubernetes-discovery RBAC".
std::vector<json::object> render_discovery_access(const api::DynamoGraphDeployment& dgd);

}  // namespace dynamo::graph
