#include "graph/names.h"

#include <array>
#include <fmt/format.h>
#include <openssl/sha.h>

namespace dynamo::graph {
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string component_name(std::string_view graph, std::string_view service) {
  return fmt::format("{}-{}", graph, lower(service));
}

std::string discovery_account_name(std::string_view graph) {
  return fmt::format("{}-k8s-service-discovery", graph);
}
std::string discovery_role_name(std::string_view graph) { return discovery_account_name(graph) + "-role"; }
std::string discovery_binding_name(std::string_view graph) {
  return discovery_account_name(graph) + "-binding";
}

std::string model_hash(std::string_view model) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(model.data()), model.size(), digest.data());
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}
std::string model_service_name(std::string_view model) { return "dynamo-model-" + model_hash(model); }

std::string registry_of(std::string_view image) {
  const auto slash = image.find('/');
  const std::string_view first = image.substr(0, slash);
  const bool is_host = slash != std::string_view::npos &&
                       (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  return is_host ? std::string(first) : "docker.io";
}

}  // namespace dynamo::graph
