#pragma once

#include <optional>
#include <string>

#include "kube/object.h"

namespace dynamo::kube {

/// The path of the first field that `wanted` sets and `seen` has otherwise:
/// "spec.template.spec.containers[name=main] .image"; nothing when `seen` says all that `wanted` says. Fields
/// that only `seen` has do not count: the server's defaults, other people's labels. Rules where a plain
/// comparison would see differences that are none:
/// - empty values (null, {}, [], "", false, 0) equal absent ones, as the server drops them;
/// - lists that Kubernetes merges by key (containers, env, ports, …) may have more entries, in another order;
/// - quantities compare by value: "1000m" is "1".
std::optional<std::string> first_difference(const Object& seen, const Object& wanted);

/// Hex SHA-256 of the object's text with sorted keys; the same for any order of keys.
std::string content_hash(const Object& object);

}  // namespace dynamo::kube
