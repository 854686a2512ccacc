#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/http.h"
#include "net/task.h"
#include "openai/request.h"

namespace dynamo::engine {

/// One request to an engine.
struct Generate {
  openai::Request request;  // checked
  std::string body;         // the request's body as it came: what an engine behind HTTP is sent
  std::string id;           // names the request in answers and logs
  net::Headers headers;     // for an engine behind HTTP: x-request-id, traceparent and the like
  std::stop_token stop;     // the client is gone, or the worker stops hard
};

/// The answer to one request, pulled piece by piece. Destroying it before its end makes the engine stop the
/// work. Threads: its loop's. Must not outlive the engine.
class Answer {
 public:
  virtual ~Answer() = default;
  virtual int status() const noexcept { return 200; }
  virtual std::string_view content_type() const noexcept = 0;
  /// The next bytes to send, all that there are: of a streamed answer only whole events. Empty = the answer
  /// is complete. The view is good until the next call. Errors: the engine broke off (unavailable, timeout),
  /// cancelled.
  virtual net::Task<Result<std::string_view>> next() = 0;
};

/// What an engine is; known once it has started. 0 = not known.
struct EngineInfo {
  std::string kind;                 // "mock", "echo", "http"
  std::vector<std::string> models;  // names it answers to; empty = any
  std::uint64_t context_length = 0;
  std::uint64_t block_size = 0;
  std::uint64_t total_blocks = 0;
  std::uint64_t max_sequences = 0;
  std::uint64_t max_batched_tokens = 0;
};

/// What an engine is doing; absent where it cannot tell.
struct EngineLoad {
  std::uint64_t active_blocks = 0;
  std::uint64_t total_blocks = 0;
};

/// Something that continues text. A worker has exactly one.
class Engine {
 public:
  using Ended = std::function<void(Error)>;

  virtual ~Engine() = default;

  /// Gets ready to answer; may take as long as loading a model does. Errors: why it never will be.
  virtual net::Task<Result<void>> start(std::stop_token stop) = 0;
  virtual const EngineInfo& info() const noexcept = 0;
  /// Errors: what is wrong with the request (invalid, unsupported), unavailable, cancelled. An answer whose
  /// status says that the request failed is not an error here.
  virtual net::Task<Result<std::unique_ptr<Answer>>> generate(Generate request) = 0;
  /// Whether it can answer now; asked every few seconds. Errors: why not.
  virtual net::Task<Result<void>> check() = 0;
  virtual std::optional<EngineLoad> load() const { return std::nullopt; }
  /// Its own metrics in the Prometheus text format; empty where it has none.
  virtual net::Task<std::string> metrics() = 0;
  /// Called when the engine has ended for good, by itself.
  void on_ended(Ended ended) { ended_ = std::move(ended); }
  /// Ends it: answers still open fail. Must be awaited before destruction, once started.
  virtual net::Task<void> stop() = 0;

 protected:
  void tell_ended(Error why) {
    if (ended_) std::exchange(ended_, nullptr)(std::move(why));
  }

 private:
  Ended ended_;
};

}  // namespace dynamo::engine
