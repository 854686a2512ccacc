#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "net/loop.h"
#include "net/stream.h"

namespace dynamo::up {

/// Takes TCP connections at one place and hands each on to a target chosen at that moment. With no target the
/// client is told so, with HTTP status 503. Bounded: 64 KiB per direction, `kMaxConnections` at once (more
/// wait).
class PortForward {
 public:
  static constexpr std::size_t kMaxConnections = 4096;
  using Choose = std::function<std::optional<net::Endpoint>()>;

  /// Listens from now on. Errors: already_exists (the port is in use), invalid, forbidden.
  static Result<std::unique_ptr<PortForward>> open(net::Loop& loop, const net::Endpoint& at, Choose choose);
  PortForward(const PortForward&) = delete;
  PortForward& operator=(const PortForward&) = delete;

  net::Endpoint endpoint() const { return listener_->endpoint(); }
  /// Until `stop`; connections under way are cut then.
  net::Task<void> run(std::stop_token stop);

 private:
  PortForward(net::Loop& loop, std::unique_ptr<net::Listener> listener, Choose choose)
      : loop_(loop), listener_(std::move(listener)), choose_(std::move(choose)), room_(loop) {}
  net::Task<void> accept_loop(net::TaskGroup& connections, std::stop_token stop);
  net::Task<void> serve(std::unique_ptr<net::Stream> client, std::stop_token stop);

  net::Loop& loop_;
  std::unique_ptr<net::Listener> listener_;
  Choose choose_;
  std::size_t open_ = 0;
  net::Event room_;
};

}  // namespace dynamo::up
