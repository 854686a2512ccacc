#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "discovery/discovery.h"
#include "kube/client.h"
#include "net/loop.h"

namespace dynamo::cli {

/// How processes find each other, as `--discovery-backend` names it. Outside Kubernetes the default needs no
/// server.
inline constexpr const char* kDefaultDiscovery = "file";
inline constexpr const char* kDiscoveryHelp =
    "How frontends and workers find each other: a directory of this machine (DYN_FILE_KV), within one "
    "process, "
    "or the Kubernetes API";
std::vector<std::string> discovery_backends();

/// Discovery, and the API client that it works through where it needs one.
struct DiscoveryBackend {
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<discovery::Discovery> discovery;
};

/// Errors: unsupported, for backends that are known and not there yet; those of the backend.
Result<DiscoveryBackend> make_discovery(net::Loop& loop, const std::string& backend, const Environment& env);

}  // namespace dynamo::cli
