#pragma once

#include "api/meta.h"
#include "base/quantity.h"

namespace dynamo::api {

/// Inference engine that the workers of a graph run.
enum class BackendFramework { sglang, vllm, trtllm };
std::string_view to_string(BackendFramework backend);

/// Values of `ComponentSpec::component_type` with a meaning; anything else is a generic component.
namespace component_type {
inline constexpr std::string_view kFrontend = "frontend";
inline constexpr std::string_view kWorker = "worker";
inline constexpr std::string_view kPrefill = "prefill";
inline constexpr std::string_view kDecode = "decode";
inline constexpr std::string_view kPlanner = "planner";
inline constexpr std::string_view kEpp = "epp";
inline constexpr std::string_view kDefault = "default";
}  // namespace component_type

/// Amounts of resources, each a quantity written as text.
struct ResourceItem {
  std::string cpu{};
  std::string memory{};
  std::string gpu{};       // GPUs per node
  std::string gpu_type{};  // resource that `gpu` counts; empty = nvidia.com/gpu
  std::map<std::string, std::string> custom{};
  friend bool operator==(const ResourceItem&, const ResourceItem&) = default;
};
const StructInfo& describe(Type<ResourceItem>);

struct Resources {
  std::optional<ResourceItem> requests{};
  std::optional<ResourceItem> limits{};
  json::array claims{};  // ResourceClaim of Kubernetes
  friend bool operator==(const Resources&, const Resources&) = default;
};
const StructInfo& describe(Type<Resources>);

/// Deprecated and ignored.
struct Autoscaling {
  bool enabled{false};
  std::optional<std::int32_t> min_replicas{};
  std::optional<std::int32_t> max_replicas{};
  std::optional<json::object> behavior{};
  json::array metrics{};
  friend bool operator==(const Autoscaling&, const Autoscaling&) = default;
};
const StructInfo& describe(Type<Autoscaling>);

struct VolumeMount {
  std::string name{};  // of the claim
  std::string mount_point{};
  bool use_as_compilation_cache{false};
  friend bool operator==(const VolumeMount&, const VolumeMount&) = default;
};
const StructInfo& describe(Type<VolumeMount>);

struct IngressTls {
  std::string secret_name{};
  friend bool operator==(const IngressTls&, const IngressTls&) = default;
};
const StructInfo& describe(Type<IngressTls>);

struct Ingress {
  bool enabled{false};
  std::string host{};
  bool use_virtual_service{false};
  std::string virtual_service_gateway{};
  std::string host_prefix{};
  std::string host_suffix{};
  std::map<std::string, std::string> annotations{};
  std::map<std::string, std::string> labels{};
  std::optional<IngressTls> tls{};
  std::string ingress_controller_class_name{};
  friend bool operator==(const Ingress&, const Ingress&) = default;
};
const StructInfo& describe(Type<Ingress>);

struct ModelReference {
  std::string name{};
  std::string revision{};
  friend bool operator==(const ModelReference&, const ModelReference&) = default;
};
const StructInfo& describe(Type<ModelReference>);

struct SharedMemory {
  bool disabled{false};
  std::optional<Quantity> size{};
  friend bool operator==(const SharedMemory&, const SharedMemory&) = default;
};
const StructInfo& describe(Type<SharedMemory>);

struct ExtraPodMetadata {
  std::map<std::string, std::string> annotations{};
  std::map<std::string, std::string> labels{};
  friend bool operator==(const ExtraPodMetadata&, const ExtraPodMetadata&) = default;
};
const StructInfo& describe(Type<ExtraPodMetadata>);

/// Laid over the generated pod. Both parts are what Kubernetes defines, kept as JSON.
struct ExtraPodSpec {
  std::optional<json::object> main_container{};  // Container; name may be missing or empty
  json::object pod_spec{};                       // every other member: PodSpec; `containers` are side cars
  friend bool operator==(const ExtraPodSpec&, const ExtraPodSpec&) = default;
};
const StructInfo& describe(Type<ExtraPodSpec>);

struct Multinode {
  std::int32_t node_count{2};
  friend bool operator==(const Multinode&, const Multinode&) = default;
};
const StructInfo& describe(Type<Multinode>);

struct ScalingAdapter {
  bool enabled{false};
  friend bool operator==(const ScalingAdapter&, const ScalingAdapter&) = default;
};
const StructInfo& describe(Type<ScalingAdapter>);

struct ConfigMapKey {
  std::string key{};
  std::string name{};
  std::optional<bool> optional{};
  friend bool operator==(const ConfigMapKey&, const ConfigMapKey&) = default;
};
const StructInfo& describe(Type<ConfigMapKey>);

/// Configuration of the endpoint picker; exactly one of the two.
struct EppConfig {
  std::optional<ConfigMapKey> config_map_ref{};
  std::optional<json::object> config{};
  friend bool operator==(const EppConfig&, const EppConfig&) = default;
};
const StructInfo& describe(Type<EppConfig>);

/// What must be equal for a checkpoint to be usable.
struct CheckpointIdentity {
  std::string model{};
  std::optional<BackendFramework> backend_framework{};
  std::string dynamo_version{};
  std::int32_t tensor_parallel_size{1};
  std::int32_t pipeline_parallel_size{1};
  std::string dtype{};
  std::optional<std::int32_t> max_model_len{};
  std::map<std::string, std::string> extra_parameters{};
  friend bool operator==(const CheckpointIdentity&, const CheckpointIdentity&) = default;
};
const StructInfo& describe(Type<CheckpointIdentity>);

enum class CheckpointMode { automatic, manual };  // JSON Auto, Manual

struct ServiceCheckpoint {
  bool enabled{false};
  CheckpointMode mode{CheckpointMode::automatic};
  std::string checkpoint_ref{};
  std::optional<CheckpointIdentity> identity{};
  friend bool operator==(const ServiceCheckpoint&, const ServiceCheckpoint&) = default;
};
const StructInfo& describe(Type<ServiceCheckpoint>);

/// One component of a graph: a service of a DynamoGraphDeployment, the spec of a DynamoComponentDeployment.
struct ComponentSpec {
  std::map<std::string, std::string> annotations{};
  std::map<std::string, std::string> labels{};
  std::string service_name{};
  std::string component_type{};  // component_type
  std::string sub_component_type{};
  std::string dynamo_namespace{};
  bool global_dynamo_namespace{false};
  std::optional<Resources> resources{};
  std::optional<Autoscaling> autoscaling{};
  json::array envs{};  // EnvVar of Kubernetes
  std::string env_from_secret{};
  std::vector<VolumeMount> volume_mounts{};
  std::optional<Ingress> ingress{};
  std::optional<ModelReference> model_ref{};
  std::optional<SharedMemory> shared_memory{};
  std::optional<ExtraPodMetadata> extra_pod_metadata{};
  std::optional<ExtraPodSpec> extra_pod_spec{};
  std::optional<json::object> liveness_probe{};   // Probe of Kubernetes
  std::optional<json::object> readiness_probe{};  // Probe of Kubernetes
  std::optional<std::int32_t> replicas{};         // absent = 1
  std::optional<Multinode> multinode{};
  std::optional<ScalingAdapter> scaling_adapter{};
  std::optional<EppConfig> epp_config{};
  std::optional<ServiceCheckpoint> checkpoint{};
  friend bool operator==(const ComponentSpec&, const ComponentSpec&) = default;

  /// Pods, or groups of nodes, that the component has when nobody says otherwise: 1.
  std::int32_t wanted_replicas() const { return replicas.value_or(1); }
  std::int32_t node_count() const { return multinode ? multinode->node_count : 1; }
  bool is_multinode() const { return node_count() > 1; }
  bool has_scaling_adapter() const { return scaling_adapter && scaling_adapter->enabled; }
};
const StructInfo& describe(Type<ComponentSpec>);

/// How many replicas of a workload there are, in which state.
struct ServiceReplicaStatus {
  std::string component_kind{};  // component_kind
  std::string component_name{};
  std::vector<std::string> component_names{};
  std::int32_t replicas{0};
  std::int32_t updated_replicas{0};
  std::optional<std::int32_t> ready_replicas{};
  std::optional<std::int32_t> available_replicas{};
  friend bool operator==(const ServiceReplicaStatus&, const ServiceReplicaStatus&) = default;
};
const StructInfo& describe(Type<ServiceReplicaStatus>);

/// Values of `ServiceReplicaStatus::component_kind`.
namespace component_kind {
inline constexpr std::string_view kDeployment = "Deployment";
inline constexpr std::string_view kPodClique = "PodClique";
inline constexpr std::string_view kPodCliqueScalingGroup = "PodCliqueScalingGroup";
inline constexpr std::string_view kLeaderWorkerSet = "LeaderWorkerSet";
}  // namespace component_kind

}  // namespace dynamo::api
