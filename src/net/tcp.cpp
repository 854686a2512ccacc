#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address.h"
#include "net/attempt.h"
#include "net/edge.h"
#include "net/stream.h"

namespace dynamo::net {
namespace {

using State = Attempt::State;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

class TcpStream final : public Stream {
 public:
  TcpStream(Loop& loop, int fd) : Stream(loop, fd), fd_(fd) { set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

  Attempt try_read(std::span<char> into) override {
    const auto n = ::recv(fd_, into.data(), into.size(), 0);
    if (n > 0) {
      // A short read has drained the socket (epoll(7)), unless the peer's FIN came with it and gives no new
      // edge.
      if (static_cast<std::size_t>(n) < into.size() && !peer_closed()) not_readable();
      return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    }
    if (n == 0) return {.state = State::closed};
    if (!would_block(errno)) return failed_attempt(errno);
    not_readable();
    return {.state = State::again_when_readable};
  }

  Attempt try_write(std::string_view bytes) override {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      if (static_cast<std::size_t>(n) < bytes.size()) not_writable();
      return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    }
    if (!would_block(errno)) return failed_attempt(errno);
    not_writable();
    return {.state = State::again_when_writable};
  }

  void shutdown_write() override { ::shutdown(fd_, SHUT_WR); }

 private:
  int fd_;
};

}  // namespace

namespace {

/// Waits for a connect under way; the socket's error tells how it ended.
Task<Result<void>> connected(Loop& loop, int fd, TimePoint deadline, std::stop_token stop) {
  Edge edge(loop, fd);
  // The registration itself reports the state of a socket that has not begun to connect; only what is
  // writable counts.
  for (;;) {
    const bool edge_came = co_await edge.event().wait(stop, deadline);
    if (stop.stop_requested()) co_return fail(Errc::cancelled, "cancelled");
    if (!edge_came) co_return fail(Errc::timeout, "timed out");
    edge.event().reset();
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) co_return std::unexpected(system_error("refused", error));
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    if (::getpeername(fd, peer.get(), &peer.size) == 0) co_return Result<void>{};
  }
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect_tcp(Loop& loop, Endpoint to, TimePoint deadline,
                                                  std::stop_token stop) {
  const auto address = parse_address(to);
  if (!address) co_return fail(Errc::invalid, fmt::format("{} is not a numeric address", to.address));
  const int fd = ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const std::string what = fmt::format("connecting to {}", to.to_string());
  if (fd < 0) co_return std::unexpected(system_error(what, errno));
  if (::connect(fd, address->get(), address->size) != 0) {
    if (errno != EINPROGRESS) {
      const Error error = system_error(what, errno);
      ::close(fd);
      co_return std::unexpected(error);
    }
    auto done = co_await connected(loop, fd, deadline, stop);
    if (!done) {
      ::close(fd);
      co_return context(what, std::move(done.error()));
    }
  }
  co_return std::make_unique<TcpStream>(loop, fd);
}

namespace {

struct Lookup {
  std::vector<SocketAddress> addresses;
  std::string error;
};

Lookup look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (code != 0) return {{}, ::gai_strerror(code)};
  Lookup out;
  for (const addrinfo* at = first; at != nullptr; at = at->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    out.addresses.push_back(address);
  }
  ::freeaddrinfo(first);
  return out;
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect_host(Loop& loop, std::string host, std::uint16_t port,
                                                   TimePoint deadline, std::stop_token stop) {
  const Endpoint numeric{host, port};
  if (parse_address(numeric)) {
    auto connected = co_await connect_tcp(loop, numeric, deadline, std::move(stop));
    co_return connected;
  }
  Lookup found;
  std::move_only_function<void()> work = [&found, &host] { found = look_up(host); };
  co_await run_blocking(loop, std::move(work));
  Error last{Errc::unavailable, fmt::format("looking {} up: {}", host, found.error), nullptr};
  for (const SocketAddress& address : found.addresses) {
    Endpoint to = to_endpoint(address);
    to.port = port;
    auto connected = co_await connect_tcp(loop, to, deadline, stop);
    if (connected) co_return connected;
    last = std::move(connected.error());
  }
  co_return std::unexpected(std::move(last));
}

namespace {

class TcpListener final : public Listener {
 public:
  TcpListener(Loop& loop, int fd) : loop_(loop), fd_(fd), edge_(loop, fd) {}
  ~TcpListener() override { ::close(fd_); }

  Endpoint endpoint() const override {
    SocketAddress address;
    address.size = sizeof address.storage;
    ::getsockname(fd_, const_cast<sockaddr*>(address.get()), &address.size);
    return to_endpoint(address);
  }

  Task<std::unique_ptr<Stream>> accept() override {
    while (!closed_.stop_requested()) {
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) co_return std::make_unique<TcpStream>(loop_, fd);
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (would_block(errno)) {
        edge_.event().reset();
        co_await edge_.event().wait(closed_.get_token());
      } else {  // out of descriptors or memory: wait, do not spin
        co_await loop_.sleep_for(std::chrono::milliseconds{50}, closed_.get_token());
      }
    }
    co_return nullptr;
  }

  /// Who connects from now on is refused at once, rather than left waiting in the backlog of a server that
  /// drains.
  void close() override {
    ::shutdown(fd_, SHUT_RD);
    closed_.request_stop();
  }

 private:
  Loop& loop_;
  int fd_;
  Edge edge_;
  std::stop_source closed_;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& at, int backlog) {
  const std::string what = fmt::format("listening on {}", at.to_string());
  const auto address = parse_address(at);
  if (!address) return fail(Errc::invalid, fmt::format("{}: {} is not a numeric address", what, at.address));
  const int fd = ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(system_error(what, errno));
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(fd, address->get(), address->size) != 0 || ::listen(fd, backlog) != 0) {
    Error error = system_error(what, errno);
    ::close(fd);
    return std::unexpected(std::move(error));
  }
  return std::make_unique<TcpListener>(loop, fd);
}

}  // namespace dynamo::net
