#include "net/sse.h"

namespace dynamo::net {

void SseParser::Field::append(std::string_view line) {
  if (any) text += '\n';
  any = true;
  text += line;
}

void SseParser::Field::clear() {
  text.clear();
  any = false;
}

void SseParser::feed(std::string_view bytes) {
  if (overflow_) return;
  buffer_.erase(0, position_);
  scanned_ -= position_;
  position_ = 0;
  buffer_ += bytes;
}

/// A line counts once its end is certain: a CR at the end of what has come may be half of a CR LF.
bool SseParser::take_line(std::string_view& line) {
  const auto end = buffer_.find_first_of("\r\n", scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return false;
  }
  scanned_ = end;
  if (buffer_[end] == '\r' && end + 1 == buffer_.size()) return false;
  line = std::string_view(buffer_).substr(position_, end - position_);
  const bool two = buffer_[end] == '\r' && buffer_[end + 1] == '\n';
  position_ = scanned_ = end + (two ? 2 : 1);
  return true;
}

void SseParser::take_field(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (colon == 0) {
    comment_.append(value);
  } else if (name == "data") {
    data_.append(value);
  } else if (name == "event") {
    event_.clear();
    event_.append(value);
  }
}

bool SseParser::finish_event(SseEvent& event) {
  if (!data_.any && !comment_.any) {
    event_.clear();
    return false;
  }
  event = {.event = event_.text, .data = data_.text, .comment = comment_.text};
  delivered_ = true;
  return true;
}

bool SseParser::next(SseEvent& event) {
  if (std::exchange(delivered_, false)) {
    event_.clear();
    data_.clear();
    comment_.clear();
  }
  std::string_view line;
  while (!overflow_ && take_line(line)) {
    if (!line.empty()) {
      take_field(line);
    } else if (finish_event(event)) {
      return true;
    }
  }
  const std::size_t held = buffer_.size() - position_ + data_.text.size() + comment_.text.size();
  if (held > max_event_) overflow_ = true;
  return false;
}

}  // namespace dynamo::net
