#include "cli/discovery_backend.h"

#include "discovery/file_discovery.h"
#include "discovery/memory_discovery.h"

namespace dynamo::cli {

std::vector<std::string> discovery_backends() { return {"file", "mem", "kubernetes", "etcd"}; }

Result<std::unique_ptr<discovery::Discovery>> make_discovery(net::Loop& loop, const std::string& backend,
                                                             const Environment& env) {
  if (backend == "file") {
    return std::make_unique<discovery::FileDiscovery>(loop,
                                                      discovery::FileDiscoveryOptions::from_environment(env));
  }
  if (backend == "mem") return std::make_unique<discovery::MemoryDiscovery>(loop);
  return fail(Errc::unsupported, fmt::format("--discovery-backend {} is not there yet; use file", backend));
}

}  // namespace dynamo::cli
