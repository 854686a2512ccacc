#pragma once

#include "api/component.h"
#include "base/error.h"
#include "base/json.h"

namespace dynamo::graph {

/// Puts the component's resources into a container: its keys win, other keys of the container stay, claims
/// are added. GPUs become `nvidia.com/gpu` or what `gpuType` names, as a limit only: Kubernetes derives the
/// request. Errors: invalid, naming the quantity that cannot be read.
Result<void> merge_resources(json::object& container, const api::Resources& resources);

}  // namespace dynamo::graph
