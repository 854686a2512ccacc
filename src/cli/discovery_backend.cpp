#include "cli/discovery_backend.h"

#include "discovery/file_discovery.h"
#include "discovery/kubernetes_discovery.h"
#include "discovery/memory_discovery.h"

namespace dynamo::cli {

std::vector<std::string> discovery_backends() { return {"file", "mem", "kubernetes", "etcd"}; }

namespace {

Result<DiscoveryBackend> make_kubernetes(net::Loop& loop, const Environment& env) {
  auto options = discovery::KubernetesDiscoveryOptions::from_environment(env);
  if (!options) return context("--discovery-backend kubernetes", std::move(options.error()));
  auto config = kube::load_config({}, env);
  if (!config) return context("--discovery-backend kubernetes", std::move(config.error()));
  auto client = kube::Client::make(loop, std::move(*config));
  if (!client) return std::unexpected(std::move(client.error()));
  DiscoveryBackend made;
  made.client = std::move(*client);
  made.discovery = std::make_unique<discovery::KubernetesDiscovery>(*made.client, std::move(*options));
  return made;
}

}  // namespace

Result<DiscoveryBackend> make_discovery(net::Loop& loop, const std::string& backend, const Environment& env) {
  DiscoveryBackend made;
  if (backend == "kubernetes") return make_kubernetes(loop, env);
  if (backend == "file") {
    made.discovery = std::make_unique<discovery::FileDiscovery>(
        loop, discovery::FileDiscoveryOptions::from_environment(env));
    return made;
  }
  if (backend == "mem") {
    made.discovery = std::make_unique<discovery::MemoryDiscovery>(loop);
    return made;
  }
  return fail(Errc::unsupported,
              fmt::format("--discovery-backend {} is not there yet; use file or kubernetes", backend));
}

}  // namespace dynamo::cli
