#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "discovery/discovery.h"
#include "net/loop.h"

namespace dynamo::cli {

/// How processes find each other, as `--discovery-backend` names it. Outside Kubernetes the default needs no
/// server.
inline constexpr const char* kDefaultDiscovery = "file";
inline constexpr const char* kDiscoveryHelp =
    "How frontends and workers find each other; file = a directory of this machine (DYN_FILE_KV)";
std::vector<std::string> discovery_backends();

/// Errors: unsupported, for backends that are known and not there yet; those of the backend.
Result<std::unique_ptr<discovery::Discovery>> make_discovery(net::Loop& loop, const std::string& backend,
                                                             const Environment& env);

}  // namespace dynamo::cli
