#include "openai/event_splitter.h"

#include "openai/event_stream.h"

namespace dynamo::openai {
namespace {

constexpr std::string_view kData = "data:";
constexpr std::string_view kDataOfALaterLine = "\ndata:";

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
  is_kept_ = !rest_.empty();
  if (!is_kept_) {
    rest_ = bytes;
    return;
  }
  kept_.erase(0, kept_.size() - rest_.size());
  kept_ += bytes;
  rest_ = kept_;
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
  if (is_kept_) return;
  kept_.assign(rest_);
  rest_ = kept_;
  is_kept_ = true;
}

bool is_done_event(std::string_view event) noexcept {
  if (!event.starts_with(kData)) {
    const auto later = event.find(kDataOfALaterLine);
    if (later == std::string_view::npos) return false;
    event.remove_prefix(later + 1);
  }
  event.remove_prefix(kData.size());
  const auto begin = event.find_first_not_of(" \r\n");
  const auto end = event.find_last_not_of(" \r\n");
  return begin != std::string_view::npos && event.substr(begin, end - begin + 1) == kDoneData;
}

bool has_data(std::string_view events) noexcept {
  return events.starts_with(kData) || events.find(kDataOfALaterLine) != std::string_view::npos;
}

}  // namespace dynamo::openai
