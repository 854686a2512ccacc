#pragma once

#include <string>

#include "base/environment.h"
#include "base/error.h"
#include "kube/object.h"
#include "node/references.h"

namespace dynamo::node {

/// What the node knows about a pod besides its object.
struct PodFacts {
  std::string pod_ip;
  std::string host_ip;
  std::string node_name;
  /// `status.allocatable` of the node: what a container without a limit may use.
  kube::Object allocatable;
};

/// A field of the pod, as the downward API gives it: "metadata.name", "metadata.labels['app']",
/// "status.podIP", … Errors: unsupported, naming the field.
Result<std::string> pod_field(const kube::Object& pod, const PodFacts& facts, std::string_view path);

/// A container's limit or request in units of `divisor`, rounded up: "limits.cpu", "requests.memory", …
Result<std::string> resource_field(const json::object& container, const PodFacts& facts,
                                   std::string_view resource, std::string_view divisor);

/// The variables of one container, put over `base`: envFrom first, then env, each value expanded with what
/// stands before it. Errors: not_found (object or key, unless optional), invalid, unsupported.
Result<Environment> container_environment(const kube::Object& pod, const json::object& container,
                                          const PodFacts& facts, const Sources& sources, Environment base);

}  // namespace dynamo::node
