#include <array>

#include "api/describe.h"
#include "api/graph_deployment.h"

namespace dynamo::api {

template <>
std::span<const std::string_view> enum_names<BackendFramework>();

template <>
std::span<const std::string_view> enum_names<RestartStrategyType>() {
  static constexpr std::array<std::string_view, 2> kNames{"Sequential", "Parallel"};
  return kNames;
}

const StructInfo& describe(Type<Pvc>) {
  static const StructInfo kInfo =
      Fields<Pvc>("Pvc", "A PersistentVolumeClaim that services mount by name.")
          .field<&Pvc::create>("create", "Make the claim when it is missing.")
          .field<&Pvc::name>("name", "Name of the claim.", kRequired)
          .field<&Pvc::storage_class>("storageClass", "Storage class; required with create.")
          .field<&Pvc::size>("size", "Capacity; required with create.")
          .field<&Pvc::volume_access_mode>("volumeAccessMode",
                                           "Access mode, e.g. ReadWriteMany; required with create.")
          .rule(
              "!has(self.create) || !self.create || "
              "(has(self.size) && has(self.storageClass) && has(self.volumeAccessMode))",
              "a claim to be made needs size, storageClass and volumeAccessMode")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<RestartStrategy>) {
  static const StructInfo kInfo =
      Fields<RestartStrategy>("RestartStrategy", "In which order services restart.")
          .field<&RestartStrategy::type>("type", "Sequential: one after the other; Parallel: all at once.")
          .default_to("Sequential")
          .field<&RestartStrategy::order>("order",
                                          "All services, in the order wanted; alphabetical when empty.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<Restart>) {
  static const StructInfo kInfo =
      Fields<Restart>("Restart", "A wish to restart the services of the graph.")
          .field<&Restart::id>("id", "Any text; a new one starts a restart.", kRequired)
          .min_length(1)
          .field<&Restart::strategy>("strategy", "How to restart.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoGraphDeploymentSpec>) {
  static const StructInfo kInfo =
      Fields<DynamoGraphDeploymentSpec>("DynamoGraphDeploymentSpec", "What is to run.")
          .field<&DynamoGraphDeploymentSpec::pvcs>("pvcs", "Claims that services mount.")
          .max_items(100)
          .field<&DynamoGraphDeploymentSpec::services>("services", "The components by name, at least one.")
          .max_properties(25)
          .field<&DynamoGraphDeploymentSpec::envs>("envs", "Environment of every service, below its own.")
          .builtin(part::core("EnvVar", true))
          .field<&DynamoGraphDeploymentSpec::backend_framework>(
              "backendFramework",
              "Engine of all workers; found from their commands when absent; never changes.")
          .field<&DynamoGraphDeploymentSpec::restart>("restart", "Restarts the services.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<RestartStatus>) {
  static const StructInfo kInfo =
      Fields<RestartStatus>("RestartStatus", "How far a restart is.")
          .field<&RestartStatus::observed_id>("observedID", "Id of the restart that is or was worked on.")
          .field<&RestartStatus::phase>("phase", "Pending, Restarting, Completed, Failed or Superseded.")
          .field<&RestartStatus::in_progress>("inProgress", "Services that restart now.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ServiceCheckpointStatus>) {
  static const StructInfo kInfo =
      Fields<ServiceCheckpointStatus>("ServiceCheckpointStatus", "The checkpoint that a service starts from.")
          .field<&ServiceCheckpointStatus::checkpoint_name>("checkpointName", "Name of the DynamoCheckpoint.")
          .field<&ServiceCheckpointStatus::identity_hash>("identityHash", "Hash of its identity.")
          .field<&ServiceCheckpointStatus::ready>("ready", "Workers can start from it.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<RollingUpdateStatus>) {
  static const StructInfo kInfo =
      Fields<RollingUpdateStatus>("RollingUpdateStatus", "How far a rolling update of the workers is.")
          .field<&RollingUpdateStatus::phase>("phase", "Pending, InProgress, Completed or Failed.")
          .field<&RollingUpdateStatus::start_time>("startTime", "When it started.")
          .field<&RollingUpdateStatus::end_time>("endTime", "When it ended.")
          .field<&RollingUpdateStatus::updated_services>("updatedServices", "Services that are done.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoGraphDeploymentStatus>) {
  static const StructInfo kInfo =
      Fields<DynamoGraphDeploymentStatus>("DynamoGraphDeploymentStatus", "What runs.")
          .field<&DynamoGraphDeploymentStatus::state>("state", "pending, successful or failed.")
          .field<&DynamoGraphDeploymentStatus::conditions>("conditions", "The condition Ready.")
          .field<&DynamoGraphDeploymentStatus::services>("services", "Replicas of each service.")
          .field<&DynamoGraphDeploymentStatus::restart>("restart", "The restart that was asked for.")
          .field<&DynamoGraphDeploymentStatus::checkpoints>("checkpoints",
                                                            "Checkpoints of the services that use one.")
          .field<&DynamoGraphDeploymentStatus::rolling_update>("rollingUpdate",
                                                               "Rolling update of the workers.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoGraphDeployment>) {
  static const StructInfo kInfo =
      Fields<DynamoGraphDeployment>("DynamoGraphDeployment",
                                    "One inference graph: named services, shared claims and environment, "
                                    "deployed and scaled as a unit.")
          .field<&DynamoGraphDeployment::metadata>("metadata", "Name, labels and annotations.")
          .field<&DynamoGraphDeployment::spec>("spec", "What is to run.")
          .field<&DynamoGraphDeployment::status>("status", "What runs; written by the operator.")
          .build();
  return kInfo;
}

}  // namespace dynamo::api
