#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/loop.h"
#include "net/tls.h"

namespace dynamo::net {

struct HttpClientRequest {
  std::string method = "GET";
  Url url;
  Headers headers;  // Host, Content-Length and User-Agent are added
  std::string body;
  std::optional<TimePoint>
      deadline;  // for connecting, sending and the head of the answer; default 30 s from now
  std::optional<Duration> connect_timeout;  // for connecting alone, where that must fail sooner
  std::optional<Duration> idle_timeout;     // longest silence while reading the body; none = wait for ever
  std::stop_token stop;                     // cancels whichever wait is under way
};

/// An answer whose body is read as it comes. Destroying it before the end closes the connection, which is how
/// a client tells the other side to stop.
class HttpClientResponse {
 public:
  virtual ~HttpClientResponse() = default;
  virtual int status() const noexcept = 0;
  virtual const Headers& headers() const noexcept = 0;
  /// The next bytes of the body, as they arrived (chunk framing undone); empty = end. The view is good until
  /// the next call. Errors: unavailable (cut short), timeout, cancelled.
  virtual Task<Result<std::string_view>> read() = 0;
  /// The whole body. Errors: too_large above `limit`.
  virtual Task<Result<std::string>> read_all(std::size_t limit = 64u << 20) = 0;
};

struct HttpClientOptions {
  std::shared_ptr<TlsContext> tls;  // for https; null = system trust
  std::size_t max_idle_per_host = 256;
  Duration idle_timeout = std::chrono::seconds{30};  // an idle connection older than this is not used again
  std::string user_agent = "dynamo";
};

/// HTTP/1.1 client with a pool of kept connections. A request that fails on a kept connection before any byte
/// of the answer came is sent once more on a new one.
class HttpClient {
 public:
  HttpClient(Loop& loop, HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends and waits for the head of the answer, whatever its status.
  /// Errors: unavailable (no connection, reset), timeout, cancelled, unauthorized (certificate).
  Task<Result<std::unique_ptr<HttpClientResponse>>> send(HttpClientRequest request);
  std::size_t idle_connections() const noexcept;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;  // shared with answers that outlive the client
};

}  // namespace dynamo::net
