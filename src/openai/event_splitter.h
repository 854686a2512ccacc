#pragma once

#include <string>
#include <string_view>

namespace dynamo::openai {

/// Cuts an engine's event stream into whole events without changing a byte, so that they can be relayed as
/// they came.
///   splitter.feed(bytes); while (splitter.next(event)) …; splitter.keep_rest();
/// An event is the text up to and including the empty line (LF or CR LF) that ends it. Events are views into
/// `bytes` as long as no event was cut in two, and views into an own buffer otherwise; those of one `feed`
/// are neighbours in memory. Both are good until the next `feed`.
class EventSplitter {
 public:
  explicit EventSplitter(std::size_t max_event = std::size_t{16} << 20) : max_event_(max_event) {}

  void feed(std::string_view bytes);
  bool next(std::string_view& event);
  /// To be called before `bytes` goes away: keeps what is not yet a whole event.
  void keep_rest();
  /// An event grew beyond `max_event` bytes; nothing more comes.
  bool overflow() const noexcept { return overflow_; }

 private:
  std::string kept_;
  std::string_view rest_;    // of kept_ or of the bytes fed
  bool is_kept_ = false;     // rest_ is the end of kept_
  std::size_t scanned_ = 0;  // of rest_, holding no end of an event
  std::size_t max_event_;
  bool overflow_ = false;
};

/// Whether `event` says that the stream is complete: `data: [DONE]`.
bool is_done_event(std::string_view event) noexcept;

/// Whether `events` have data at all, not only comments, which keep a connection alive.
bool has_data(std::string_view events) noexcept;

}  // namespace dynamo::openai
