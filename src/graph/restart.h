#pragma once

#include <map>
#include <optional>
#include <string>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"

/// Restarting the pods of a graph on request (`spec.restart`), one service after the other or all at once.
/// Pure.
namespace dynamo::graph {

using Components = std::map<std::string, api::DynamoComponentDeployment>;  // of one graph, by service

/// Where the restart stands now, given what the components say: the next value of `status.restart`.
std::optional<api::RestartStatus> advance_restart(const api::DynamoGraphDeployment& dgd,
                                                  const Components& components);

/// The annotation nvidia.com/restartAt of each service; empty = none. Services whose turn has not come keep
/// theirs.
std::map<std::string, std::string> restart_stamps(const api::DynamoGraphDeployment& dgd,
                                                  const std::optional<api::RestartStatus>& now,
                                                  const Components& components);

}  // namespace dynamo::graph
