#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "load/histogram.h"
#include "load/http.h"

namespace dynamo::bench {

/// What a right answer looks like.
struct Expectation {
  bool stream = true;
  int tokens = 128;
  bool trust_usage = false;  // count by the usage chunk instead of by events
  bool exact = true;         // another number of tokens is an error
};

/// One HTTP answer, read as it arrives; for a stream, the times of its tokens.
class Answer {
 public:
  enum class Progress { kNeedMore, kComplete, kBad };

  /// Takes bytes that arrived at `now` (ns); the gaps between tokens go to `gaps`.
  Progress feed(std::string_view bytes, std::uint64_t now, bool trust_usage, Histogram& gaps);
  /// The peer has closed the connection.
  Progress end_of_input() const;

  /// Empty when the answer is right, otherwise the kind of error, "http_503" for example.
  std::string problem(const Expectation& expected) const;
  bool right_count(const Expectation& expected) const;

  bool started() const { return !head_.empty() || head_complete_; }
  bool close_after() const { return close_after_; }
  bool is_stream() const { return stream_; }
  /// Tokens: of the usage chunk or answer when there was one, otherwise counted events.
  long tokens() const { return usage_tokens_ >= 0 ? usage_tokens_ : events_with_text_; }
  long events() const { return events_; }
  std::uint64_t first_token() const { return first_token_; }
  std::uint64_t last_token() const { return last_token_; }
  std::string_view body() const { return body_; }

 private:
  enum class Framing { kLength, kChunked, kUntilClose };

  /// Looks for the end of the head in what has gathered; false when there is more to come.
  bool read_head();
  Progress read_body(std::string_view bytes);
  void read_events(std::uint64_t now, bool trust_usage, Histogram& gaps);
  void read_event(std::string_view event, std::uint64_t now, bool trust_usage, Histogram& gaps);

  std::string head_;
  bool head_complete_ = false;
  int status_ = 0;
  bool stream_ = false;
  bool close_after_ = false;
  Framing framing_ = Framing::kLength;
  std::uint64_t left_ = 0;
  ChunkedDecoder decoder_;
  std::string body_;  // of a stream: what has not been read as events yet
  bool saw_done_ = false;
  bool saw_error_ = false;
  long events_ = 0;
  long events_with_text_ = 0;
  long usage_tokens_ = -1;
  std::uint64_t first_token_ = 0;
  std::uint64_t last_token_ = 0;
};

}  // namespace dynamo::bench
