#pragma once

#include <vector>

#include "kube/apply_plan.h"
#include "kube/object.h"

namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

/// The EndpointSlices that a Service should have for `pods` (those of its namespace). One slice for each
/// family of addresses and each way in which the service's ports resolve, with at most `kMaxEndpoints`
/// entries; names follow from these. A service without a selector, or of type ExternalName, has none of ours.
/// Pure.
std::vector<Object> plan_endpoint_slices(const Object& service, const std::vector<ObjectPtr>& pods);

inline constexpr std::size_t kMaxEndpoints = 1000;
inline constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";
inline constexpr std::string_view kManagedByLabel = "endpointslice.kubernetes.io/managed-by";
inline constexpr std::string_view kManager = "endpointslice-controller.k8s.io";

}  // namespace dynamo::controllers
