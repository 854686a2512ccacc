#include "apiserver/builtin_kinds.h"

#include "api/builtin.h"
#include "apiserver/builtin_checks.h"
#include "apiserver/builtin_columns.h"
#include "apiserver/builtin_defaults.h"

namespace dynamo::apiserver {
namespace {

constexpr bool kNamespaced = true;
constexpr bool kCluster = false;

const ScaleFields kReplicas{{"spec", "replicas"}, {"status", "replicas"}};

/// The last part of a definition's name tells the kind; version and group come from its table.
std::string definition_of(const kube::Resource& resource) {
  for (const auto& known : api::builtin_kinds()) {
    if (known.group == resource.group && known.version == resource.version && known.kind == resource.kind) {
      return std::string(known.definition);
    }
  }
  return {};
}

std::vector<Kind> table() {
  const std::string rbac = "rbac.authorization.k8s.io";
  return {
      // core
      {.resource = {"", "v1", "namespaces", "Namespace", kCluster},
       .short_names = {"ns"},
       .subresources = {"status"},
       .name_rule = NameRule::label,
       .defaults = default_namespace,
       .columns = namespace_columns(),
       .field_labels = {"status.phase"}},
      {.resource = {"", "v1", "nodes", "Node", kCluster},
       .short_names = {"no"},
       .subresources = {"status"},
       .columns = node_columns(),
       .field_labels = {"spec.unschedulable"}},
      {.resource = {"", "v1", "pods", "Pod", kNamespaced},
       .short_names = {"po"},
       .categories = {"all"},
       .subresources = {"status", "log", "binding", "eviction"},
       .has_generation = true,
       .defaults = default_pod,
       .check = check_pod,
       .columns = pod_columns(),
       .field_labels = {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
                        "spec.serviceAccountName", "status.phase", "status.podIP",
                        "status.nominatedNodeName"}},
      {.resource = {"", "v1", "services", "Service", kNamespaced},
       .short_names = {"svc"},
       .categories = {"all"},
       .subresources = {"status"},
       .name_rule = NameRule::service,
       .defaults = default_service,
       .check = check_service,
       .columns = service_columns(),
       .field_labels = {"spec.clusterIP", "spec.type"}},
      {.resource = {"", "v1", "serviceaccounts", "ServiceAccount", kNamespaced},
       .short_names = {"sa"},
       .subresources = {"token"},
       .columns = service_account_columns()},
      {.resource = {"", "v1", "secrets", "Secret", kNamespaced},
       .defaults = default_secret,
       .columns = secret_columns(),
       .field_labels = {"type"}},
      {.resource = {"", "v1", "configmaps", "ConfigMap", kNamespaced},
       .short_names = {"cm"},
       .columns = config_map_columns()},
      {.resource = {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", kNamespaced},
       .short_names = {"pvc"},
       .subresources = {"status"},
       .defaults = default_claim,
       .columns = claim_columns()},
      {.resource = {"", "v1", "events", "Event", kNamespaced},
       .short_names = {"ev"},
       .defaults = default_event,
       .columns = event_columns(),
       .field_labels = {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
                        "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
                        "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"}},
      // apps
      {.resource = {"apps", "v1", "deployments", "Deployment", kNamespaced},
       .short_names = {"deploy"},
       .categories = {"all"},
       .subresources = {"status", "scale"},
       .scale = kReplicas,
       .has_generation = true,
       .defaults = default_deployment,
       .check = check_workload,
       .columns = deployment_columns()},
      {.resource = {"apps", "v1", "replicasets", "ReplicaSet", kNamespaced},
       .short_names = {"rs"},
       .categories = {"all"},
       .subresources = {"status", "scale"},
       .scale = kReplicas,
       .has_generation = true,
       .defaults = default_replica_set,
       .check = check_workload,
       .columns = replica_set_columns(),
       .field_labels = {"status.replicas"}},
      // networking, discovery
      {.resource = {"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", kNamespaced},
       .has_generation = true,
       .defaults = default_endpoint_slice,
       .columns = endpoint_slice_columns()},
      {.resource = {"networking.k8s.io", "v1", "ingresses", "Ingress", kNamespaced},
       .short_names = {"ing"},
       .subresources = {"status"},
       .has_generation = true,
       .columns = ingress_columns()},
      // leases, scaling, disruption
      {.resource = {"coordination.k8s.io", "v1", "leases", "Lease", kNamespaced}, .columns = lease_columns()},
      {.resource = {"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", kNamespaced},
       .short_names = {"hpa"},
       .categories = {"all"},
       .subresources = {"status"},
       .defaults = default_autoscaler,
       .columns = autoscaler_columns()},
      {.resource = {"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", kNamespaced},
       .short_names = {"pdb"},
       .subresources = {"status"},
       .has_generation = true,
       .columns = disruption_budget_columns()},
      // access
      {.resource = {rbac, "v1", "roles", "Role", kNamespaced},
       .name_rule = NameRule::path_segment,
       .columns = role_columns()},
      {.resource = {rbac, "v1", "rolebindings", "RoleBinding", kNamespaced},
       .name_rule = NameRule::path_segment,
       .defaults = default_role_binding,
       .columns = role_binding_columns()},
      {.resource = {rbac, "v1", "clusterroles", "ClusterRole", kCluster},
       .name_rule = NameRule::path_segment,
       .columns = role_columns()},
      {.resource = {rbac, "v1", "clusterrolebindings", "ClusterRoleBinding", kCluster},
       .name_rule = NameRule::path_segment,
       .defaults = default_role_binding,
       .columns = role_binding_columns()},
      {.resource = {"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview",
                    kCluster},
       .created_only = true},
      {.resource = {"authentication.k8s.io", "v1", "tokenreviews", "TokenReview", kCluster},
       .created_only = true},
      {.resource = {"authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", kCluster},
       .created_only = true},
      // the server itself
      {.resource = {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                    kCluster},
       .short_names = {"crd", "crds"},
       .categories = {"api-extensions"},
       .subresources = {"status"},
       .has_generation = true,
       .defaults = default_definition,
       .check = check_definition,
       .columns = role_columns()},
  };
}

}  // namespace

const std::vector<KindPtr>& builtin_kinds() {
  static const std::vector<KindPtr> kinds = [] {
    std::vector<KindPtr> out;
    std::vector<Kind> rows = table();
    for (Kind& kind : rows) {
      kind.definition = definition_of(kind.resource);
      kind.schema = api::builtin_definition(kind.definition);
      out.push_back(std::make_shared<const Kind>(std::move(kind)));
    }
    return out;
  }();
  return kinds;
}

}  // namespace dynamo::apiserver
