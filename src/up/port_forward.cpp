#include "up/port_forward.h"

#include <array>

namespace dynamo::up {
namespace {

constexpr std::size_t kBufferSize = 64u << 10;
constexpr std::chrono::seconds kConnectTimeout{5};
constexpr std::chrono::seconds kRefusalTimeout{2};

/// Carries bytes until one side ends, then ends the other's half; a broken side cuts both.
net::Task<void> carry(net::Stream& from, net::Stream& to) {
  std::vector<char> buffer(kBufferSize);
  for (;;) {
    const auto n = co_await from.read(buffer);
    if (!n) break;
    if (*n == 0) {
      to.shutdown_write();
      co_return;
    }
    const auto written = co_await to.write({buffer.data(), *n});
    if (!written) break;
  }
  from.abort();
  to.abort();
}

/// Answers once the request's head has come, so that the client reads the answer instead of a reset.
net::Task<void> refuse(net::Stream& client, TimePoint deadline) {
  constexpr std::string_view kBody =
      R"({"error":{"message":"no frontend of the graph is ready yet","type":"service_unavailable","code":503}})";
  std::string head;
  char bytes[4096];
  while (!head.contains("\r\n\r\n") && head.size() < kBufferSize) {
    const auto n = co_await client.read(bytes, deadline);
    if (!n || *n == 0) co_return;
    head.append(bytes, *n);
  }
  const std::string answer = fmt::format(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: "
      "{}\r\nRetry-After: 1\r\n"
      "Connection: close\r\n\r\n{}",
      kBody.size(), kBody);
  const auto sent = co_await client.write(answer, deadline);
  if (!sent) co_return;
  client.shutdown_write();
  for (;;) {  // until the client has closed, too
    const auto n = co_await client.read(bytes, deadline);
    if (!n || *n == 0) co_return;
  }
}

}  // namespace

Result<std::unique_ptr<PortForward>> PortForward::open(net::Loop& loop, const net::Endpoint& at,
                                                       Choose choose) {
  auto listener = net::Listener::open(loop, at);
  if (!listener) return std::unexpected(std::move(listener.error()));
  return std::unique_ptr<PortForward>(new PortForward(loop, std::move(*listener), std::move(choose)));
}

net::Task<void> PortForward::run(std::stop_token stop) {
  net::TaskGroup connections(loop_);
  const std::stop_callback close(stop, [&] {
    listener_->close();
    room_.set();
    connections.request_stop();
  });
  co_await accept_loop(connections, stop);
  co_await connections.join();
}

net::Task<void> PortForward::accept_loop(net::TaskGroup& connections, std::stop_token stop) {
  for (;;) {
    while (open_ >= kMaxConnections && !stop.stop_requested()) {
      room_.reset();
      co_await room_.wait(stop);
    }
    auto client = co_await listener_->accept();
    if (!client) co_return;
    ++open_;
    connections.spawn(serve(std::move(client), connections.stop_token()));
  }
}

net::Task<void> PortForward::serve(std::unique_ptr<net::Stream> client, std::stop_token stop) {
  const TimePoint now = loop_.now();
  const auto target = choose_();
  std::unique_ptr<net::Stream> server;
  if (target) {
    auto connected = co_await net::connect_tcp(loop_, *target, now + kConnectTimeout, stop);
    if (connected) server = std::move(*connected);
  }
  const std::stop_callback cut(stop, [&] {
    client->abort();
    if (server) server->abort();
  });
  if (server) {
    net::TaskGroup both(loop_);
    both.spawn(carry(*client, *server));
    both.spawn(carry(*server, *client));
    co_await both.join();
  } else {
    co_await refuse(*client, now + kRefusalTimeout);
  }
  --open_;
  room_.set();
}

}  // namespace dynamo::up
