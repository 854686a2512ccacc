#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "net/http.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls.h"

namespace dynamo::net {

struct HttpRequest {
  std::string method;
  std::string path;    // percent-decoded, without the query
  std::string target;  // as sent
  Query query;
  Headers headers;
  std::string body;  // complete; chunked transfer already undone
  Endpoint peer;
  std::string client_certificate_name;  // common name of a verified client certificate, else empty
  /// Stop is requested when the client goes away or the server is stopped hard.
  std::stop_token gone;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

/// The answer to one request, given either at once (`send`) or in pieces (`start`, `write`…, `finish`).
/// Every write waits while more than the server's `write_buffer` bytes are on their way to a slow client.
/// Errors: unavailable (client gone), timeout (client read nothing for `write_timeout`).
class HttpResponder {
 public:
  virtual ~HttpResponder() = default;
  virtual Task<Result<void>> send(HttpResponse response) = 0;
  /// Sends the head; the body follows in chunks (or until close for HTTP/1.0).
  virtual Task<Result<void>> start(int status, Headers headers) = 0;
  /// One piece of the body; `bytes` must stay valid until done. Goes out in one system call where the socket
  /// takes it.
  virtual Task<Result<void>> write(std::string_view bytes) = 0;
  /// Ends the body, with `last` as its last piece, in one system call.
  virtual Task<Result<void>> finish(std::string_view last = {}) = 0;
  virtual bool started() const noexcept = 0;
};

/// Answers one request. A handler that returns without an answer is answered 500 for; one that returns in the
/// middle of a chunked body has its connection closed, so that the client sees the break.
using HttpHandler = std::function<Task<void>(HttpRequest&, HttpResponder&)>;

struct HttpServerOptions {
  std::size_t max_body = 64u << 20;                     // bytes; more is answered 413
  std::size_t max_header = 64u << 10;                   // bytes; more is answered 431
  std::size_t max_connections = 16'384;                 // more wait in the backlog
  Duration idle_timeout = std::chrono::seconds{120};    // between requests
  Duration request_timeout = std::chrono::seconds{60};  // from first byte to whole request; 408
  Duration write_timeout = std::chrono::seconds{60};    // without progress while writing
  std::shared_ptr<TlsContext> tls;                      // null = plain
  /// What a refused request is answered with; null = a short text. Arguments: status, message.
  std::function<HttpResponse(int, std::string)> refuse;
};

/// HTTP/1.1 server on one loop: keep-alive, pipelining, chunked bodies both ways, Expect: 100-continue.
class HttpServer {
 public:
  /// `handler` runs on the loop, many at a time.
  HttpServer(Loop& loop, HttpHandler handler, HttpServerOptions options);
  ~HttpServer();  // stopped and joined before
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens and serves from now on. Errors as Listener::open.
  Result<Endpoint> listen(const Endpoint& at);
  /// No new connections, idle ones are closed; requests under way go on until `deadline`, then are cut.
  Task<void> stop(TimePoint deadline);
  std::size_t connections() const noexcept;
  std::size_t requests_in_flight() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::net
