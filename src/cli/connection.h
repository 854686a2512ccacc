#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "kube/api_resources.h"
#include "kube/client.h"
#include "net/loop.h"

namespace dynamo::cli {

/// Flags of every command that talks to a platform.
struct ConnectionFlags {
  std::string name = "default";  // of the local platform
  std::string kubeconfig;        // another server instead
  std::string context;
  std::string ns;  // empty = that of the kubeconfig
};
void declare_connection(FlagSet& flags, ConnectionFlags& into);

/// An API server, who we are there, and what it serves.
struct Connection {
  kube::Client& client;
  std::vector<kube::ApiResource> served;
  std::string ns;
};

/// Runs `work` against the server that `flags` name: the local platform `--name`, or `--kubeconfig`. The
/// kubeconfig of the user's environment is never used unasked, so that no command reaches a cluster by
/// mistake. Errors: not_found (no such local platform), unavailable (it is not running), those of `work`.
Result<int> with_connection(const ConnectionFlags& flags,
                            const std::function<net::Task<Result<int>>(net::Loop&, Connection&)>& work);

/// "KIND/NAME" or "KIND NAME…" as kubectl takes them.
struct ObjectArguments {
  kube::Resource resource;
  std::vector<std::string> names;  // empty = all
};
/// Errors: invalid (kinds mixed, nothing named), not_found (unknown kind).
Result<ObjectArguments> parse_objects(const Connection& connection,
                                      const std::vector<std::string>& arguments);

}  // namespace dynamo::cli
