#pragma once

#include <map>
#include <string>
#include <vector>

#include "kube/object.h"

/// Which secrets open which image registry. Of each secret only the hosts are kept, never what opens them.
namespace dynamo::operators {

inline constexpr const char* kDockerConfigType = "kubernetes.io/dockerconfigjson";

/// Puts the hosts of a `kubernetes.io/dockerconfigjson` secret in the place of its data.
void keep_only_hosts(kube::Object& secret);

/// Names of the secrets, by registry host, each list in order. `secrets` have been through `keep_only_hosts`.
std::map<std::string, std::vector<std::string>> index_pull_secrets(
    const std::vector<kube::ObjectPtr>& secrets);

}  // namespace dynamo::operators
