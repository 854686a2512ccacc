#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/task.h"

namespace dynamo::apiserver {

/// What `GET pods/NAME/log` asks for.
struct LogRequest {
  std::string ns;
  std::string pod;
  std::string pod_uid;
  std::string container;
  bool follow = false;      // go on until the container ends
  bool previous = false;    // of the run before the last restart
  bool timestamps = false;  // an RFC 3339 time before each line
  std::optional<std::int64_t> tail_lines{};
  std::optional<std::int64_t> since_seconds{};
  std::optional<std::int64_t> limit_bytes{};
  std::stop_token stop;  // the reader has gone
};

/// A log being read. Threads: the server's loop.
class LogStream {
 public:
  virtual ~LogStream() = default;
  /// The next bytes, whole lines where possible; empty = end. The view is good until the next call.
  /// Errors: cancelled (`stop`), io.
  virtual net::Task<Result<std::string_view>> read() = 0;
};

/// Whoever keeps the logs of containers: the node.
class LogSource {
 public:
  virtual ~LogSource() = default;
  /// Errors: not_found (no log, or none of a previous run), invalid; the text reaches the user.
  virtual net::Task<Result<std::unique_ptr<LogStream>>> open(LogRequest request) = 0;
};

}  // namespace dynamo::apiserver
