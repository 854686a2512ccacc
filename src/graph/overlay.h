#pragma once

#include "base/json.h"

/// Laying what the user wrote over what the platform would do by itself.
namespace dynamo::graph {

/// Lays `over` on `base`: objects are merged member by member, other values that say something replace. Null,
/// "",
/// {} and [] say nothing; 0 and false do. A handler of a probe or hook (httpGet, exec, …) takes the place of
/// another.
void overlay(json::object& base, const json::object& over);

/// Container overlay: as above, but `env` is merged by name, `startupProbe` is replaced as a whole, and a
/// command without arguments drops the arguments of the base, as Kubernetes does with those of the image.
void overlay_container(json::object& base, const json::object& over);

/// The array at `key`, made where needed.
json::array& ensure_array(json::object& object, std::string_view key);

/// The entry of a list whose member `key` is `value`; null when there is none.
const json::object* find_by(const json::array& list, std::string_view key, std::string_view value);

}  // namespace dynamo::graph
