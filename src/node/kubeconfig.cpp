#include "node/kubeconfig.h"

#include "base/json.h"
#include "kube/base64.h"

namespace dynamo::node {
std::string kubeconfig_text(std::string_view server, const ServiceAccountFiles& account,
                            std::string_view ns) {
  json::object cluster{{"server", server}};
  if (!account.ca_pem.empty()) cluster["certificate-authority-data"] = kube::encode_base64(account.ca_pem);
  const auto named = [](std::string_view kind, json::object content) {
    return json::array{json::object{{"name", "dynamo"}, {kind, std::move(content)}}};
  };
  return json::dump_pretty(json::object{
             {"apiVersion", "v1"},
             {"kind", "Config"},
             {"current-context", "dynamo"},
             {"clusters", named("cluster", std::move(cluster))},
             {"users", named("user", {{"token", account.token}})},
             {"contexts",
              named("context", {{"cluster", "dynamo"}, {"user", "dynamo"}, {"namespace", ns}})}}) +
         "\n";
}

}  // namespace dynamo::node
