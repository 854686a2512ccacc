#pragma once

#include <cstdint>
#include <string_view>

/// Names that manifests, dashboards and other programs rely on.
namespace dynamo::api {

inline constexpr std::string_view kFinalizer = "nvidia.com/finalizer";
inline constexpr std::string_view kMainContainer = "main";
inline constexpr std::string_view kGlobalDynamoNamespace = "dynamo";
inline constexpr std::string_view kGpuResource = "nvidia.com/gpu";
inline constexpr std::string_view kSharedMemoryVolume = "shared-memory";
inline constexpr std::string_view kSharedMemoryPath = "/dev/shm";
inline constexpr std::string_view kSharedMemorySize = "8Gi";
inline constexpr std::string_view kDefaultIngressSuffix = "local";

namespace service_account {
inline constexpr std::string_view kPlanner = "planner-serviceaccount";
inline constexpr std::string_view kEpp = "epp-serviceaccount";
}  // namespace service_account

namespace port {
inline constexpr std::int32_t kHttp = 8000;
inline constexpr std::string_view kHttpName = "http";
inline constexpr std::int32_t kSystem = 9090;
inline constexpr std::string_view kSystemName = "system";
inline constexpr std::int32_t kPlannerMetrics = 9085;
inline constexpr std::string_view kPlannerMetricsName = "metrics";
inline constexpr std::int32_t kEppGrpc = 9002;
inline constexpr std::int32_t kMpiSsh = 2222;
}  // namespace port

namespace annotation {
inline constexpr std::string_view kEnableGrove = "nvidia.com/enable-grove";
inline constexpr std::string_view kDiscoveryBackend = "nvidia.com/dynamo-discovery-backend";
inline constexpr std::string_view kEnableMetrics = "nvidia.com/enable-metrics";
inline constexpr std::string_view kDisableImagePullSecretDiscovery =
    "nvidia.com/disable-image-pull-secret-discovery";
inline constexpr std::string_view kKaiSchedulerQueue = "nvidia.com/kai-scheduler-queue";
inline constexpr std::string_view kRestartAt = "nvidia.com/restartAt";
inline constexpr std::string_view kBaseModel = "nvidia.com/dynamo-base-model";
inline constexpr std::string_view kDeploymentStrategy = "nvidia.com/deployment-strategy";
inline constexpr std::string_view kCurrentWorkerHash = "nvidia.com/current-worker-hash";
inline constexpr std::string_view kOperatorOriginVersion = "nvidia.com/dynamo-operator-origin-version";
inline constexpr std::string_view kKubeDiscoveryMode = "nvidia.com/dynamo-kube-discovery-mode";
}  // namespace annotation

namespace label {
inline constexpr std::string_view kSelector = "nvidia.com/selector";
inline constexpr std::string_view kGraphDeployment = "nvidia.com/dynamo-graph-deployment-name";
inline constexpr std::string_view kComponent = "nvidia.com/dynamo-component";
inline constexpr std::string_view kDynamoNamespace = "nvidia.com/dynamo-namespace";
inline constexpr std::string_view kComponentType = "nvidia.com/dynamo-component-type";
inline constexpr std::string_view kSubComponentType = "nvidia.com/dynamo-sub-component-type";
inline constexpr std::string_view kBaseModel = "nvidia.com/dynamo-base-model";
inline constexpr std::string_view kBaseModelHash = "nvidia.com/dynamo-base-model-hash";
inline constexpr std::string_view kDiscoveryBackend = "nvidia.com/dynamo-discovery-backend";
inline constexpr std::string_view kDiscoveryEnabled = "nvidia.com/dynamo-discovery-enabled";
inline constexpr std::string_view kComponentPod = "nvidia.com/dynamo-component-pod";
inline constexpr std::string_view kMetricsEnabled = "nvidia.com/metrics-enabled";
inline constexpr std::string_view kManagedBy = "nvidia.com/managed-by";
inline constexpr std::string_view kManagedByOperator = "dynamo-operator";
inline constexpr std::string_view kWorkerHash = "nvidia.com/dynamo-worker-hash";
inline constexpr std::string_view kKaiQueue = "kai.scheduler/queue";
inline constexpr std::string_view kCheckpointSource = "nvidia.com/checkpoint-source";
inline constexpr std::string_view kCheckpointHash = "nvidia.com/checkpoint-hash";
inline constexpr std::string_view kCheckpointName = "nvidia.com/checkpoint-name";
}  // namespace label

}  // namespace dynamo::api
