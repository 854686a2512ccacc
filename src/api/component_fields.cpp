#include <array>

#include "api/component_deployment.h"
#include "api/describe.h"

namespace dynamo::api {

template <>
std::span<const std::string_view> enum_names<BackendFramework>() {
  static constexpr std::array<std::string_view, 3> kNames{"sglang", "vllm", "trtllm"};
  return kNames;
}

template <>
std::span<const std::string_view> enum_names<CheckpointMode>() {
  static constexpr std::array<std::string_view, 2> kNames{"Auto", "Manual"};
  return kNames;
}

std::string_view to_string(BackendFramework backend) {
  return enum_names<BackendFramework>()[static_cast<std::size_t>(backend)];
}

const StructInfo& describe(Type<ResourceItem>) {
  static const StructInfo kInfo =
      Fields<ResourceItem>("ResourceItem", "Amounts of resources, each a quantity written as a string.")
          .field<&ResourceItem::cpu>("cpu", "Processor cores, e.g. \"2\" or \"500m\".")
          .field<&ResourceItem::memory>("memory", "Main memory, e.g. \"16Gi\".")
          .field<&ResourceItem::gpu>("gpu", "GPUs per node, e.g. \"1\".")
          .field<&ResourceItem::gpu_type>("gpuType", "Resource that gpu counts; nvidia.com/gpu when empty.")
          .field<&ResourceItem::custom>("custom", "Amounts of further resources by their name.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<Resources>) {
  static const StructInfo kInfo =
      Fields<Resources>("Resources", "What the main container asks for and may use at most.")
          .field<&Resources::requests>("requests", "What must be free on a node.")
          .field<&Resources::limits>("limits", "What the container may use at most.")
          .field<&Resources::claims>("claims", "Claims of dynamic resource allocation.")
          .builtin(part::core("ResourceClaim", true))
          .build();
  return kInfo;
}

const StructInfo& describe(Type<Autoscaling>) {
  static const StructInfo kInfo =
      Fields<Autoscaling>("Autoscaling",
                          "Ignored; a scaling adapter with an autoscaler of your choice replaces it.")
          .field<&Autoscaling::enabled>("enabled", "Ignored.")
          .field<&Autoscaling::min_replicas>("minReplicas", "Ignored.")
          .field<&Autoscaling::max_replicas>("maxReplicas", "Ignored.")
          .field<&Autoscaling::behavior>("behavior", "Ignored.")
          .builtin({"io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior"})
          .field<&Autoscaling::metrics>("metrics", "Ignored.")
          .builtin({"io.k8s.api.autoscaling.v2.MetricSpec"})
          .build();
  return kInfo;
}

const StructInfo& describe(Type<VolumeMount>) {
  static const StructInfo kInfo =
      Fields<VolumeMount>("VolumeMount", "A claim that is mounted into the main container.")
          .field<&VolumeMount::name>("name", "Name of the PersistentVolumeClaim, and of the volume.",
                                     kRequired)
          .field<&VolumeMount::mount_point>("mountPoint",
                                            "Where it is mounted; required unless it is a compilation cache.")
          .field<&VolumeMount::use_as_compilation_cache>("useAsCompilationCache",
                                                         "The engine keeps what it compiles there.")
          .default_to(false)
          .build();
  return kInfo;
}

const StructInfo& describe(Type<IngressTls>) {
  static const StructInfo kInfo =
      Fields<IngressTls>("IngressTls", "TLS of an Ingress.")
          .field<&IngressTls::secret_name>("secretName", "Secret with the certificate.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<Ingress>) {
  static const StructInfo kInfo =
      Fields<Ingress>("Ingress", "How the frontend is reached from outside the cluster.")
          .field<&Ingress::enabled>("enabled", "Expose the component.")
          .field<&Ingress::host>("host", "Host name without suffix; required when enabled.")
          .field<&Ingress::use_virtual_service>("useVirtualService",
                                                "Make an Istio VirtualService, not an Ingress.")
          .field<&Ingress::virtual_service_gateway>("virtualServiceGateway", "Gateway of the VirtualService.")
          .field<&Ingress::host_prefix>("hostPrefix", "Stands directly in front of host.")
          .field<&Ingress::annotations>("annotations", "Annotations of the generated object.")
          .field<&Ingress::labels>("labels", "Labels of the generated object.")
          .field<&Ingress::tls>("tls", "TLS of the host.")
          .field<&Ingress::host_suffix>("hostSuffix", "Follows host after a dot; local when empty.")
          .field<&Ingress::ingress_controller_class_name>("ingressControllerClassName",
                                                          "Class of the Ingress.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ModelReference>) {
  static const StructInfo kInfo =
      Fields<ModelReference>("ModelReference", "The base model that a component serves.")
          .field<&ModelReference::name>("name", "Id of the model, e.g. Qwen/Qwen3-8B.", kRequired)
          .field<&ModelReference::revision>("revision", "Revision of the model.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<SharedMemory>) {
  static const StructInfo kInfo =
      Fields<SharedMemory>("SharedMemory", "The memory file system at /dev/shm; 8Gi when left out.")
          .field<&SharedMemory::disabled>("disabled", "No such file system.")
          .field<&SharedMemory::size>("size", "Its size; required unless disabled.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ExtraPodMetadata>) {
  static const StructInfo kInfo =
      Fields<ExtraPodMetadata>("ExtraPodMetadata", "Metadata that is added to the pods.")
          .field<&ExtraPodMetadata::annotations>("annotations", "Annotations; they win over generated ones.")
          .field<&ExtraPodMetadata::labels>("labels", "Labels; they win over generated ones.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ExtraPodSpec>) {
  static const StructInfo kInfo =
      Fields<ExtraPodSpec>(
          "ExtraPodSpec",
          "Laid over the generated pod: every field of a Kubernetes PodSpec, and mainContainer.")
          .field<&ExtraPodSpec::main_container>("mainContainer", "Laid over the main container.")
          .builtin(part::core("Container", false, {"name"}))
          .rest<&ExtraPodSpec::pod_spec>(part::core("PodSpec", false, {"containers"}))
          .build();
  return kInfo;
}

const StructInfo& describe(Type<Multinode>) {
  static const StructInfo kInfo =
      Fields<Multinode>("Multinode", "A replica that spans several nodes.")
          .field<&Multinode::node_count>("nodeCount", "Nodes of one replica.", kRequired)
          .default_to(2)
          .minimum(2)
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ScalingAdapter>) {
  static const StructInfo kInfo =
      Fields<ScalingAdapter>("ScalingAdapter",
                             "Whether the service has a DynamoGraphDeploymentScalingAdapter.")
          .field<&ScalingAdapter::enabled>("enabled", "Make an adapter, which then owns replicas.")
          .default_to(false)
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ConfigMapKey>) {
  static const StructInfo kInfo = Fields<ConfigMapKey>("ConfigMapKey", "One entry of a ConfigMap.")
                                      .field<&ConfigMapKey::key>("key", "Key of the entry.", kRequired)
                                      .field<&ConfigMapKey::name>("name", "Name of the ConfigMap.")
                                      .default_to("")
                                      .field<&ConfigMapKey::optional>("optional", "The entry may be missing.")
                                      .build();
  return kInfo;
}

const StructInfo& describe(Type<EppConfig>) {
  static const StructInfo kInfo =
      Fields<EppConfig>("EppConfig", "Configuration of the endpoint picker: exactly one of the two.")
          .field<&EppConfig::config_map_ref>("configMapRef", "A ConfigMap with an EndpointPickerConfig.")
          .field<&EppConfig::config>("config", "An EndpointPickerConfig.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<CheckpointIdentity>) {
  static const StructInfo kInfo =
      Fields<CheckpointIdentity>("CheckpointIdentity", "What must be equal for a checkpoint to fit.")
          .field<&CheckpointIdentity::model>("model", "Id of the model.", kRequired)
          .field<&CheckpointIdentity::backend_framework>("backendFramework", "Engine.", kRequired)
          .field<&CheckpointIdentity::dynamo_version>("dynamoVersion", "Version of the runtime.")
          .field<&CheckpointIdentity::tensor_parallel_size>("tensorParallelSize", "Tensor parallel size.")
          .default_to(1)
          .minimum(1)
          .field<&CheckpointIdentity::pipeline_parallel_size>("pipelineParallelSize",
                                                              "Pipeline parallel size.")
          .default_to(1)
          .minimum(1)
          .field<&CheckpointIdentity::dtype>("dtype", "Data type of the weights.")
          .field<&CheckpointIdentity::max_model_len>("maxModelLen", "Longest sequence, in tokens.")
          .minimum(1)
          .field<&CheckpointIdentity::extra_parameters>("extraParameters",
                                                        "Anything else that must be equal.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ServiceCheckpoint>) {
  static const StructInfo kInfo =
      Fields<ServiceCheckpoint>("ServiceCheckpoint", "Warm start from a checkpoint.")
          .field<&ServiceCheckpoint::enabled>("enabled", "Start from a checkpoint.")
          .default_to(false)
          .field<&ServiceCheckpoint::mode>("mode", "Auto makes a missing checkpoint, Manual does not.")
          .default_to("Auto")
          .field<&ServiceCheckpoint::checkpoint_ref>("checkpointRef",
                                                     "Name of a DynamoCheckpoint; identity is then ignored.")
          .field<&ServiceCheckpoint::identity>("identity", "Finds or makes the checkpoint.")
          .rule(
              "!self.enabled || (has(self.checkpointRef) && self.checkpointRef != '') || "
              "(has(self.identity) && has(self.identity.model) && has(self.identity.backendFramework))",
              "an enabled checkpoint needs checkpointRef, or identity with model and backendFramework")
          .build();
  return kInfo;
}

/// The fields of a component, for every struct that has them.
template <class S>
Fields<S> component_fields(std::string name, std::string doc) {
  Fields<S> fields(std::move(name), std::move(doc));
  fields
      .template field<&S::annotations>("annotations",
                                       "Annotations of the generated objects; some switch behaviour.")
      .template field<&S::labels>("labels", "Labels of the generated objects.")
      .template field<&S::service_name>("serviceName",
                                        "Name of the component; in a graph the key of the service.")
      .template field<&S::component_type>("componentType",
                                          "Role: frontend, worker, prefill, decode, planner, epp.")
      .template field<&S::sub_component_type>("subComponentType",
                                              "Finer role of a worker: prefill or decode.")
      .template field<&S::dynamo_namespace>("dynamoNamespace", "Ignored; the operator computes the value.")
      .deprecated()
      .template field<&S::global_dynamo_namespace>("globalDynamoNamespace",
                                                   "Join the runtime namespace dynamo.")
      .template field<&S::resources>("resources", "Resources of the main container.")
      .template field<&S::autoscaling>("autoscaling", "Ignored; use scalingAdapter.")
      .deprecated()
      .template field<&S::envs>("envs", "Environment of the main container.")
      .builtin(part::core("EnvVar", true))
      .template field<&S::env_from_secret>("envFromSecret", "Secret whose keys become environment variables.")
      .template field<&S::volume_mounts>("volumeMounts", "Claims to mount.")
      .template field<&S::ingress>("ingress", "Exposure to the outside; for frontends.")
      .template field<&S::model_ref>("modelRef", "Model that is served.")
      .template field<&S::shared_memory>("sharedMemory", "File system at /dev/shm.")
      .template field<&S::extra_pod_metadata>("extraPodMetadata", "Metadata added to the pods.")
      .template field<&S::extra_pod_spec>("extraPodSpec", "Laid over the generated pod.")
      .template field<&S::liveness_probe>("livenessProbe", "Replaces the liveness probe.")
      .builtin(part::core("Probe", true))
      .template field<&S::readiness_probe>("readinessProbe", "Replaces the readiness probe.")
      .builtin(part::core("Probe", true))
      .template field<&S::replicas>("replicas", "Pods, or groups of nodes; 1 when absent.")
      .minimum(0)
      .template field<&S::multinode>("multinode", "One replica on several nodes.")
      .template field<&S::scaling_adapter>("scalingAdapter", "Scaling from outside.")
      .template field<&S::epp_config>("eppConfig", "Endpoint picker; only for the component type epp.")
      .template field<&S::checkpoint>("checkpoint", "Warm start.");
  return fields;
}

const StructInfo& describe(Type<ComponentSpec>) {
  static const StructInfo kInfo =
      component_fields<ComponentSpec>("ComponentSpec", "One component of a graph.").build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoComponentDeploymentSpec>) {
  static const StructInfo kInfo =
      component_fields<DynamoComponentDeploymentSpec>("DynamoComponentDeploymentSpec",
                                                      "A component and the engine of its graph.")
          .field<&DynamoComponentDeploymentSpec::backend_framework>("backendFramework",
                                                                    "Engine of the workers; never changes.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ServiceReplicaStatus>) {
  static const StructInfo kInfo =
      Fields<ServiceReplicaStatus>("ServiceReplicaStatus", "Replicas of a workload, by state.")
          .field<&ServiceReplicaStatus::component_kind>("componentKind", "Kind of the workload.", kRequired)
          .one_of({"PodClique", "PodCliqueScalingGroup", "Deployment", "LeaderWorkerSet"})
          .field<&ServiceReplicaStatus::component_name>("componentName", "Name of the workload.", kRequired)
          .field<&ServiceReplicaStatus::component_names>(
              "componentNames", "All names; during a rolling update the old and the new.")
          .field<&ServiceReplicaStatus::replicas>("replicas", "Replicas that have not ended.", kRequired)
          .minimum(0)
          .field<&ServiceReplicaStatus::updated_replicas>("updatedReplicas",
                                                          "Replicas at the wanted revision.", kRequired)
          .minimum(0)
          .field<&ServiceReplicaStatus::ready_replicas>("readyReplicas", "Replicas that are ready.")
          .minimum(0)
          .field<&ServiceReplicaStatus::available_replicas>("availableReplicas",
                                                            "Replicas that have been ready long enough.")
          .minimum(0)
          .build();
  return kInfo;
}

}  // namespace dynamo::api
