#include "engine/stop_matcher.h"

#include <algorithm>

namespace dynamo::engine {

std::size_t StopMatcher::find_stop() const {
  std::size_t first = std::string::npos;
  for (const auto& stop : stops_) first = std::min(first, held_.find(stop));
  return first;
}

/// Length of the longest end of the text that a stop string begins with.
std::size_t StopMatcher::held_length() const {
  const std::string_view text = held_;
  std::size_t longest = 0;
  for (const std::string_view stop : stops_) {
    for (std::size_t length = std::min(stop.size() - 1, text.size()); length > longest; --length) {
      if (text.ends_with(stop.substr(0, length))) longest = length;
    }
  }
  return longest;
}

std::string StopMatcher::feed(std::string_view text) {
  if (stopped_) return {};
  if (stops_.empty()) return std::string(text);
  held_ += text;
  const std::size_t stop = find_stop();
  stopped_ = stop != std::string::npos;
  const std::size_t shown = stopped_ ? stop : held_.size() - held_length();
  std::string out = held_.substr(0, shown);
  held_.erase(0, shown);
  return out;
}

std::string StopMatcher::flush() { return stopped_ ? std::string{} : std::exchange(held_, {}); }

}  // namespace dynamo::engine
