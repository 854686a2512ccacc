#include "engine/stream_guard.h"

namespace dynamo::engine {
namespace {

constexpr auto kNone = std::string_view::npos;

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

Result<std::string_view> StreamGuard::pass(std::string_view bytes) {
  splitter_.feed(bytes);
  std::string_view events;
  std::string_view event;
  while (splitter_.next(event)) {
    events = {events.empty() ? event.data() : events.data(), events.size() + event.size()};
    if (openai::is_done_event(event)) done_ = true;
  }
  splitter_.keep_rest();
  if (splitter_.overflow()) return fail(Errc::too_large, "the engine sent an event that is too large");
  if (is_aborted(events)) return fail(Errc::unavailable, "the engine aborted the request");
  return events;
}

}  // namespace dynamo::engine
