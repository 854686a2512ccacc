#pragma once

#include <optional>
#include <string>

#include "api/component_deployment.h"
#include "base/json.h"

namespace dynamo::graph {

/// Why a component is not ready yet; nothing when it is, in the generation that is wanted.
std::optional<std::string> not_ready_reason(const api::DynamoComponentDeployment& component);

/// Why a Deployment is not ready yet: all pods of the current template, none of an older one, all available.
std::optional<std::string> not_ready_reason(const json::object& deployment);

}  // namespace dynamo::graph
