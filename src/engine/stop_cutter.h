#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/stop_matcher.h"

namespace dynamo::engine {

/// Cuts a growing text before the first of the request's stop strings. Text that may be the beginning of one
/// is held back until it is clear. However the text comes in pieces, what comes out is the same.
class StopCutter {
 public:
  explicit StopCutter(std::vector<std::string> stops) : stops_(std::move(stops)), matcher_(stops_) {}

  /// Takes more text and gives what may be shown of it.
  std::string feed(std::string_view text);
  /// A stop string was found; later text is ignored.
  bool stopped() const noexcept { return stopped_; }
  /// The text ends here without a stop string: what was held back.
  std::string flush();

 private:
  std::vector<std::string> stops_;
  text::StopMatcher matcher_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace dynamo::engine
