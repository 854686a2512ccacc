#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kube/cache.h"

#include "up/port_forward.h"
#include "up/view.h"

namespace dynamo::up {

/// Publishes every graph at a port of its own on 127.0.0.1: the first at the port asked for, each further one
/// at the next port that is free. A graph keeps its port as long as it is there. Threads: the loop's.
class Publisher {
 public:
  /// Takes the first port at once, so that one that is in use is an error before anything else has begun.
  /// Errors: already_exists, forbidden.
  static Result<std::unique_ptr<Publisher>> open(net::Loop& loop, std::uint16_t first_port);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Before the caches run. `changed` hears of new and withdrawn ports.
  void watch(kube::Cache& graphs, kube::Cache& pods, std::function<void()> changed);
  /// Until `stop`.
  net::Task<void> run(std::stop_token stop);

  PublishedUrls urls() const;

 private:
  struct Place {
    std::unique_ptr<PortForward> forward;
    std::optional<kube::NamespacedName> graph;  // nothing: kept for the next one
    std::size_t turns = 0;                      // for round-robin among the frontends
  };

  explicit Publisher(net::Loop& loop) : loop_(loop), forwards_(loop) {}
  Result<Place*> add_place(std::uint16_t port);
  std::optional<net::Endpoint> choose(Place& place) const;
  void assign(const kube::NamespacedName& graph);
  void withdraw(const kube::NamespacedName& graph);

  net::Loop& loop_;
  std::vector<std::unique_ptr<Place>> places_;
  net::TaskGroup forwards_;
  kube::Cache* pods_ = nullptr;
  std::function<void()> changed_;
};

}  // namespace dynamo::up
