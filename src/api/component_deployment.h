#pragma once

#include "api/component.h"

namespace dynamo::api {

/// A component and the engine of its graph; in JSON all fields stand side by side.
struct DynamoComponentDeploymentSpec : ComponentSpec {
  std::optional<BackendFramework> backend_framework{};
  friend bool operator==(const DynamoComponentDeploymentSpec&,
                         const DynamoComponentDeploymentSpec&) = default;
};
const StructInfo& describe(Type<DynamoComponentDeploymentSpec>);

struct DynamoComponentDeploymentStatus {
  std::vector<Condition> conditions{};
  std::optional<std::int64_t> observed_generation{};
  std::map<std::string, std::string> pod_selector{};
  std::optional<ServiceReplicaStatus> service{};
  friend bool operator==(const DynamoComponentDeploymentStatus&,
                         const DynamoComponentDeploymentStatus&) = default;
};
const StructInfo& describe(Type<DynamoComponentDeploymentStatus>);

/// One component as a workload; normally made from a service of a DynamoGraphDeployment.
struct DynamoComponentDeployment {
  static constexpr std::string_view kKind = "DynamoComponentDeployment";
  ObjectMeta metadata{};
  DynamoComponentDeploymentSpec spec{};
  DynamoComponentDeploymentStatus status{};
  friend bool operator==(const DynamoComponentDeployment&, const DynamoComponentDeployment&) = default;
};
const StructInfo& describe(Type<DynamoComponentDeployment>);

}  // namespace dynamo::api
