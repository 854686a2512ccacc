#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dynamo::engine {

/// Cuts a growing text before the first of the request's stop strings. Text that may be the beginning of one
/// is held back until it is clear. However the text comes in pieces, what comes out is the same.
class StopMatcher {
 public:
  explicit StopMatcher(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// Takes more text and gives what may be shown of it.
  std::string feed(std::string_view text);
  /// A stop string was found; later text is ignored.
  bool stopped() const noexcept { return stopped_; }
  /// The text ends here without a stop string: what was held back.
  std::string flush();

 private:
  std::size_t find_stop() const;
  std::size_t held_length() const;
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace dynamo::engine
