#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo::engine {

/// Watches the bytes of an engine's event stream pass by. It hands on whole events only, unchanged and, where
/// an event was not cut in two, without a copy; and it tells an answer that is complete from one that the
/// engine gave up. Nothing is parsed: inside JSON text every quote is escaped, so member names can be
/// searched as they are.
class StreamGuard {
 public:
  explicit StreamGuard(std::size_t max_event = std::size_t{16} << 20) : max_event_(max_event) {}

  /// The whole events that `bytes` completes; perhaps none. Good until the next call, and as long as `bytes`
  /// is. Errors: unavailable (a choice ended with "abort"), too_large (an event beyond `max_event`).
  Result<std::string_view> pass(std::string_view bytes);
  /// "[DONE]" has passed.
  bool done() const noexcept { return done_; }

 private:
  std::string held_;  // the beginning of an event
  std::string out_;
  std::size_t max_event_;
  bool done_ = false;
};

/// Whether some event in `events` has data; others are comments that only keep a connection alive.
bool has_data(std::string_view events) noexcept;

}  // namespace dynamo::engine
