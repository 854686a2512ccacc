#include "load/mock_server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <fmt/format.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "load/http.h"

namespace dynamo::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kListener = 1ULL << 40;   // in epoll's data: an engine, not a connection
constexpr std::size_t kMostUnsent = 256 * 1024;   // bytes; a reader slower than that holds its stream back
constexpr std::uint64_t kLeastPause = 1'000'000;  // ns, of a stream that is held back
constexpr std::uint64_t kMostLag = 50'000'000;    // ns; an engine later than that starts counting anew
constexpr int kTurnBudget = 4096;                 // tokens between two looks at the sockets

/// Listens on 127.0.0.1; negative when the port cannot be had.
int listen_on(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return bound && ::listen(fd, 4096) == 0 ? fd : -1;
}

}  // namespace

MockServer::MockServer(MockOptions options)
    : options_(std::move(options)), stats_(options_.ports.size()), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

bool MockServer::listen() {
  for (std::size_t engine = 0; engine < options_.ports.size(); ++engine) {
    const int fd = listen_on(options_.ports[engine]);
    if (fd < 0) return false;
    listeners_.push_back(fd);
    epoll_event event{EPOLLIN, {.u64 = kListener | engine}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }
  return true;
}

void MockServer::run() {
  for (;;) {
    wait();
    run_timers();
  }
}

void MockServer::wait() {
  timespec timeout{};
  if (!timers_.empty()) {
    const std::uint64_t now = now_ns();
    const std::uint64_t left = timers_.top().due > now ? timers_.top().due - now : 0;
    timeout = {static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
  }
  const int ready = epoll_pwait2(poll_, events_.data(), static_cast<int>(events_.size()),
                                 timers_.empty() ? nullptr : &timeout, nullptr);
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if ((event.data.u64 & kListener) != 0) {
      accept_all(event.data.u64 & ~kListener);
    } else {
      on_event(event.data.u64, event.events);
    }
  }
}

void MockServer::run_timers() {
  const std::uint64_t now = now_ns();
  for (int i = 0; i < kTurnBudget && !timers_.empty() && timers_.top().due <= now; ++i) {
    const Timer timer = timers_.top();
    timers_.pop();
    const Connection& connection = *connections_[timer.connection];
    if (connection.incarnation != timer.incarnation || !connection.generation.running) continue;
    generate(timer.connection, now - timer.due < kMostLag ? timer.due : now);
  }
}

void MockServer::accept_all(std::size_t engine) {
  for (;;) {
    const int fd = accept4(listeners_[engine], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    set_no_delay(fd);
    if (free_.empty()) {
      free_.push_back(connections_.size());
      connections_.push_back(std::make_unique<Connection>());
    }
    const std::size_t index = free_.back();
    free_.pop_back();
    connections_[index]->fd = fd;
    connections_[index]->engine = engine;
    ++stats_[engine].connections;
    epoll_event event{EPOLLIN | EPOLLRDHUP, {.u64 = index}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }
}

void MockServer::on_event(std::size_t index, std::uint32_t events) {
  Connection& connection = *connections_[index];
  if (connection.fd < 0) return;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) return close(index);
  if ((events & EPOLLIN) != 0 && !receive(connection)) return close(index);
  const std::uint32_t incarnation = connection.incarnation;
  serve(index);
  if (connection.incarnation == incarnation && (events & EPOLLOUT) != 0) flush(index);
}

bool MockServer::receive(Connection& connection) {
  for (;;) {
    const ssize_t count = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    connection.input.append(buffer_.data(), static_cast<std::size_t>(count));
    if (static_cast<std::size_t>(count) < buffer_.size()) return true;
  }
}

void MockServer::close(std::size_t index) {
  Connection& connection = *connections_[index];
  if (connection.fd < 0) return;
  Stats& stats = stats_[connection.engine];
  if (connection.generation.running) {
    ++stats.aborted;
    --stats.active;
  }
  --stats.connections;
  ::close(connection.fd);
  const std::uint32_t incarnation = connection.incarnation + 1;
  connection = {};
  connection.incarnation = incarnation;
  free_.push_back(index);
}

void MockServer::flush(std::size_t index) {
  Connection& connection = *connections_[index];
  while (connection.unsent() > 0) {
    const ssize_t count =
        send(connection.fd, connection.output.data() + connection.written, connection.unsent(), MSG_NOSIGNAL);
    if (count > 0) {
      connection.written += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      return watch_writes(index, true);
    } else if (errno != EINTR) {
      return close(index);
    }
  }
  connection.output.clear();
  connection.written = 0;
  watch_writes(index, false);
  if (connection.closing) close(index);
}

void MockServer::watch_writes(std::size_t index, bool on) {
  Connection& connection = *connections_[index];
  if (connection.watching_writes == on) return;
  connection.watching_writes = on;
  epoll_event event{EPOLLIN | EPOLLRDHUP | (on ? EPOLLOUT : 0U), {.u64 = index}};
  epoll_ctl(poll_, EPOLL_CTL_MOD, connection.fd, &event);
}

void MockServer::serve(std::size_t index) {
  const Connection& connection = *connections_[index];
  while (connection.fd >= 0 && !connection.generation.running && !connection.closing && read_request(index))
    handle(index);
}

bool MockServer::read_request(std::size_t index) {
  Connection& connection = *connections_[index];
  switch (connection.reader.read(connection.input)) {
    case RequestReader::Progress::kComplete:
      return true;
    case RequestReader::Progress::kNeedMore:
      return false;
    case RequestReader::Progress::kTooLarge:
      connection.closing = true;
      append_answer(connection.output, 413, "application/json", R"({"error":{"message":"too large"}})");
      flush(index);
      return false;
    case RequestReader::Progress::kBad:
      break;
  }
  close(index);
  return false;
}

void MockServer::handle(std::size_t index) {
  Connection& connection = *connections_[index];
  std::string& out = connection.output;
  const std::string_view target = connection.reader.target();
  if (target == "POST /v1/chat/completions") return begin(index, true);
  if (target == "POST /v1/completions") return begin(index, false);
  if (target == "GET /health") {
    append_answer(out, 200, "application/json", R"({"status":"ok"})");
  } else if (target == "GET /v1/models") {
    append_answer(out, 200, "application/json", models());
  } else if (target == "GET /stats") {
    append_answer(out, 200, "application/json", stats(connection.engine));
  } else if (target == "GET /metrics") {
    append_answer(out, 200, "text/plain", "# TYPE mock_requests_running gauge\nmock_requests_running 0\n");
  } else {
    append_answer(out, 404, "application/json", R"({"error":{"message":"not found"}})");
  }
  flush(index);
}

std::string MockServer::models() const {
  return fmt::format(
      R"({{"object":"list","data":[{{"id":"{}","object":"model","created":1700000000,"owned_by":"mock"}}]}})",
      options_.defaults.model);
}

std::string MockServer::stats(std::size_t engine) const {
  const Stats& stats = stats_[engine];
  return fmt::format(R"({{"port":{},"requests":{},"done":{},"aborted":{},"active":{},"tokens":{},)"
                     R"("connections":{},"cpu_s":{:.3f}}})",
                     options_.ports[engine], stats.requests, stats.done, stats.aborted, stats.active,
                     stats.tokens, stats.connections, own_cpu_seconds());
}

void MockServer::begin(std::size_t index, bool chat) {
  Connection& connection = *connections_[index];
  ++stats_[connection.engine].requests;
  ++stats_[connection.engine].active;
  Generation& generation = connection.generation;
  generation = read_generation(connection.reader.body(), chat, ++ids_, options_.defaults);
  if (generation.stream) begin_stream(connection.output, generation);
  const std::uint64_t silence = generation.silence();
  const std::uint64_t now = now_ns();
  if (silence == 0) return generate(index, now);
  timers_.push({now + silence, index, connection.incarnation});
}

void MockServer::generate(std::size_t index, std::uint64_t due) {
  Connection& connection = *connections_[index];
  const Generation& generation = connection.generation;
  if (generation.stream) {
    if (!stream(index, due)) return;
  } else {
    append_answer(connection.output, 200, "application/json", whole_answer(generation));
    stats_[connection.engine].tokens += generation.wanted;
    finish(connection);
  }
  const std::uint32_t incarnation = connection.incarnation;
  if (!connection.watching_writes) flush(index);
  if (connection.incarnation == incarnation && !generation.running && !connection.input.empty()) serve(index);
}

bool MockServer::stream(std::size_t index, std::uint64_t due) {
  Connection& connection = *connections_[index];
  Generation& generation = connection.generation;
  if (connection.unsent() > kMostUnsent) {
    timers_.push({due + std::max(generation.token_gap, kLeastPause), index, connection.incarnation});
    return false;
  }
  const long due_tokens = generation.token_gap > 0 ? options_.burst : generation.wanted;
  for (long i = 0; i < due_tokens && !generation.complete(); ++i) {
    say_token(connection.output, generation);
    ++stats_[connection.engine].tokens;
  }
  if (generation.complete()) {
    end_stream(connection.output, generation);
    finish(connection);
  } else {
    timers_.push({due + generation.token_gap, index, connection.incarnation});
  }
  return true;
}

void MockServer::finish(Connection& connection) {
  connection.generation.running = false;
  --stats_[connection.engine].active;
  ++stats_[connection.engine].done;
}

}  // namespace dynamo::bench
