#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apiserver/server.h"
#include "base/environment.h"
#include "controllers/manager.h"
#include "kube/cache.h"
#include "kube/client.h"
#include "node/agent.h"
#include "operator/manager.h"
#include "telemetry/log.h"

#include "up/address_block.h"
#include "up/lock.h"
#include "up/publisher.h"
#include "up/state.h"

namespace dynamo::up {

struct PlatformOptions {
  StateDir state;
  std::uint16_t port = 8000;  // where the first graph is published
  bool ephemeral = false;     // objects in memory, everything else gone at the end
  node::EngineMode engine = node::EngineMode::automatic;
  Duration resync = std::chrono::hours{10};  // of the controllers and the operator
  std::string dynamo;                        // our own executable
  std::string version;
  Environment environment;
};

/// The whole local platform in this process: API server, controllers, operator and node, which talk to each
/// other over HTTPS and nothing else. Threads: the loop's.
class Platform {
 public:
  /// Takes the state directory and the port. Errors: already_exists (a platform runs, the port is in use),
  /// io.
  static Result<std::unique_ptr<Platform>> open(net::Loop& loop, PlatformOptions options,
                                                telemetry::Logger log);
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  /// Returns when everything runs. Errors: as the parts say; nothing runs then.
  net::Task<Result<void>> start();
  /// Ends pods in peace, then everything else. Objects stay, unless the platform is ephemeral.
  net::Task<void> stop();

  kube::Client& client() { return *admin_; }
  const kube::Cache& graphs() const { return *graphs_; }
  const kube::Cache& pods() const { return *pods_; }
  PublishedUrls urls() const { return publisher_->urls(); }
  const node::MachineCapacity& machine() const { return agent_->capacity(); }
  std::string server_url() const;
  /// Name of the corrupt state file that was found and kept aside.
  const std::optional<std::string>& kept_aside() const { return server_->kept_aside(); }
  /// Set whenever graphs, pods or ports have changed.
  net::Event& changed() noexcept { return changed_; }

 private:
  struct Logs;  // the node's logs as the API server wants them
  Platform(net::Loop& loop, PlatformOptions options, telemetry::Logger log, Lock lock, AddressBlock addresses,
           std::unique_ptr<Publisher> publisher);
  net::Task<Result<void>> start_server();
  net::Task<Result<void>> start_server_at(std::uint16_t port);
  net::Task<Result<void>> start_node();
  void start_controllers();
  void start_views();
  Result<std::unique_ptr<kube::Client>> client_of(const std::string& user) const;
  std::string folder() const;  // of what ends with an ephemeral platform
  void write_status();

  net::Loop& loop_;
  PlatformOptions options_;
  telemetry::Logger log_;
  Lock lock_;
  AddressBlock addresses_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Logs> logs_;
  std::unique_ptr<apiserver::Server> server_;
  std::unique_ptr<kube::Client> admin_, controllers_client_, operator_client_, node_client_;
  std::unique_ptr<node::Agent> agent_;
  std::unique_ptr<controllers::Manager> controllers_;
  std::unique_ptr<operators::Manager> operator_;
  std::unique_ptr<kube::Cache> graphs_, pods_;
  net::Event changed_;
  net::TaskGroup node_tasks_;
  net::TaskGroup tasks_;  // everything else
};

/// The variables that pods' processes start from: those of the user that say who and where they are, not
/// those that would tie a pod to the user's own cluster.
Environment pod_environment(const Environment& user);

}  // namespace dynamo::up
