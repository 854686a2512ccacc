#pragma once

#include <string_view>

#include "base/error.h"
#include "openai/event_splitter.h"

namespace dynamo::engine {

/// Watches the bytes of an engine's event stream pass by. It hands on whole events only, unchanged and, where
/// an event was not cut in two, without a copy; and it tells an answer that is complete from one that the
/// engine gave up. Nothing is parsed: inside JSON text every quote is escaped, so member names can be
/// searched as they are.
class StreamGuard {
 public:
  StreamGuard() = default;
  explicit StreamGuard(std::size_t max_event) : splitter_(max_event) {}

  /// The whole events that `bytes` completes; perhaps none. Good until the next call, and as long as `bytes`
  /// is. Errors: unavailable (a choice ended with "abort"), too_large (an event beyond `max_event`).
  Result<std::string_view> pass(std::string_view bytes);
  /// "[DONE]" has passed.
  bool done() const noexcept { return done_; }

 private:
  openai::EventSplitter splitter_;
  bool done_ = false;
};

}  // namespace dynamo::engine
