#pragma once

#include <optional>
#include <sys/socket.h>

#include "net/stream.h"

namespace dynamo::net {

/// A socket address in the form that the system calls take.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

/// Nothing when `at` is not a numeric IPv4 or IPv6 address.
std::optional<SocketAddress> parse_address(const Endpoint& at);
Endpoint to_endpoint(const SocketAddress& address);

}  // namespace dynamo::net
