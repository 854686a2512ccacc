#pragma once

#include <string>
#include <string_view>

namespace dynamo::net {

/// One server-sent event.
struct SseEvent {
  std::string_view event;    // empty = "message"
  std::string_view data;     // lines joined by '\n'
  std::string_view comment;  // text of comment lines, joined by '\n'
};

/// Takes bytes in pieces of any size and gives whole events (WHATWG HTML, 9.2.6: LF, CR LF and CR end lines).
///   parser.feed(bytes); while (parser.next(event)) …
/// Views in an event are good until the next call. An event larger than `max_event` sets `overflow()` for good.
class SseParser {
 public:
  explicit SseParser(std::size_t max_event = 16u << 20) : max_event_(max_event) {}
  void feed(std::string_view bytes);
  bool next(SseEvent& event);
  bool overflow() const noexcept { return overflow_; }

 private:
  std::string buffer_;
  std::size_t scanned_ = 0;
  std::size_t consumed_ = 0;
  std::string event_, data_, comment_;
  std::size_t max_event_;
  bool overflow_ = false;
};

}  // namespace dynamo::net
