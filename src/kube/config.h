#pragma once

#include <string>

#include "base/environment.h"
#include "kube/token_source.h"
#include "net/http.h"
#include "net/tls.h"

namespace dynamo::kube {

/// How to reach an API server, and who we are there.
struct ClientConfig {
  net::Url server;  // `target` is a path put before every request's
  net::TlsConfig tls;
  TokenSource token;
  std::string default_namespace = "default";
  std::string user_agent = "dynamo";
};

/// Where the configuration is looked for.
struct ConfigSource {
  std::string
      kubeconfig;       // a file given by the user; empty = KUBECONFIG, then in-cluster, then ~/.kube/config
  std::string context;  // empty = the file's current context
};

/// Finds and reads the configuration as kubectl does, and inside a pod the service account's.
/// Errors: not_found (nowhere), invalid, unsupported (exec plugins and the like), or as reading a file.
Result<ClientConfig> load_config(const ConfigSource& source,
                                 const Environment& environment = Environment::of_process());

/// The service account of the pod we run in: KUBERNETES_SERVICE_HOST and _PORT, and the files of `directory`.
/// Errors: not_found when this is no pod.
Result<ClientConfig> in_cluster_config(
    const Environment& environment,
    const std::string& directory = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace dynamo::kube
