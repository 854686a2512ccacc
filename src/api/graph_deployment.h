#pragma once

#include "api/component.h"

namespace dynamo::api {

/// A persistent volume claim that services mount by name.
struct Pvc {
  std::string name{};
  std::optional<bool> create{};
  std::optional<Quantity> size{};
  std::string storage_class{};
  std::string volume_access_mode{};
  friend bool operator==(const Pvc&, const Pvc&) = default;
};
const StructInfo& describe(Type<Pvc>);

enum class RestartStrategyType { sequential, parallel };

struct RestartStrategy {
  RestartStrategyType type{RestartStrategyType::sequential};
  std::vector<std::string> order{};  // services; empty = alphabetical
  friend bool operator==(const RestartStrategy&, const RestartStrategy&) = default;
};
const StructInfo& describe(Type<RestartStrategy>);

/// A wish to restart the services; a new id is a new wish.
struct Restart {
  std::string id{};
  std::optional<RestartStrategy> strategy{};
  friend bool operator==(const Restart&, const Restart&) = default;
};
const StructInfo& describe(Type<Restart>);

struct DynamoGraphDeploymentSpec {
  std::vector<Pvc> pvcs{};
  std::map<std::string, ComponentSpec> services{};
  json::array envs{};  // EnvVar of Kubernetes
  std::optional<BackendFramework> backend_framework{};
  std::optional<Restart> restart{};
  friend bool operator==(const DynamoGraphDeploymentSpec&, const DynamoGraphDeploymentSpec&) = default;
};
const StructInfo& describe(Type<DynamoGraphDeploymentSpec>);

/// Values of `DynamoGraphDeploymentStatus::state`.
namespace graph_state {
inline constexpr std::string_view kPending = "pending";
inline constexpr std::string_view kSuccessful = "successful";
inline constexpr std::string_view kFailed = "failed";
}  // namespace graph_state

/// Values of `RestartStatus::phase`.
namespace restart_phase {
inline constexpr std::string_view kPending = "Pending";
inline constexpr std::string_view kRestarting = "Restarting";
inline constexpr std::string_view kCompleted = "Completed";
inline constexpr std::string_view kFailed = "Failed";
inline constexpr std::string_view kSuperseded = "Superseded";
}  // namespace restart_phase

struct RestartStatus {
  std::string observed_id{};
  std::string phase{};  // restart_phase
  std::vector<std::string> in_progress{};
  friend bool operator==(const RestartStatus&, const RestartStatus&) = default;
};
const StructInfo& describe(Type<RestartStatus>);

struct ServiceCheckpointStatus {
  std::string checkpoint_name{};
  std::string identity_hash{};
  bool ready{false};
  friend bool operator==(const ServiceCheckpointStatus&, const ServiceCheckpointStatus&) = default;
};
const StructInfo& describe(Type<ServiceCheckpointStatus>);

struct RollingUpdateStatus {
  std::string phase{};  // Pending, InProgress, Completed, Failed
  std::optional<WallTime> start_time{};
  std::optional<WallTime> end_time{};
  std::vector<std::string> updated_services{};
  friend bool operator==(const RollingUpdateStatus&, const RollingUpdateStatus&) = default;
};
const StructInfo& describe(Type<RollingUpdateStatus>);

struct DynamoGraphDeploymentStatus {
  std::string state{};  // graph_state; empty before the first pass
  std::vector<Condition> conditions{};
  std::map<std::string, ServiceReplicaStatus> services{};
  std::optional<RestartStatus> restart{};
  std::map<std::string, ServiceCheckpointStatus> checkpoints{};
  std::optional<RollingUpdateStatus> rolling_update{};
  friend bool operator==(const DynamoGraphDeploymentStatus&, const DynamoGraphDeploymentStatus&) = default;
};
const StructInfo& describe(Type<DynamoGraphDeploymentStatus>);

/// One inference graph: named services, shared claims and environment, deployed and scaled as a unit.
struct DynamoGraphDeployment {
  static constexpr std::string_view kKind = "DynamoGraphDeployment";
  ObjectMeta metadata{};
  DynamoGraphDeploymentSpec spec{};
  DynamoGraphDeploymentStatus status{};
  friend bool operator==(const DynamoGraphDeployment&, const DynamoGraphDeployment&) = default;
};
const StructInfo& describe(Type<DynamoGraphDeployment>);

}  // namespace dynamo::api
