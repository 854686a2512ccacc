#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace dynamo::kube {

/// One kind of object at one version, as the API server's paths and its documents name it.
struct Resource {
  std::string group;  // empty = core
  std::string version;
  std::string plural;
  std::string kind;
  bool namespaced = true;

  /// "v1", "apps/v1", as `apiVersion` says it.
  std::string api_version() const;
  /// "deployments.apps", "pods": what messages and RBAC call it.
  std::string group_resource() const;
  friend auto operator<=>(const Resource&, const Resource&) = default;
};

/// What identifies an object of one resource. `ns` is empty for cluster-wide kinds.
struct NamespacedName {
  std::string ns;
  std::string name;

  /// "ns/name", or "name" without a namespace.
  std::string to_string() const;
  friend auto operator<=>(const NamespacedName&, const NamespacedName&) = default;
};

/// Path of a collection; an empty `ns` means all namespaces: "/apis/apps/v1/namespaces/ns/deployments".
std::string collection_path(const Resource& resource, std::string_view ns);
/// Path of one object or of its subresource: "/api/v1/namespaces/ns/pods/web-0/status".
std::string object_path(const Resource& resource, const NamespacedName& key,
                        std::string_view subresource = {});

/// The built-in kinds that the platform makes or reads.
namespace resources {
inline const Resource kNamespaces{"", "v1", "namespaces", "Namespace", false};
inline const Resource kNodes{"", "v1", "nodes", "Node", false};
inline const Resource kPods{"", "v1", "pods", "Pod", true};
inline const Resource kServices{"", "v1", "services", "Service", true};
inline const Resource kConfigMaps{"", "v1", "configmaps", "ConfigMap", true};
inline const Resource kSecrets{"", "v1", "secrets", "Secret", true};
inline const Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
inline const Resource kEvents{"", "v1", "events", "Event", true};
inline const Resource kPersistentVolumeClaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim",
                                              true};
inline const Resource kPersistentVolumes{"", "v1", "persistentvolumes", "PersistentVolume", false};
inline const Resource kDeployments{"apps", "v1", "deployments", "Deployment", true};
inline const Resource kReplicaSets{"apps", "v1", "replicasets", "ReplicaSet", true};
inline const Resource kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true};
inline const Resource kRoles{"rbac.authorization.k8s.io", "v1", "roles", "Role", true};
inline const Resource kRoleBindings{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true};
inline const Resource kLeases{"coordination.k8s.io", "v1", "leases", "Lease", true};
inline const Resource kCustomResourceDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                                 "CustomResourceDefinition", false};
}  // namespace resources

}  // namespace dynamo::kube

template <>
struct std::hash<dynamo::kube::NamespacedName> {
  std::size_t operator()(const dynamo::kube::NamespacedName& key) const noexcept {
    const std::hash<std::string> hash;
    return hash(key.ns) * 31 + hash(key.name);
  }
};
