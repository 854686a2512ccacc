#include "net/stream.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dynamo::net {
namespace {

using State = Attempt::State;

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

Attempt failed_attempt(int error) noexcept {
  const bool reset = error == ECONNRESET || error == EPIPE;
  return {.state = reset ? State::closed : State::failed, .bytes = 0, .error = error};
}

/// A socket address in the form that the system calls take.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<SocketAddress> parse_address(const Endpoint& at) {
  SocketAddress out;
  auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
  if (::inet_pton(AF_INET, at.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(at.port);
    out.size = sizeof v4;
    return out;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
  if (::inet_pton(AF_INET6, at.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(at.port);
    out.size = sizeof v6;
    return out;
  }
  return std::nullopt;
}

Endpoint to_endpoint(const SocketAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohs(v4.sin_port)};
  }
  if (address.storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return {text, ntohs(v6.sin6_port)};
  }
  return {};
}

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

class PipeStream final : public Stream {
 public:
  PipeStream(Loop& loop, int fd) : Stream(loop, fd), fd_(fd) {}

  Attempt try_read(std::span<char> into) override {
    const auto n = ::read(fd_, into.data(), into.size());
    if (n > 0) return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    if (n == 0) return {.state = State::closed};
    if (!would_block(errno)) return failed_attempt(errno);
    not_readable();
    return {.state = State::again_when_readable};
  }

  Attempt try_write(std::string_view bytes) override {
    const auto n = ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) return {.state = State::done, .bytes = static_cast<std::size_t>(n)};
    if (!would_block(errno)) return failed_attempt(errno);
    not_writable();
    return {.state = State::again_when_writable};
  }

  void shutdown_write() override {}

 private:
  int fd_;
};

/// One edge on a descriptor, awaited: a connect in progress, a listener with a caller, a pending signal.
class Edge final : public FdHandler {
 public:
  Edge(Loop& loop, int fd) : loop_(loop), fd_(fd) { watched_ = loop.watch(fd, *this).has_value(); }
  ~Edge() {
    if (watched_) loop_.unwatch(fd_, *this);
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;
  void fd_ready(std::uint32_t) override { event_.set(); }
  Event& event() noexcept { return event_; }

 private:
  Loop& loop_;
  int fd_;
  bool watched_ = false;
  Event event_{loop_};
};

}  // namespace

std::string Endpoint::to_string() const {
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
}

Stream::Stream(Loop& loop, int fd) : loop_(loop), fd_(fd) {
  // Only ENOMEM and the descriptor limit can make this fail; the stream then reports itself aborted.
  if (!loop.watch(fd, *this)) aborted_ = true;
}

Stream::~Stream() {
  const int fd = release();
  if (fd >= 0) ::close(fd);
}

int Stream::release() {
  if (fd_ >= 0) loop_.unwatch(fd_, *this);
  return std::exchange(fd_, -1);
}

Endpoint Stream::peer() const {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getpeername(fd_, address.get(), &address.size) != 0) return {};
  return to_endpoint(address);
}

void Stream::fd_ready(std::uint32_t events) {
  const bool hung_up = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (hung_up) peer_closed_ = true;
  if (hung_up || (events & EPOLLIN) != 0) readable_ = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) writable_ = true;

  const auto reader = readable_ ? std::exchange(reader_, {}) : nullptr;
  const auto writer = writable_ ? std::exchange(writer_, {}) : nullptr;
  if (hung_up && !reader && on_peer_closed_) std::exchange(on_peer_closed_, {})();
  // Nothing of this object may be touched after a resumption: it can destroy the stream.
  if (reader && writer) loop_.resume_soon(writer);
  if (reader) {
    reader.resume();
  } else if (writer) {
    writer.resume();
  }
}

void Stream::abort() {
  aborted_ = true;
  if (reader_) loop_.resume_soon(std::exchange(reader_, {}));
  if (writer_) loop_.resume_soon(std::exchange(writer_, {}));
}

/// One timer serves both directions and is moved only when it would come too late, so that a deadline that
/// moves on with every read costs no more than a comparison.
void Stream::arm(TimePoint deadline) {
  if (!timer_) timer_.emplace(loop_, [this] { check_deadlines(); });
  if (!timer_->armed() || deadline < timer_->when()) timer_->arm(deadline);
}

void Stream::check_deadlines() {
  std::optional<TimePoint> next;
  const auto check = [&](std::coroutine_handle<>& waiter, std::optional<TimePoint> deadline,
                         bool& timed_out) {
    if (!waiter || !deadline) return;
    if (*deadline <= loop_.now()) {
      timed_out = true;
      loop_.resume_soon(std::exchange(waiter, {}));
    } else if (!next || *deadline < *next) {
      next = deadline;
    }
  };
  check(reader_, read_deadline_, read_timed_out_);
  check(writer_, write_deadline_, write_timed_out_);
  if (next) timer_->arm(*next);
}

Stream::Wait Stream::wait_readable(std::optional<TimePoint> deadline) {
  return {*this, Wait::For::read, deadline};
}
Stream::Wait Stream::wait_writable(std::optional<TimePoint> deadline) {
  return {*this, Wait::For::write, deadline};
}

bool Stream::Wait::await_ready() const noexcept {
  return stream_.aborted_ || (what_ == For::read ? stream_.readable_ : stream_.writable_);
}

void Stream::Wait::await_suspend(std::coroutine_handle<> waiting) {
  if (what_ == For::read) {
    stream_.reader_ = waiting;
    stream_.read_deadline_ = deadline_;
    stream_.read_timed_out_ = false;
  } else {
    stream_.writer_ = waiting;
    stream_.write_deadline_ = deadline_;
    stream_.write_timed_out_ = false;
  }
  if (deadline_) stream_.arm(*deadline_);
}

bool Stream::Wait::await_resume() noexcept {
  const bool timed_out = what_ == For::read ? std::exchange(stream_.read_timed_out_, false)
                                            : std::exchange(stream_.write_timed_out_, false);
  return !timed_out && !stream_.aborted_;
}

namespace {

std::unexpected<Error> wait_error(const Stream& stream, std::string_view what) {
  if (stream.aborted()) return fail(Errc::cancelled, fmt::format("{} was cancelled", what));
  return fail(Errc::timeout, fmt::format("{} timed out", what));
}

}  // namespace

Task<Result<std::size_t>> Stream::read(std::span<char> into, std::optional<TimePoint> deadline) {
  for (;;) {
    const Attempt attempt = try_read(into);
    bool ready = true;
    switch (attempt.state) {
      case State::done:
        co_return attempt.bytes;
      case State::closed: {
        if (attempt.error != 0) co_return std::unexpected(system_error("reading", attempt.error));
        co_return std::size_t{0};
      }
      case State::failed:
        co_return std::unexpected(system_error("reading", attempt.error));
      case State::again_when_readable:
        ready = co_await wait_readable(deadline);
        break;
      case State::again_when_writable:
        ready = co_await wait_writable(deadline);
        break;
    }
    if (!ready) co_return wait_error(*this, "reading");
  }
}

Task<Result<void>> Stream::write(std::string_view bytes, std::optional<TimePoint> deadline) {
  while (!bytes.empty()) {
    const Attempt attempt = try_write(bytes);
    bool ready = true;
    switch (attempt.state) {
      case State::done:
        bytes.remove_prefix(attempt.bytes);
        break;
      case State::closed:
        co_return fail(Errc::unavailable, "writing: the other side has closed the connection");
      case State::failed:
        co_return std::unexpected(system_error("writing", attempt.error));
      case State::again_when_readable:
        ready = co_await wait_readable(deadline);
        break;
      case State::again_when_writable:
        ready = co_await wait_writable(deadline);
        break;
    }
    if (!ready) co_return wait_error(*this, "writing");
  }
  co_return Result<void>{};
}

std::unique_ptr<Stream> open_pipe_stream(Loop& loop, int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return std::make_unique<PipeStream>(loop, fd);
}

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

  void close() override { closed_.request_stop(); }

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

namespace {

sigset_t termination_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = termination_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Task<int> wait_for_signal(Loop& loop, std::stop_token stop) {
  const sigset_t set = termination_signals();
  const int fd = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  int signal = 0;
  {
    Edge edge(loop, fd);
    while (signal == 0 && !stop.stop_requested()) {
      signalfd_siginfo info{};
      if (::read(fd, &info, sizeof info) == sizeof info) {
        signal = static_cast<int>(info.ssi_signo);
      } else {
        edge.event().reset();
        co_await edge.event().wait(stop);
      }
    }
  }
  ::close(fd);
  co_return signal;
}

}  // namespace dynamo::net
