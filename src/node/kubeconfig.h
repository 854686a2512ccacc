#pragma once

#include <string>
#include <string_view>

#include "node/volumes.h"

namespace dynamo::node {

/// A kubeconfig for the API server at `server`, with the token of an account and its namespace. JSON, which
/// is YAML.
std::string kubeconfig_text(std::string_view server, const ServiceAccountFiles& account, std::string_view ns);

}  // namespace dynamo::node
