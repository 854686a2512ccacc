#include "operator/pull_secrets.h"

#include "kube/base64.h"

namespace dynamo::operators {
namespace {

constexpr std::string_view kHosts = "hosts";

/// "https://index.docker.io/v1/" is the registry docker.io; a scheme and a path are no part of a host.
std::string host_of(std::string_view key) {
  if (const auto scheme = key.find("://"); scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
  const std::string_view host = key.substr(0, key.find('/'));
  const bool docker_hub = host == "index.docker.io" || host == "registry-1.docker.io" || host.empty();
  return std::string(docker_hub ? "docker.io" : host);
}

json::array hosts_of(const kube::Object& secret) {
  json::array hosts;
  const auto config = kube::decode_base64(json::string_at(secret, {"data", ".dockerconfigjson"}));
  const auto parsed = config ? json::parse(*config) : Result<json::value>(fail(Errc::invalid, ""));
  const json::value* auths = parsed ? json::find(*parsed, {"auths"}) : nullptr;
  if (!auths || !auths->is_object()) return hosts;
  for (const auto& auth : auths->get_object()) hosts.push_back(json::value(host_of(auth.key())));
  return hosts;
}

}  // namespace

void keep_only_hosts(kube::Object& secret) {
  json::array hosts = hosts_of(secret);
  secret.erase("data");
  secret.erase("stringData");
  secret[kHosts] = std::move(hosts);
}

std::map<std::string, std::vector<std::string>> index_pull_secrets(
    const std::vector<kube::ObjectPtr>& secrets) {
  std::map<std::string, std::vector<std::string>> by_host;
  for (const kube::ObjectPtr& secret : secrets) {
    if (kube::is_deleting(*secret)) continue;
    for (const json::value& host : kube::array_at(*secret, {kHosts})) {
      auto& names = by_host[std::string(json::string_at(host, {}))];
      if (names.empty() || names.back() != kube::name_of(*secret)) names.emplace_back(kube::name_of(*secret));
    }
  }
  return by_host;
}

}  // namespace dynamo::operators
