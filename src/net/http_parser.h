#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http.h"

namespace dynamo::net {

/// Incremental HTTP/1.x parsers without sockets, over Beast's. Feed the bytes that have come; what is not
/// consumed must be fed again, with more behind it.
struct ParseLimits {
  std::size_t header = 64u << 10;  // bytes
  std::size_t body = 64u << 20;    // bytes; 0 = no limit
};

/// Why a message is refused, as an HTTP status: 400, 413, 431 or 505 (requests); 502 (answers).
struct ParseError {
  int status;
  std::string message;
};

/// What a message's head says.
struct MessageHead {
  std::string method;  // requests
  std::string target;  // requests
  int status = 0;      // answers
  Headers headers;
  bool keep_alive = false;
  bool chunked = false;
  int version = 11;  // 10 or 11
};

class HttpParser {
 public:
  enum class Kind : std::uint8_t { request, response };
  /// `head_request`: the answer to a HEAD request has no body, whatever its head says.
  HttpParser(Kind kind, ParseLimits limits, bool head_request = false);
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  /// Consumes what it can of `bytes` and appends body bytes to `body`. With `head_only` it stops behind the
  /// head.
  std::expected<std::size_t, ParseError> feed(std::string_view bytes, std::string& body,
                                              bool head_only = false);
  /// The other side has closed: the end of a body without length; an error anywhere else.
  std::expected<void, ParseError> finish();
  bool head_done() const noexcept;
  bool done() const noexcept;
  bool keep_alive() const noexcept;
  MessageHead& head() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::net
