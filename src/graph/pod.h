#pragma once

#include "graph/component.h"

namespace dynamo::graph {

/// `spec.template` of the component's Deployment. Errors: invalid, with the field.
Result<json::object> render_pod_template(const Component& component);

}  // namespace dynamo::graph
