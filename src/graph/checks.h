#pragma once

#include <vector>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "base/error.h"
#include "graph/facts.h"
#include "schema/field_error.h"

/// What is turned away before rendering: what the platform does not do yet, each thing by its name, and names
/// that Kubernetes would not take. All findings come at once.
namespace dynamo::graph {

std::vector<schema::FieldError> find_problems(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts);
std::vector<schema::FieldError> find_problems(const api::DynamoComponentDeployment& dcd);

/// The findings as one error: unsupported, when all that is wrong is not supported yet; not_found, when only
/// claims are missing; invalid otherwise.
Result<void> check_graph(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts);
Result<void> check_component(const api::DynamoComponentDeployment& dcd);

}  // namespace dynamo::graph
