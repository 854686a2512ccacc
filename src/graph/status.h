#pragma once

#include <optional>
#include <set>
#include <string>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "api/scaling_adapter.h"
#include "base/clock.h"
#include "base/error.h"
#include "graph/restart.h"

/// The complete status of our objects, from what was seen. Pure: the previous status is part of the object,
/// and times move only when what they date does, so equal observations give equal statuses.
namespace dynamo::graph {

/// Why a pass did not get to its end. `reason` is what the condition says.
struct Failure {
  std::string reason;
  std::string message;
};
namespace reason {
inline constexpr std::string_view kFinalizerFailed = "failed_to_handle_the_finalizer";
inline constexpr std::string_view kValidationFailed = "ValidationFailed";
inline constexpr std::string_view kReconcileFailed = "failed_to_reconcile_the_resources";
inline constexpr std::string_view kReady = "all_resources_are_ready";
inline constexpr std::string_view kNotReady = "some_resources_are_not_ready";
}  // namespace reason

struct GraphObserved {
  Components components{};  // as last seen, by service
  std::set<std::string>
      written{};  // services whose component was written in this pass: what was seen is outdated
  std::optional<Failure> failure{};
  WallTime now{};
};
api::DynamoGraphDeploymentStatus graph_status(const api::DynamoGraphDeployment& dgd,
                                              const GraphObserved& observed);

struct ComponentObserved {
  std::optional<json::object> deployment{};  // as last seen
  bool written = false;                      // in this pass: what was seen is outdated
  std::optional<Failure> failure{};
  WallTime now{};
};
api::DynamoComponentDeploymentStatus component_status(const api::DynamoComponentDeployment& dcd,
                                                      const ComponentObserved& observed);

/// `scaled`: the graph has just been given the adapter's replicas.
api::DynamoGraphDeploymentScalingAdapterStatus adapter_status(
    const api::DynamoGraphDeploymentScalingAdapter& adapter, bool scaled, WallTime now);

}  // namespace dynamo::graph
