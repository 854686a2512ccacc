#include "frontend/event_splitter.h"

namespace dynamo::frontend {
namespace {

/// Length of `text` up to the end of its first empty line, looked for from `from` on; npos when there is
/// none.
std::size_t end_of_event(std::string_view text, std::size_t from) noexcept {
  for (std::size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (at + 1 < text.size() && text[at + 1] == '\n') return at + 2;
    if (at + 2 < text.size() && text[at + 1] == '\r' && text[at + 2] == '\n') return at + 3;
  }
  return std::string_view::npos;
}

}  // namespace

void EventSplitter::feed(std::string_view bytes) {
  if (kept_.empty()) {
    rest_ = bytes;
  } else {
    kept_ += bytes;
    rest_ = kept_;
  }
}

bool EventSplitter::next(std::string_view& event) {
  if (overflow_) return false;
  const std::size_t end = end_of_event(rest_, scanned_);
  if (end != std::string_view::npos) {
    event = rest_.substr(0, end);
    rest_.remove_prefix(end);
    scanned_ = 0;
    return true;
  }
  scanned_ = rest_.size() < 2 ? 0 : rest_.size() - 2;  // an end may lie across the border
  overflow_ = rest_.size() > max_event_;
  return false;
}

void EventSplitter::keep_rest() {
  kept_ = std::string(rest_);
  rest_ = kept_;
}

bool is_done_event(std::string_view event) noexcept {
  if (!event.starts_with("data:")) return false;
  event.remove_prefix(5);
  const auto begin = event.find_first_not_of(" \r\n");
  const auto end = event.find_last_not_of(" \r\n");
  return begin != std::string_view::npos && event.substr(begin, end - begin + 1) == "[DONE]";
}

bool has_data(std::string_view event) noexcept {
  return event.starts_with("data:") || event.find("\ndata:") != std::string_view::npos;
}

}  // namespace dynamo::frontend
