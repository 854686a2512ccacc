#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace dynamo::api {

/// The CustomResourceDefinitions of every kind, in the order of `kinds()`, as `kubectl apply` takes them.
std::vector<json::object> crd_documents();

/// The same as one YAML text, a document each; what `dynamo crds` prints.
std::string crds_yaml();

}  // namespace dynamo::api
