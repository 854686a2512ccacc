#pragma once

#include <string_view>

#include "base/json.h"

/// Lists of Kubernetes EnvVar.
namespace dynamo::graph {

json::object env_value(std::string_view name, std::string_view value);
/// A value that the node fills in: "metadata.name".
json::object env_field(std::string_view name, std::string_view field_path);

/// The container's `env`, or an empty list.
const json::array& env_of(const json::object& container);

/// Entries of both; of two with the same name that of `over`, as a whole. Of two in one list the last counts,
/// as in Kubernetes.
json::array merge_env(const json::array& base, const json::array& over);

/// Sorted by name, but no entry before those that its value names as $(NAME): Kubernetes expands only
/// backwards. A circle of entries that name each other is cut at its first name.
json::array order_env(json::array env);

}  // namespace dynamo::graph
