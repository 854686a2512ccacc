#pragma once

#include "graph/component.h"

namespace dynamo::graph {

/// `spec.strategy` of the component's Deployment, as its annotations ask for. Errors: invalid, naming the
/// annotation.
Result<json::object> deployment_strategy(const Component& component);

}  // namespace dynamo::graph
