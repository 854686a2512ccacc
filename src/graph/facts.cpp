#include "graph/facts.h"

namespace dynamo::graph {

std::string_view to_string(DiscoveryBackend backend) noexcept {
  switch (backend) {
    case DiscoveryBackend::kubernetes:
      return "kubernetes";
    case DiscoveryBackend::etcd:
      return "etcd";
  }
  return "kubernetes";
}

std::optional<DiscoveryBackend> parse_discovery_backend(std::string_view word) noexcept {
  if (word == "kubernetes") return DiscoveryBackend::kubernetes;
  if (word == "etcd") return DiscoveryBackend::etcd;
  return std::nullopt;
}

}  // namespace dynamo::graph
