#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apiserver/log_source.h"
#include "base/clock.h"
#include "base/error.h"
#include "kube/object.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "net/tls.h"

namespace dynamo::apiserver {

struct ServerOptions {
  /// Folder of state.db and credentials.json; made when it is not there. Empty = everything in memory.
  std::string data_dir;
  net::Endpoint listen{"127.0.0.1", 0};    // port 0 = any
  std::vector<std::string> extra_hosts{};  // further names and addresses that the certificate is good for
  LogSource* logs = nullptr;               // must outlive the server
  const Clock* clock = &Clock::system();
};

/// A Kubernetes-compatible API server for one machine: the kinds that the platform makes or reads, its own
/// CustomResourceDefinitions and those that users create, over HTTPS with bearer tokens. See
/// `docs/apiserver.md`.
///
///   auto server = Server::open(loop, {.data_dir = dir}).value();
///   co_await server->start();  …  co_await server->stop(deadline);
///
/// Threads: the loop's; the disk is written on one thread of its own.
class Server {
 public:
  /// Reads or makes the state. Errors: io, already_exists (another server has the folder), invalid
  /// (credentials).
  static Result<std::unique_ptr<Server>> open(net::Loop& loop, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Makes what must exist (namespaces, our CustomResourceDefinitions) and listens.
  /// Errors: already_exists (the port is in use), io.
  net::Task<Result<net::Endpoint>> start();
  /// Ends watches and followed logs at once, lets other requests finish until `deadline`.
  net::Task<void> stop(TimePoint deadline);

  /// Where it listens; after `start`.
  const net::Endpoint& endpoint() const;
  /// A kubeconfig for kubectl and for our own parts. "admin" is the user; any other name is a part of the
  /// platform with the same rights, told apart in managers and logs.
  std::string kubeconfig(const std::string& user = "admin", const std::string& ns = "default") const;
  /// The same for a service account; errors: not_found.
  Result<std::string> account_kubeconfig(const std::string& ns, const std::string& account) const;
  const std::string& admin_token() const;
  const std::string& authority_pem() const;
  /// Name of the corrupt state file that was found and kept aside.
  const std::optional<std::string>& kept_aside() const;
  /// `apiserver_request_total{verb,resource,code}` in the Prometheus text format; also at /metrics.
  std::string metrics() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::apiserver
