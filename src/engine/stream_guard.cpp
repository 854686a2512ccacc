#include "engine/stream_guard.h"

#include <algorithm>

namespace dynamo::engine {
namespace {

constexpr auto kNone = std::string_view::npos;

/// Length of the whole events that `bytes` begins with: up to and including the last empty line.
std::size_t whole_events(std::string_view bytes) noexcept {
  const auto lf = bytes.rfind("\n\n");
  const auto cr_lf = bytes.rfind("\r\n\r\n");
  return std::max(lf == kNone ? 0 : lf + 2, cr_lf == kNone ? 0 : cr_lf + 4);
}

bool begins_line(std::string_view events, std::size_t at) noexcept {
  return at == 0 || events[at - 1] == '\n';
}

/// Whether a line begins with one of the spellings of `data: text`.
bool has_line(std::string_view events, std::string_view line) noexcept {
  for (auto at = events.find(line); at != kNone; at = events.find(line, at + 1)) {
    if (begins_line(events, at)) return true;
  }
  return false;
}

bool is_aborted(std::string_view events) noexcept {
  for (auto at = events.find("\"abort\""); at != kNone; at = events.find("\"abort\"", at + 1)) {
    const auto colon = events.find_last_not_of(' ', at - 1);
    if (at == 0 || colon == kNone || events[colon] != ':') continue;
    const auto name_end = events.find_last_not_of(' ', colon - 1);
    if (name_end != kNone && events.substr(0, name_end + 1).ends_with("\"finish_reason\"")) return true;
  }
  return false;
}

}  // namespace

bool has_data(std::string_view events) noexcept { return has_line(events, "data:"); }

Result<std::string_view> StreamGuard::pass(std::string_view bytes) {
  std::string_view events = bytes;
  if (held_.empty()) {
    const std::size_t whole = whole_events(bytes);
    events = bytes.substr(0, whole);
    held_ = bytes.substr(whole);
  } else {
    held_ += bytes;
    const std::size_t whole = whole_events(held_);
    out_ = held_.substr(0, whole);
    held_.erase(0, whole);
    events = out_;
  }
  if (held_.size() > max_event_) return fail(Errc::too_large, "the engine sent an event that is too large");
  if (is_aborted(events)) return fail(Errc::unavailable, "the engine aborted the request");
  if (has_line(events, "data: [DONE]") || has_line(events, "data:[DONE]")) done_ = true;
  return events;
}

}  // namespace dynamo::engine
