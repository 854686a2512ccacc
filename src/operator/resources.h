#pragma once

#include <optional>

#include "api/constants.h"
#include "kube/object.h"
#include "kube/resource.h"

/// Where the objects that the operator reads and writes live.
namespace dynamo::operators {

namespace resources {
inline const kube::Resource kGraphs{"nvidia.com", "v1alpha1", "dynamographdeployments",
                                    "DynamoGraphDeployment", true};
inline const kube::Resource kComponents{"nvidia.com", "v1alpha1", "dynamocomponentdeployments",
                                        "DynamoComponentDeployment", true};
inline const kube::Resource kAdapters{"nvidia.com", "v1alpha1", "dynamographdeploymentscalingadapters",
                                      "DynamoGraphDeploymentScalingAdapter", true};
}  // namespace resources

/// Whom fields that we apply belong to.
inline constexpr const char* kFieldManager = "dynamo-operator";
/// Whom fields belong to that we set once and others may then change.
inline constexpr const char* kCreateManager = "dynamo-operator-create";

/// By apiVersion and kind; nothing for a kind that the operator does not write.
std::optional<kube::Resource> resource_of(const kube::Object& object);

}  // namespace dynamo::operators
