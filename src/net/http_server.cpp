#include "net/http_server.h"

#include <list>

#include "net/http_parser.h"

namespace dynamo::net {
namespace {

constexpr std::size_t kReadSize = 16u << 10;
constexpr auto kLinger = std::chrono::seconds{10};
constexpr auto kTlsHandshake = std::chrono::seconds{10};

void append_head(std::string& out, int status, const Headers& headers) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
  for (const auto& [name, value] : headers.fields()) {
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  }
}

HttpResponse plain_refusal(int status, std::string message) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(message) + "\n"};
}

/// The answer to one request on one connection. A write that finds out that the client has left stops `gone`:
/// the loop may see it only in its next turn.
class Responder final : public HttpResponder {
 public:
  Responder(Stream& stream, std::stop_source gone, const MessageHead& request, bool closing,
            Duration write_timeout)
      : stream_(stream),
        gone_(std::move(gone)),
        head_request_(request.method == "HEAD"),
        chunked_(request.version >= 11),
        keep_alive_(request.keep_alive && !closing),
        write_timeout_(write_timeout) {}

  Task<Result<void>> send(HttpResponse response) override {
    std::string out;
    out.reserve(256 + response.body.size());
    append_head(out, response.status, response.headers);
    if (response.status != 204 && response.status != 304) {
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
    }
    out += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
    if (!head_request_) out += response.body;
    state_ = State::finished;
    auto sent = co_await write_all(std::move(out));
    co_return sent;
  }

  Task<Result<void>> start(int status, Headers headers) override {
    std::string out;
    append_head(out, status, headers);
    if (chunked_) {
      out += "Transfer-Encoding: chunked\r\n";
    } else {
      keep_alive_ = false;  // the end of the body is the end of the connection
    }
    out += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
    state_ = State::body;
    auto sent = co_await write_all(std::move(out));
    co_return sent;
  }

  Task<Result<void>> write(std::string_view bytes) override {
    if (bytes.empty() || head_request_) co_return Result<void>{};
    auto sent = co_await write_all(frame(bytes, false));
    co_return sent;
  }

  Task<Result<void>> finish(std::string_view last) override {
    state_ = State::finished;
    auto sent = co_await write_all(frame(head_request_ ? std::string_view{} : last, true));
    co_return sent;
  }

  bool started() const noexcept override { return state_ != State::nothing; }
  bool finished() const noexcept { return state_ == State::finished && !broken_; }
  bool keep_alive() const noexcept { return keep_alive_ && finished(); }

 private:
  enum class State : std::uint8_t { nothing, body, finished };

  std::string frame(std::string_view bytes, bool last) const {
    if (!chunked_) return std::string(bytes);
    std::string out;
    out.reserve(bytes.size() + 32);
    if (!bytes.empty()) {
      fmt::format_to(std::back_inserter(out), "{:x}\r\n", bytes.size());
      out += bytes;
      out += "\r\n";
    }
    if (last && !head_request_) out += "0\r\n\r\n";
    return out;
  }

  /// Most writes fit the socket's buffer: the first attempt is made without a coroutine's wait.
  Task<Result<void>> write_all(std::string bytes) {
    std::string_view left = bytes;
    while (!left.empty()) {
      const Attempt attempt = stream_.try_write(left);
      if (attempt.state == Attempt::State::done) {
        left.remove_prefix(attempt.bytes);
        continue;
      }
      if (attempt.state != Attempt::State::again_when_writable &&
          attempt.state != Attempt::State::again_when_readable) {
        broken_ = true;
        gone_.request_stop();
        co_return fail(Errc::unavailable, "the client has gone");
      }
      const auto deadline = stream_.loop().now() + write_timeout_;
      const bool ready = co_await stream_.wait_writable(deadline);
      if (!ready) {
        broken_ = true;
        co_return fail(stream_.aborted() ? Errc::cancelled : Errc::timeout, "the client does not read");
      }
    }
    co_return Result<void>{};
  }

  Stream& stream_;
  std::stop_source gone_;
  bool head_request_;
  bool chunked_;
  bool keep_alive_;
  bool broken_ = false;
  State state_ = State::nothing;
  Duration write_timeout_;
};

}  // namespace

struct HttpServer::Impl {
  struct Connection;

  Impl(Loop& on_loop, HttpHandler on_request, HttpServerOptions with)
      : loop(on_loop),
        handler(std::move(on_request)),
        options(std::move(with)),
        group(on_loop),
        room(on_loop) {}

  Loop& loop;
  HttpHandler handler;
  HttpServerOptions options;
  TaskGroup group;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::list<Connection*> connections;
  Event room;  // set while a connection more is allowed
  std::size_t in_flight = 0;
  bool stopping = false;

  HttpResponse refusal(int status, std::string message) const {
    return options.refuse ? options.refuse(status, std::move(message))
                          : plain_refusal(status, std::move(message));
  }

  Task<void> accept_from(Listener* listener);
  Task<void> serve(std::unique_ptr<Stream> stream);
};

/// One client: reads a request, has it handled, and so on.
struct HttpServer::Impl::Connection {
  Connection(Impl& of, std::unique_ptr<Stream> over)
      : server(of),
        stream(std::move(over)),
        peer(stream->peer()),
        certificate_name(tls_peer_common_name(*stream)) {
    place = server.connections.insert(server.connections.end(), this);
  }
  ~Connection() {
    server.connections.erase(place);
    server.room.set();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Impl& server;
  std::unique_ptr<Stream> stream;
  Endpoint peer;
  std::string certificate_name;
  std::list<Connection*>::iterator place;
  std::string input;  // bytes read and not yet consumed
  bool idle = true;   // between requests
  std::optional<std::stop_source> gone;

  Task<void> run();
  Task<bool> read_request(HttpParser& parser, std::string& body);
  Task<bool> continue_if_expected(const HttpParser& parser, const std::string& body);
  Task<bool> answer(HttpParser& parser, std::string body);
  Task<void> refuse(int status, std::string message);
  Task<Result<std::size_t>> read_more(TimePoint deadline);
};

Task<Result<std::size_t>> HttpServer::Impl::Connection::read_more(TimePoint deadline) {
  const std::size_t old = input.size();
  // Wait before making room, so that an idle connection holds no buffer.
  const bool ready = co_await stream->wait_readable(deadline);
  if (!ready) co_return fail(stream->aborted() ? Errc::cancelled : Errc::timeout, "reading a request");
  input.resize(old + kReadSize);
  auto n = co_await stream->read({input.data() + old, kReadSize}, deadline);
  input.resize(old + n.value_or(0));
  co_return n;
}

/// Reads until a whole request is there. False: the connection has ended, or was refused.
Task<bool> HttpServer::Impl::Connection::read_request(HttpParser& parser, std::string& body) {
  TimePoint deadline = server.loop.now() + server.options.idle_timeout;
  bool expect_checked = false;
  idle = input.empty();
  for (;;) {
    if (!input.empty()) {
      if (std::exchange(idle, false)) deadline = server.loop.now() + server.options.request_timeout;
      const auto consumed = parser.feed(input, body);
      if (!consumed) {
        co_await refuse(consumed.error().status, consumed.error().message);
        co_return false;
      }
      input.erase(0, *consumed);
      if (parser.done()) break;
      if (parser.head_done() && !std::exchange(expect_checked, true)) {
        const bool going_on = co_await continue_if_expected(parser, body);
        if (!going_on) co_return false;
      }
      if (*consumed > 0 && !input.empty()) continue;
    }
    auto n = co_await read_more(deadline);
    if (!n && n.error().code == Errc::timeout && !idle) {
      co_await refuse(408, "the request did not arrive in time");
    }
    if (!n || *n == 0) co_return false;
  }
  input.shrink_to_fit();
  co_return true;
}

Task<bool> HttpServer::Impl::Connection::continue_if_expected(const HttpParser& parser,
                                                              const std::string& body) {
  auto& head = const_cast<HttpParser&>(parser).head();
  if (!body.empty() || !equals_ignoring_case(head.headers.get("Expect"), "100-continue")) co_return true;
  const auto deadline = server.loop.now() + server.options.write_timeout;
  auto sent = co_await stream->write("HTTP/1.1 100 Continue\r\n\r\n", deadline);
  co_return sent.has_value();
}

/// Answers for a request that is not handled, then reads on for a while: a client that is still sending would
/// otherwise see a reset instead of the answer.
Task<void> HttpServer::Impl::Connection::refuse(int status, std::string message) {
  MessageHead head;
  Responder responder(*stream, std::stop_source(std::nostopstate), head, true, server.options.write_timeout);
  auto sent = co_await responder.send(server.refusal(status, std::move(message)));
  if (!sent) co_return;
  stream->shutdown_write();
  input.clear();
  input.shrink_to_fit();
  const TimePoint deadline = server.loop.now() + kLinger;
  std::vector<char> sink(kReadSize);
  for (;;) {
    auto n = co_await stream->read(sink, deadline);
    if (!n || *n == 0) co_return;
  }
}

namespace {

HttpRequest to_request(MessageHead& head, std::string body) {
  HttpRequest request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  const std::string_view target = request.target;
  const auto question = target.find('?');
  request.path = percent_decode(target.substr(0, question));
  if (question != std::string_view::npos) request.query = Query::parse(target.substr(question + 1));
  request.headers = std::move(head.headers);
  request.body = std::move(body);
  return request;
}

}  // namespace

/// Has one request handled. True: the connection can take another.
Task<bool> HttpServer::Impl::Connection::answer(HttpParser& parser, std::string body) {
  gone.emplace();
  Responder responder(*stream, *gone, parser.head(), server.stopping, server.options.write_timeout);
  HttpRequest request = to_request(parser.head(), std::move(body));
  request.peer = peer;
  request.client_certificate_name = certificate_name;
  request.gone = gone->get_token();
  if (stream->peer_closed()) gone->request_stop();
  stream->on_peer_closed([this] { gone->request_stop(); });
  ++server.in_flight;
  co_await server.handler(request, responder);
  --server.in_flight;
  stream->on_peer_closed({});
  gone.reset();
  if (!responder.started()) {
    co_await responder.send(server.refusal(500, "the server gave no answer"));
  }
  co_return responder.keep_alive();
}

Task<void> HttpServer::Impl::Connection::run() {
  bool more = true;
  while (more && !server.stopping) {
    HttpParser parser(HttpParser::Kind::request, {server.options.max_header, server.options.max_body});
    std::string body;
    more = co_await read_request(parser, body);
    if (more) more = co_await answer(parser, std::move(body));
  }
}

Task<void> HttpServer::Impl::serve(std::unique_ptr<Stream> stream) {
  if (options.tls) {
    auto secured = co_await tls_accept(options.tls, std::move(stream), loop.now() + kTlsHandshake);
    if (!secured || stopping) co_return;
    stream = std::move(*secured);
  }
  Connection connection(*this, std::move(stream));
  co_await connection.run();
}

Task<void> HttpServer::Impl::accept_from(Listener* listener) {
  while (!stopping) {
    while (connections.size() >= options.max_connections && !stopping) {
      room.reset();
      co_await room.wait();
    }
    auto stream = co_await listener->accept();
    if (stream == nullptr) co_return;
    group.spawn(serve(std::move(stream)));
  }
}

HttpServer::HttpServer(Loop& loop, HttpHandler handler, HttpServerOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(handler), std::move(options))) {}

HttpServer::~HttpServer() = default;

Result<Endpoint> HttpServer::listen(const Endpoint& at) {
  auto listener = Listener::open(impl_->loop, at);
  if (!listener) return std::unexpected(std::move(listener.error()));
  const Endpoint bound = (*listener)->endpoint();
  impl_->listeners.push_back(std::move(*listener));
  impl_->group.spawn(impl_->accept_from(impl_->listeners.back().get()));
  return bound;
}

Task<void> HttpServer::stop(TimePoint deadline) {
  Impl& server = *impl_;
  server.stopping = true;
  for (const auto& listener : server.listeners) listener->close();
  server.room.set();
  for (Impl::Connection* connection : server.connections) {
    if (connection->idle) connection->stream->abort();
  }
  Loop::Timer cut(server.loop, [&server] {
    for (Impl::Connection* connection : server.connections) {
      if (connection->gone) connection->gone->request_stop();
      connection->stream->abort();
    }
  });
  cut.arm(deadline);
  co_await server.group.join();
}

std::size_t HttpServer::connections() const noexcept { return impl_->connections.size(); }
std::size_t HttpServer::requests_in_flight() const noexcept { return impl_->in_flight; }

}  // namespace dynamo::net
