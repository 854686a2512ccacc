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
/// An event holds data or a comment; blocks without either are skipped. Views in an event are good until the
/// next call. An event larger than `max_event` bytes sets `overflow()` for good and ends the parsing.
class SseParser {
 public:
  explicit SseParser(std::size_t max_event = 16u << 20) : max_event_(max_event) {}
  void feed(std::string_view bytes);
  bool next(SseEvent& event);
  bool overflow() const noexcept { return overflow_; }

 private:
  bool take_line(std::string_view& line);
  void take_field(std::string_view line);
  bool finish_event(SseEvent& event);

  std::string buffer_;        // bytes not yet made into lines
  std::size_t position_ = 0;  // start of the next line in buffer_
  std::size_t scanned_ = 0;   // no line end lies between position_ and this
  struct Field {
    std::string text;
    bool any = false;
    void append(std::string_view line);
    void clear();
  };
  Field event_, data_, comment_;
  bool delivered_ = false;  // the fields belong to an event already handed out
  std::size_t max_event_;
  bool overflow_ = false;
};

}  // namespace dynamo::net
