#pragma once

#include <arpa/inet.h>
#include <functional>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"

/// How tests wait for what happens on a loop: for a condition, with a deadline, never for a length of time.
namespace dynamo::net::testing {

/// Spent whole only by a test that fails: half of the time limit of a test (cmake/layers.cmake), for machines
/// that are busy.
inline constexpr Duration kPatience = std::chrono::seconds{60};

inline Task<void> one_millisecond(Loop* loop) { co_await loop->sleep_for(std::chrono::milliseconds{1}); }

/// Within a coroutine: waits until `holds` does; false when `patience` ends first.
inline Task<bool> until(Loop* loop, std::function<bool()> holds, Duration patience = kPatience) {
  const TimePoint deadline = loop->now() + patience;
  while (!holds()) {
    if (loop->now() > deadline) co_return false;
    co_await one_millisecond(loop);
  }
  co_return true;
}

/// Outside of the loop, which runs until `holds` does; false when `patience` ends first. `holds` may run the
/// loop itself, to ask a server for example.
inline bool run_until(Loop& loop, const std::function<bool()>& holds, Duration patience = kPatience) {
  const TimePoint deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    run(loop, one_millisecond(&loop));
  }
  return true;
}

/// Runs the loop until `looks` looks in a row, a turn of the loop or more between two of them, have found
/// `seen()` to be the same; false when `patience` ends first. Turns are what whoever is on the loop needs to
/// get on: a length of time passes on a busy machine while nobody has done anything.
inline bool comes_to_rest(Loop& loop, const std::function<std::uint64_t()>& seen, int looks,
                          Duration patience = kPatience) {
  std::optional<std::uint64_t> before;
  int same = 0;
  return run_until(
      loop,
      [&] {
        const std::uint64_t now = seen();
        same = before == now ? same + 1 : 0;
        before = now;
        return same == looks;
      },
      patience);
}

/// A port of 127.0.0.1 that refuses connections: taken as long as this lives, and nobody listens on it.
class RefusingPort {
 public:
  RefusingPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    const bool bound = ::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) == 0 &&
                       ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    if (!bound) throw std::runtime_error(system_error("taking a port", errno).message);
    number_ = ::ntohs(at.sin_port);
  }
  ~RefusingPort() { ::close(socket_); }
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;

  std::uint16_t number() const noexcept { return number_; }

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

}  // namespace dynamo::net::testing
