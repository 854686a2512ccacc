#include "load/answer.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace dynamo::bench {
namespace {

constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "

/// The number after `key`, or -1.
long number_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return -1;
  long value = -1;
  const std::string_view rest = text.substr(at + key.size());
  const std::size_t digits = std::min(rest.find_first_not_of(' '), rest.size());
  std::from_chars(rest.data() + digits, rest.data() + rest.size(), value);
  return value;
}

/// Whether the chunk carries text: a non-empty "content" (chat) or "text" (completions).
bool has_text(std::string_view chunk) {
  for (const std::string_view key : {R"("content":")", R"("text":")"}) {
    const std::size_t at = chunk.find(key);
    if (at != std::string_view::npos) return at + key.size() < chunk.size() && chunk[at + key.size()] != '"';
  }
  return false;
}

constexpr std::string_view kCompletionTokens = R"("completion_tokens":)";

}  // namespace

Answer::Progress Answer::feed(std::string_view bytes, std::uint64_t now, bool trust_usage, Histogram& gaps) {
  std::string rest;
  if (!head_complete_) {
    head_.append(bytes);
    if (!read_head()) return Progress::kNeedMore;
    rest.swap(head_);
    bytes = rest;
  }
  const Progress progress = read_body(bytes);
  if (stream_) read_events(now, trust_usage, gaps);
  if (progress == Progress::kComplete && !stream_) usage_tokens_ = number_after(body_, kCompletionTokens);
  return progress;
}

bool Answer::read_head() {
  const std::size_t end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string_view head(head_.data(), end);
  std::from_chars(head.data() + std::min(kStatusAt, head.size()), head.data() + head.size(), status_);
  stream_ = header(head, "content-type").starts_with("text/event-stream");
  close_after_ = starts_with_no_case(header(head, "connection"), "close");
  const std::string_view length = header(head, "content-length");
  if (header(head, "transfer-encoding").starts_with("chunked")) {
    framing_ = Framing::kChunked;
  } else if (!length.empty()) {
    std::from_chars(length.data(), length.data() + length.size(), left_);
  } else {
    framing_ = Framing::kUntilClose;
    close_after_ = true;
  }
  head_.erase(0, end + 4);
  head_complete_ = true;
  return true;
}

Answer::Progress Answer::read_body(std::string_view bytes) {
  if (framing_ == Framing::kChunked) {
    std::size_t used = 0;
    switch (decoder_.feed(bytes, used, body_)) {
      case ChunkedDecoder::Progress::kDone:
        return Progress::kComplete;
      case ChunkedDecoder::Progress::kBad:
        return Progress::kBad;
      case ChunkedDecoder::Progress::kNeedMore:
        return Progress::kNeedMore;
    }
  }
  if (framing_ == Framing::kUntilClose) {
    body_.append(bytes);
    return Progress::kNeedMore;
  }
  const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
  body_.append(bytes.substr(0, taken));
  left_ -= taken;
  return left_ == 0 ? Progress::kComplete : Progress::kNeedMore;
}

void Answer::read_events(std::uint64_t now, bool trust_usage, Histogram& gaps) {
  std::size_t begin = 0;
  for (;;) {
    const std::size_t line_feed = body_.find("\n\n", begin);
    const std::size_t with_returns = body_.find("\r\n\r\n", begin);
    const std::size_t end = std::min(line_feed, with_returns);
    if (end == std::string::npos) break;
    read_event(std::string_view(body_).substr(begin, end - begin), now, trust_usage, gaps);
    begin = end + (end == line_feed ? 2 : 4);
  }
  body_.erase(0, begin);
}

void Answer::read_event(std::string_view event, std::uint64_t now, bool trust_usage, Histogram& gaps) {
  const std::size_t data_at = event.find("data:");
  if (data_at == std::string_view::npos || event.starts_with(':')) return;
  std::string_view data = event.substr(data_at + 5);
  data.remove_prefix(std::min(data.find_first_not_of(' '), data.size()));
  if (data.starts_with("[DONE]")) {
    saw_done_ = true;
    return;
  }
  ++events_;
  if (event.find("event: error") != std::string_view::npos || data.starts_with(R"({"error")"))
    saw_error_ = true;
  if (trust_usage) usage_tokens_ = std::max(usage_tokens_, number_after(data, kCompletionTokens));
  if (!has_text(data)) return;
  ++events_with_text_;
  if (first_token_ == 0) {
    first_token_ = now;
  } else {
    gaps.add(static_cast<double>(now - last_token_) / 1e3);
  }
  last_token_ = now;
}

Answer::Progress Answer::end_of_input() const {
  return head_complete_ && framing_ == Framing::kUntilClose ? Progress::kComplete : Progress::kBad;
}

std::string Answer::problem(const Expectation& expected) const {
  if (status_ != 200) return fmt::format("http_{}", status_);
  if (saw_error_) return "error_event";
  if (expected.stream && !stream_) return "not_a_stream";
  if (expected.stream && !saw_done_) return "no_done";
  if (expected.exact && !right_count(expected)) return "token_count";
  return {};
}

bool Answer::right_count(const Expectation& expected) const { return tokens() == expected.tokens; }

}  // namespace dynamo::bench
