#include "load/http.h"

#include <algorithm>
#include <ctime>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace dynamo::bench {
namespace {

constexpr int kMostSizeDigits = 15;

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

std::string_view trim_left(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

}  // namespace

bool starts_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

std::string_view header(std::string_view head, std::string_view name) {
  std::size_t end = head.find("\r\n");
  while (end != std::string_view::npos) {
    const std::size_t begin = end + 2;
    end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end == std::string_view::npos ? end : end - begin);
    if (line.size() > name.size() && line[name.size()] == ':' && starts_with_no_case(line, name))
      return trim_left(line.substr(name.size() + 1));
  }
  return {};
}

ChunkedDecoder::Progress ChunkedDecoder::feed(std::string_view input, std::size_t& used, std::string& out) {
  used = 0;
  while (used < input.size()) {
    if (state_ == State::kData) {
      const std::size_t taken = std::min<std::uint64_t>(left_, input.size() - used);
      out.append(input, used, taken);
      used += taken;
      left_ -= taken;
      if (left_ == 0) state_ = State::kDataEnd;
      continue;
    }
    const Progress progress = step(input[used]);
    if (progress == Progress::kBad) return progress;
    ++used;
    if (progress == Progress::kDone) return progress;
  }
  return Progress::kNeedMore;
}

ChunkedDecoder::Progress ChunkedDecoder::step(char byte) {
  switch (state_) {
    case State::kSize:
      return step_size(byte);
    case State::kExtension:
      if (byte == '\r') state_ = State::kSizeEnd;
      return Progress::kNeedMore;
    case State::kSizeEnd:
      if (byte != '\n') return Progress::kBad;
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      line_is_empty_ = true;
      return Progress::kNeedMore;
    case State::kDataEnd:
      if (byte == '\r') return Progress::kNeedMore;
      if (byte != '\n') return Progress::kBad;
      *this = {};
      return Progress::kNeedMore;
    case State::kTrailer:
      return step_trailer(byte);
    case State::kData:
      break;
  }
  return Progress::kBad;
}

ChunkedDecoder::Progress ChunkedDecoder::step_size(char byte) {
  if (const int digit = hex_digit(byte); digit >= 0) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return ++digits_ > kMostSizeDigits ? Progress::kBad : Progress::kNeedMore;
  }
  if (digits_ == 0) return Progress::kBad;
  if (byte == '\r') {
    state_ = State::kSizeEnd;
  } else if (byte == ';' || byte == ' ') {
    state_ = State::kExtension;
  } else {
    return Progress::kBad;
  }
  return Progress::kNeedMore;
}

ChunkedDecoder::Progress ChunkedDecoder::step_trailer(char byte) {
  if (byte == '\r') return Progress::kNeedMore;
  if (byte != '\n') {
    line_is_empty_ = false;
    return Progress::kNeedMore;
  }
  if (!line_is_empty_) {
    line_is_empty_ = true;
    return Progress::kNeedMore;
  }
  *this = {};
  return Progress::kDone;
}

std::uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void set_no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace dynamo::bench
