#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "kube/object.h"

namespace dynamo::node {

/// The objects of its namespace that a pod takes values from, by name; one that does not exist is not in the
/// map.
struct Sources {
  std::map<std::string, kube::Object, std::less<>> config_maps;
  std::map<std::string, kube::Object, std::less<>> secrets;
};

/// The names of all ConfigMaps and Secrets that the pod's variables and volumes name, each once.
struct References {
  std::vector<std::string> config_maps;
  std::vector<std::string> secrets;
};
References references_of(const kube::Object& pod);

/// The values of a ConfigMap or Secret, decoded: `data`, `binaryData` and `stringData`.
/// Errors: invalid base64, by key.
Result<std::map<std::string, std::string>> config_map_values(const kube::Object& config_map);
Result<std::map<std::string, std::string>> secret_values(const kube::Object& secret);

}  // namespace dynamo::node
