#include "engine/stop_cutter.h"

namespace dynamo::engine {

std::string StopCutter::feed(std::string_view text) {
  if (stopped_) return {};
  const auto match = matcher_.feed(text);
  std::size_t shown = 0;
  if (match) {
    stopped_ = true;
    shown = held_.size() + match->end - stops_[match->stop].size();
  } else {
    shown = held_.size() + text.size() - matcher_.held();
  }
  held_ += text;
  std::string out = held_.substr(0, shown);
  held_.erase(0, shown);
  return out;
}

std::string StopCutter::flush() { return stopped_ ? std::string{} : std::exchange(held_, {}); }

}  // namespace dynamo::engine
