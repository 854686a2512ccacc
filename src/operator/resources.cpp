#include "operator/resources.h"

#include <array>

namespace dynamo::operators {

std::optional<kube::Resource> resource_of(const kube::Object& object) {
  static const std::array kWritten{
      resources::kComponents,
      resources::kAdapters,
      kube::resources::kDeployments,
      kube::resources::kServices,
      kube::resources::kServiceAccounts,
      kube::resources::kRoles,
      kube::resources::kRoleBindings,
      kube::resources::kPersistentVolumeClaims,
  };
  for (const kube::Resource& resource : kWritten) {
    const bool same = json::string_at(object, {"kind"}) == resource.kind &&
                      json::string_at(object, {"apiVersion"}) == resource.api_version();
    if (same) return resource;
  }
  return std::nullopt;
}

}  // namespace dynamo::operators
